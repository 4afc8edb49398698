//! What Payme sends and what it is answered: pure.

use serde_json::{Map, Value, json};

/// A call that reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Call {
    CheckPerform { amount: i64, account: String },
    Create { id: String, time: i64, amount: i64, account: String },
    Perform { id: String },
    Cancel { id: String, reason: i64 },
    Check { id: String },
    Statement { from: i64, to: i64 },
    SetFiscalData { id: String, cancel: bool, data: Value },
}

/// What is refused: Payme's number, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not a POST.
    NotPost,
    /// Not Payme.
    NotPayme,
    /// Not JSON.
    Unparsable,
    /// A field is missing or of another type.
    Malformed,
    /// No such method.
    UnknownMethod,
    /// Ours.
    Internal,
    /// No such checkout.
    UnknownAccount,
    /// Not the checkout's amount.
    WrongAmount,
    /// Paid, given up, its goods are gone, or another transaction has it.
    NotPayable,
    /// The transaction is in a state that does not allow it.
    WrongState,
    /// No such transaction.
    UnknownTransaction,
    /// The goods were handed over.
    HandedOver,
    /// No such transaction, for fiscal data.
    UnknownReceipt,
    /// Fiscal data that is none.
    BadFiscalData,
}

/// Payme's ids have 24 characters; whatever is longer than this is none.
const ID_BYTES_MAX: usize = 64;
/// One code of Payme's range of account errors.
const NOT_PAYABLE: i64 = -31_051;

impl Refusal {
    const fn code(self) -> i64 {
        match self {
            Self::NotPost => -32_300,
            Self::NotPayme => -32_504,
            Self::Unparsable => -32_700,
            Self::Malformed => -32_600,
            Self::UnknownMethod => -32_601,
            Self::Internal => -32_400,
            Self::UnknownAccount => -31_050,
            Self::WrongAmount => -31_001,
            Self::NotPayable => NOT_PAYABLE,
            Self::WrongState => -31_008,
            Self::UnknownTransaction => -31_003,
            Self::HandedOver => -31_007,
            Self::UnknownReceipt => -32_001,
            Self::BadFiscalData => -32_602,
        }
    }

    /// Uzbek, Russian, English.
    const fn message(self) -> [&'static str; 3] {
        match self {
            Self::NotPost => ["Faqat POST", "Только POST", "POST only"],
            Self::NotPayme => ["Ruxsat yo'q", "Недостаточно привилегий", "Not authorised"],
            Self::Unparsable => ["JSON o'qilmadi", "Ошибка разбора JSON", "The JSON does not parse"],
            Self::Malformed => ["So'rov noto'g'ri", "Неверный запрос", "The request is malformed"],
            Self::UnknownMethod => ["Bunday usul yo'q", "Метод не найден", "There is no such method"],
            Self::Internal => ["Ichki xatolik", "Внутренняя ошибка", "Internal error"],
            Self::UnknownAccount => ["Buyurtma topilmadi", "Заказ не найден", "There is no such order"],
            Self::WrongAmount => ["Summa noto'g'ri", "Неверная сумма", "The amount is wrong"],
            Self::NotPayable => ["Buyurtmani to'lab bo'lmaydi", "Заказ нельзя оплатить", "The order cannot be paid"],
            Self::WrongState => {
                ["Amalni bajarib bo'lmaydi", "Невозможно выполнить операцию", "This cannot be done now"]
            }
            Self::UnknownTransaction => {
                ["Tranzaksiya topilmadi", "Транзакция не найдена", "There is no such transaction"]
            }
            Self::HandedOver => ["Buyurtma topshirilgan", "Заказ уже передан", "The order was handed over"],
            Self::UnknownReceipt => ["Chek topilmadi", "Чек не найден", "There is no such receipt"],
            Self::BadFiscalData => {
                ["Fiskal ma'lumot noto'g'ri", "Неверные фискальные данные", "The fiscal data is wrong"]
            }
        }
    }

    /// The account errors name the field.
    const fn is_of_account(self) -> bool {
        matches!(self, Self::UnknownAccount | Self::NotPayable)
    }
}

/// The answer to a call: its id, and a result or an error, never both.
pub(super) fn reply(id: &Value, outcome: Result<Value, (Refusal, Option<String>)>) -> Value {
    match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((refusal, data)) => {
            let [uz, ru, en] = refusal.message();
            let data = if refusal.is_of_account() { Some("order_id".to_owned()) } else { data };
            let error = json!({"code": refusal.code(), "message": {"uz": uz, "ru": ru, "en": en}, "data": data});
            json!({"jsonrpc": "2.0", "id": id, "error": error})
        }
    }
}

/// The answer to anything but a POST.
pub(crate) fn not_post() -> Value {
    reply(&Value::Null, Err((Refusal::NotPost, None)))
}

/// The id of a call, and the call or why it is none. The id is null where none can be read.
pub(super) fn read(body: &[u8]) -> (Value, Result<Call, (Refusal, Option<String>)>) {
    let Ok(envelope) = serde_json::from_slice::<Value>(body) else {
        return (Value::Null, Err((Refusal::Unparsable, None)));
    };
    let id = envelope.get("id").filter(|id| id.is_number() || id.is_string()).cloned().unwrap_or_default();
    let Some(method) = envelope.get("method").and_then(Value::as_str) else {
        return (id, Err((Refusal::Malformed, Some("method".to_owned()))));
    };
    let Some(parameters) = envelope.get("params").and_then(Value::as_object) else {
        return (id, Err((Refusal::Malformed, Some("params".to_owned()))));
    };
    let call = call(method, parameters);
    (id, call)
}

