use domain::{CheckoutId, Money, Timestamp};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How long a transaction may stay open, counted from Payme's own time.
pub(crate) const LIVES_FOR: SignedDuration = SignedDuration::from_hours(12);
/// The reason of a transaction that ran out of time.
pub(crate) const TIMED_OUT: i64 = 4;

/// Where a transaction is, in Payme's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Created: the money is not there yet.
    Created,
    /// Performed: paid.
    Performed,
    /// Cancelled before it was performed.
    Cancelled,
    /// Cancelled after it was performed: paid back.
    Reversed,
}

impl State {
    /// Payme's number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Created => 1,
            Self::Performed => 2,
            Self::Cancelled => -1,
            Self::Reversed => -2,
        }
    }
}

/// A transaction of Payme's. Times are milliseconds, as Payme writes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Payme's id, 24 characters.
    pub id: String,
    /// What it pays.
    pub checkout_id: CheckoutId,
    /// Payme's time.
    pub time: i64,
    /// How much.
    pub amount: Money,
    /// Our times.
    pub create_time: i64,
    /// When it was performed.
    pub perform_time: Option<i64>,
    /// When it was cancelled.
    pub cancel_time: Option<i64>,
    /// Why it was cancelled, in Payme's numbers.
    pub reason: Option<i64>,
    /// Where it is.
    pub state: State,
    /// What the fiscal service said of the payment and of its cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal: Option<Value>,
    /// The same of the cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fiscal_cancel: Option<Value>,
}

impl Transaction {
    /// When it runs out of time, while it is open.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        let time = Timestamp::from_millisecond(self.time).ok()?;
        (self.state == State::Created).then(|| time + LIVES_FOR)
    }

    /// Whether it is open and out of time.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.ends_at().is_some_and(|end| end <= now)
    }

    /// The partition of its month in the index.
    pub(crate) fn month(&self) -> String {
        month_of(self.time)
    }

    /// Cancelled now: before or after it was performed.
    pub(crate) fn cancelled(&self, reason: i64, now: Timestamp) -> Self {
        let state = if self.state == State::Performed { State::Reversed } else { State::Cancelled };
        Self { state, reason: Some(reason), cancel_time: Some(now.as_millisecond()), ..self.clone() }
    }

    /// Performed now.
    pub(crate) fn performed(&self, now: Timestamp) -> Self {
        Self { state: State::Performed, perform_time: Some(now.as_millisecond()), ..self.clone() }
    }

    /// The answer of `CheckTransaction`, and a line of the statement.
    pub(crate) fn checked(&self) -> Value {
        json!({
            "create_time": self.create_time,
            "perform_time": self.perform_time.unwrap_or(0),
            "cancel_time": self.cancel_time.unwrap_or(0),
            "transaction": self.id,
            "state": self.state.number(),
            "reason": self.reason,
        })
    }

    /// A line of the statement.
    pub(crate) fn stated(&self) -> Value {
        let mut line = self.checked();
        line["id"] = self.id.clone().into();
        line["time"] = self.time.into();
        line["amount"] = self.amount.minor().into();
        line["account"] = json!({"order_id": self.checkout_id.to_string()});
        line["receivers"] = Value::Null;
        line
    }
}

/// The partition of a month of Payme's times.
pub(crate) fn month_of(time: i64) -> String {
    let at = Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("PAYME#{}", at.strftime("%Y-%m"))
}
