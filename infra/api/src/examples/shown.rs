//! What an example shows of a body: short lists, and nothing that opens anything to whoever has it.

use serde_json::Value;

/// Longer answers teach no more: lists, and files of lines, are cut to this many items.
const ITEMS_MAX: usize = 2;

/// What stands in the place of a token.
pub(super) const HIDDEN: &str = "…";
/// In the place of a password: one that keeps the rules.
pub(super) const PASSWORD: &str = "Namuna-Parol-2026";
/// In the place of a code that was mailed.
pub(super) const CODE: &str = "123456";

/// How the name of such a member ends.
const ENDS: [&str; 5] = ["token", "secret", "signature", "credential", "authorization"];
/// Such members by name: a cart's session, and the signed policy of an upload.
const NAMES: [&str; 2] = ["session", "policy"];

/// A body as an example shows it.
pub(super) fn shown(value: Value) -> Value {
    match value {
        // Numbers in a row are one thing, such as how many gave one star, two and so on.
        Value::Array(items) if items.iter().all(Value::is_number) => items.into(),
        Value::Array(items) => items.into_iter().take(ITEMS_MAX).map(shown).collect(),
        Value::Object(members) => members.into_iter().map(member).collect(),
        Value::String(text) => shown_text(&text).into(),
        other => other,
    }
}

fn member((name, value): (String, Value)) -> (String, Value) {
    let value = match hidden(&name.to_lowercase(), &value) {
        Some(instead) => instead.into(),
        None => shown(value),
    };
    (name, value)
}

fn hidden(name: &str, value: &Value) -> Option<&'static str> {
    let text = value.as_str()?;
    if name == "password" || name.ends_with("_password") {
        return Some(PASSWORD);
    }
    if name == "code" && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(CODE);
    }
    (NAMES.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))).then_some(HIDDEN)
}

fn shown_text(text: &str) -> String {
    if is_token(text) {
        return HIDDEN.to_owned();
    }
    if text.to_lowercase().contains("x-amz-signature=") {
        // The address alone of a presigned request.
        let address = text.split('?').next().unwrap_or_default();
        return format!("{address}?{HIDDEN}");
    }
    match text.lines().count() {
        0..=ITEMS_MAX => text.to_owned(),
        _ => text.split_inclusive('\n').take(ITEMS_MAX).collect(),
    }
}

/// A JSON web token, whatever the member is called.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2
}
