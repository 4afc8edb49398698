//! What a function complained of last, found in its log.

use serde_json::Value;

/// What a log line already says elsewhere, or nobody reads on a console.
const LEFT_OUT: [&str; 5] = ["level", "message", "timestamp", "target", "span"];

/// The last error in a function's log, on one line: a JSON line whose `level` is `ERROR`, a line of text with `ERROR` in
/// it, or a panic with its message.
pub(crate) fn last(log: &str) -> Option<String> {
    let lines: Vec<&str> = log.lines().collect();
    (0..lines.len()).rev().find_map(|at| complaint(lines[at], lines.get(at + 1).copied()))
}

fn complaint(line: &str, next: Option<&str>) -> Option<String> {
    if let Ok(Value::Object(fields)) = serde_json::from_str(line) {
        if fields.get("level")? != "ERROR" {
            return None;
        }
        let others = fields.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
        let others = others.map(|(name, value)| format!("{name}={}", plain(value)));
        let parts: Vec<String> = fields.get("message").map(plain).into_iter().chain(others).collect();
        return Some(parts.join(" "));
    }
    if line.contains(" panicked at ") {
        // The message stands on the line after the place.
        return Some([Some(line), next].into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    line.split_whitespace().any(|word| word == "ERROR").then(|| line.trim().to_owned())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_is_found_whatever_it_looks_like() {
        let cases = [
            ("{\"level\":\"INFO\",\"message\":\"fine\"}\nEND RequestId: 1", None),
            (
                "{\"level\":\"ERROR\",\"message\":\"no table\",\"order.id\":\"o-1\"}\n{\"level\":\"INFO\",\"message\":\"on\"}",
                Some("no table order.id=o-1"),
            ),
            (
                "thread 'main' panicked at src/main.rs:7:5:\nas told\nnote: run with",
                Some("thread 'main' panicked at src/main.rs:7:5: as told"),
            ),
            ("2026-01-01 ERROR x: gone\nREPORT", Some("2026-01-01 ERROR x: gone")),
            ("", None),
        ];
        for (log, wanted) in cases {
            assert_eq!(last(log).as_deref(), wanted, "{log}");
        }
    }
}
