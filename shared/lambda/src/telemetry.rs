use tracing_subscriber::EnvFilter;

use crate::Settings;

/// Logs as JSON lines; `LOG_LEVEL` (default `info`) filters.
pub(crate) fn start(settings: &Settings) {
    let filter = EnvFilter::new(settings.get("LOG_LEVEL").unwrap_or("info,aws_config=warn"));
    // A second call in one process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .without_time()
        .try_init();
}
