//! What a function says of the records it was given.
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde_json::Value;

/// The records of a batch that a function failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// All of them: the answer names a record that was not in the batch, or is no answer.
    Whole,
    /// Those with these positions in the batch, rising; none when all is well.
    At(Vec<usize>),
}

/// Reads `{"batchItemFailures":[{"itemIdentifier":"…"}]}`. Nothing, `null`, `{}` and an absent or empty list are success.
pub(super) fn failures(payload: &[u8], identifiers: &[&str]) -> Failed {
    if payload.is_empty() {
        return Failed::At(Vec::new());
    }
    let Ok(answer) = serde_json::from_slice::<Value>(payload) else { return Failed::Whole };
    let failures = match &answer {
        Value::Null => &Value::Null,
        Value::Object(fields) => fields.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return Failed::Whole,
    };
    let list = match failures {
        Value::Null => return Failed::At(Vec::new()),
        Value::Array(list) => list,
        _ => return Failed::Whole,
    };
    let position = |failure: &Value| {
        let identifier = failure.get("itemIdentifier")?.as_str()?;
        identifiers.iter().position(|known| *known == identifier)
    };
    match list.iter().map(position).collect::<Option<Vec<_>>>() {
        Some(mut positions) => {
            positions.sort_unstable();
            positions.dedup();
            Failed::At(positions)
        }
        None => Failed::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_names_records_of_the_batch_is_partial() {
        for (answer, expected) in [
            ("", Failed::At(vec![])),
            ("null", Failed::At(vec![])),
            ("{}", Failed::At(vec![])),
            (r#"{"batchItemFailures":null}"#, Failed::At(vec![])),
            (r#"{"batchItemFailures":[]}"#, Failed::At(vec![])),
            (r#"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"}]}"#, Failed::At(vec![0, 2])),
            (r#"{"batchItemFailures":[{"itemIdentifier":"x"}]}"#, Failed::Whole),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, Failed::Whole),
            (r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#, Failed::Whole),
            (r#"{"batchItemFailures":[{"itemId":"a"}]}"#, Failed::Whole),
            (r#"{"batchItemFailures":"a"}"#, Failed::Whole),
            (r#""fine""#, Failed::Whole),
            ("{", Failed::Whole),
        ] {
            assert_eq!(failures(answer.as_bytes(), &["a", "b", "c"]), expected, "{answer}");
        }
    }
}
