//! The page: Swagger UI from its crate, opened on our document.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use utoipa_swagger_ui::Config;

/// The page itself; everything it loads is below `/docs/`.
pub(crate) const INDEX: &str = include_str!("page/index.html");

/// What is ours of it.
const OWN: [(&str, &str, &str); 2] = [
    ("page.css", "text/css", include_str!("page/page.css")),
    ("page.js", "text/javascript", include_str!("page/page.js")),
];

/// The files of Swagger UI that the page asks for; the crate holds more.
const FILES: [&str; 4] = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-16x16.png", "favicon-32x32.png"];

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

/// A file of the page and its media type.
pub(crate) fn file(name: &str) -> Option<(Cow<'static, [u8]>, String)> {
    if let Some((_, media_type, text)) = OWN.into_iter().find(|(own, ..)| *own == name) {
        return Some((text.as_bytes().into(), media_type.to_owned()));
    }
    let known = FILES.into_iter().find(|known| *known == name)?;
    let file = utoipa_swagger_ui::serve(known, Arc::clone(&CONFIG)).ok().flatten()?;
    Some((file.bytes, file.content_type))
}

/// A tag of the document's content: FNV-1a, enough to tell one release from another.
pub(crate) fn tag(document: &str) -> String {
    let hash = document
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("\"{hash:016x}\"")
}