fn call(method: &str, parameters: &Map<String, Value>) -> Result<Call, (Refusal, Option<String>)> {
    let wrong = |name: &str| (Refusal::Malformed, Some(name.to_owned()));
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| wrong(name));
    let number = |name: &str| parameters.get(name).and_then(Value::as_i64).ok_or_else(|| wrong(name));
    // Thirteen digits: milliseconds of our days.
    let time =
        |name: &str| number(name).ok().filter(|ms| (0..10_000_000_000_000).contains(ms)).ok_or_else(|| wrong(name));
    let id = || text("id").ok().filter(|id| (1..=ID_BYTES_MAX).contains(&id.len())).ok_or_else(|| wrong("id"));
    // One that is not positive reads, and is the amount of no checkout.
    let amount = || number("amount");
    let account = || {
        let account = parameters.get("account").and_then(Value::as_object).ok_or_else(|| wrong("account"))?;
        match account.get("order_id") {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err((Refusal::UnknownAccount, None)),
        }
    };
    Ok(match method {
        "CheckPerformTransaction" => Call::CheckPerform { amount: amount()?, account: account()? },
        "CreateTransaction" => Call::Create { id: id()?, time: time("time")?, amount: amount()?, account: account()? },
        "PerformTransaction" => Call::Perform { id: id()? },
        "CancelTransaction" => Call::Cancel { id: id()?, reason: number("reason")? },
        "CheckTransaction" => Call::Check { id: id()? },
        "GetStatement" => Call::Statement { from: time("from")?, to: time("to")? },
        "SetFiscalData" => {
            let bad = |name: &str| (Refusal::BadFiscalData, Some(name.to_owned()));
            let cancel = match parameters.get("type").and_then(Value::as_str) {
                Some("PERFORM") => false,
                Some("CANCEL") => true,
                _ => return Err(bad("type")),
            };
            let data =
                parameters.get("fiscal_data").filter(|data| data.is_object()).ok_or_else(|| bad("fiscal_data"))?;
            Call::SetFiscalData { id: id().map_err(|_| bad("id"))?, cancel, data: data.clone() }
        }
        unknown => return Err((Refusal::UnknownMethod, Some(unknown.to_owned()))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(body: &str) -> (Value, i64) {
        let (id, call) = read(body.as_bytes());
        let reply = reply(&id, call.map(|_| Value::Null));
        (id, reply["error"]["code"].as_i64().unwrap_or(0))
    }

    #[test]
    fn what_does_not_read_is_refused_by_its_kind_with_the_id_that_could_be_read() {
        for (body, id, expected) in [
            ("{", Value::Null, -32_700),
            ("[]", Value::Null, -32_600),
            (r#"{"id": 7}"#, json!(7), -32_600),
            (r#"{"id": 7, "method": 1, "params": {}}"#, json!(7), -32_600),
            (r#"{"id": 7, "method": "Pay", "params": {}}"#, json!(7), -32_601),
            (r#"{"id": "a", "method": "CheckTransaction", "params": {}}"#, json!("a"), -32_600),
            (r#"{"id": 1, "method": "CheckTransaction", "params": {"id": 5}}"#, json!(1), -32_600),
            (
                r#"{"id": 1, "method": "CheckPerformTransaction", "params": {"amount": 1.5, "account": {"order_id": "x"}}}"#,
                json!(1),
                -32_600,
            ),
            (
                r#"{"id": 1, "method": "CheckPerformTransaction", "params": {"amount": -1, "account": {"order_id": "x"}}}"#,
                json!(1),
                0,
            ),
            (
                r#"{"id": 1, "method": "CheckPerformTransaction", "params": {"amount": 1, "account": {}}}"#,
                json!(1),
                -31_050,
            ),
            (
                r#"{"id": 1, "method": "CheckPerformTransaction", "params": {"amount": 1, "account": {"order_id": 5}}}"#,
                json!(1),
                0,
            ),
            (r#"{"id": 1, "method": "CheckTransaction", "params": {"id": ""}}"#, json!(1), -32_600),
            (r#"{"id": 1, "method": "CancelTransaction", "params": {"id": "x", "reason": "5"}}"#, json!(1), -32_600),
            (r#"{"id": 1, "method": "GetStatement", "params": {"from": 0, "to": 99999999999999}}"#, json!(1), -32_600),
            (
                r#"{"id": 1, "method": "SetFiscalData", "params": {"id": "x", "type": "OTHER", "fiscal_data": {}}}"#,
                json!(1),
                -32_602,
            ),
            (
                r#"{"id": 1, "method": "SetFiscalData", "params": {"type": "CANCEL", "fiscal_data": {}}}"#,
                json!(1),
                -32_602,
            ),
        ] {
            assert_eq!(code(body), (id, expected), "{body}");
        }
    }

    #[test]
    fn an_answer_has_a_result_or_an_error_and_speaks_three_languages() {
        let good = reply(&json!(1), Ok(json!({"allow": true})));
        assert!(good.get("error").is_none() && good["result"]["allow"] == true);
        let bad = reply(&json!(1), Err((Refusal::UnknownMethod, Some("Pay".to_owned()))));
        assert!(bad.get("result").is_none() && bad["error"]["data"] == "Pay");
        for language in ["uz", "ru", "en"] {
            assert!(bad["error"]["message"][language].is_string());
        }
    }
}
