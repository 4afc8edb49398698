use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::refusals;
use crate::{Api, Failure};

/// Rows shown of each reason; the rest is counted.
const SHOWN: usize = 3;

/// Prints what an import came to, and why rows were refused: each reason with how often and the first rows. An import that
/// did not look at every row is a failure.
pub(super) async fn print(vendor: &Api, store: &str, import: &Value) -> Result<(), Failure> {
    let id = import["import_id"].as_str().unwrap_or_default();
    let count = |member: &str| import[member].as_u64().unwrap_or_default();
    let (accepted, updated, unchanged) = (count("accepted"), count("updated"), count("unchanged"));
    println!("accepted {accepted}, updated {updated}, unchanged {unchanged}, refused {}", count("refused"));
    if count("refused") > 0 {
        print!("{}", reasons(&refusals(vendor, store, id).await?));
    }
    completed(import)
}

/// Whether every row was looked at, refused or not; if not, why.
pub fn completed(import: &Value) -> Result<(), Failure> {
    let after = format!("after {} of {} rows", import["done"], import["total"]);
    match import["status"].as_str() {
        Some("COMPLETED") => Ok(()),
        Some("CANCELLED") => Err(Failure::Other(format!("stopped by hand {after}"))),
        Some("UPLOADING") => {
            Err(Failure::Other("its file has not arrived: send it by the same command again".to_owned()))
        }
        _ => {
            let failure = import["failure"].as_str().unwrap_or("no reason");
            let detail = import["fault"]["detail"].as_str().map(|detail| format!(": {detail}")).unwrap_or_default();
            Err(Failure::Other(format!("given up {after}: {failure}{detail}")))
        }
    }
}

/// A line a reason, the most frequent first.
fn reasons(rows: &[Value]) -> String {
    let mut found: HashMap<(&str, &str), (usize, Vec<String>)> = HashMap::new();
    for row in rows {
        for reason in row["reasons"].as_array().into_iter().flatten() {
            let (Some(field), Some(why)) = (reason["field"].as_str(), reason["reason"]["en"].as_str()) else {
                continue;
            };
            let (count, first) = found.entry((field, why)).or_default();
            *count += 1;
            if first.len() < SHOWN {
                let value = reason["value"].as_str().map(|value| format!(" ({value})")).unwrap_or_default();
                first.push(format!("row {}{value}", row["row"]));
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(a, (often_a, _)), (b, (often_b, _))| often_b.cmp(often_a).then(a.cmp(b)));
    let mut text = String::new();
    for ((field, why), (count, first)) in found {
        let more = if count > first.len() { ", …" } else { "" };
        // Writing to a string cannot fail.
        let _ok = writeln!(text, "{count:>8}  {field}: {why}: {}{more}", first.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reasons_are_counted_and_the_first_rows_shown() {
        let reason =
            |field: &str, value: Option<&str>| json!({"field": field, "reason": {"en": "Wrong"}, "value": value});
        let rows: Vec<Value> = (1..=5)
            .map(|n| match n {
                2 => json!({"row": n, "reasons": [reason("price", Some("free")), reason("sku", None)]}),
                _ => json!({"row": n, "reasons": [reason("sku", None)]}),
            })
            .collect();
        assert_eq!(
            reasons(&rows),
            "       5  sku: Wrong: row 1, row 2, row 3, …\n       1  price: Wrong: row 2 (free)\n"
        );
    }
}
