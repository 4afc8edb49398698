//! EventBridge Scheduler: rate and cron.
