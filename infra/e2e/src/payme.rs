//! Payme, as it calls us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{Client, Cloud};

/// Payme's side of its Merchant API: JSON-RPC 2.0, always HTTP 200.
#[derive(Debug, Clone)]
pub struct Payme {
    client: Client,
}

impl Payme {
    /// Payme with the key that the laptop cloud drew.
    ///
    /// # Panics
    /// When the order function was given none.
    pub fn of(cloud: &Cloud) -> Self {
        let key = cloud.endpoints["functions"]["um-dev-order-api"]["PAYME_KEY"].as_str();
        Self::with_key(cloud, key.filter(|key| !key.is_empty()).expect("the order function has Payme's key"))
    }

    /// Somebody with that key.
    pub fn with_key(cloud: &Cloud, key: &str) -> Self {
        let authorization = format!("Basic {}", STANDARD.encode(format!("Paycom:{key}")));
        Self { client: cloud.client().with("authorization", &authorization) }
    }

    /// Any call: the whole answer.
    ///
    /// # Panics
    /// When nobody answers, the status is not 200, the id is not echoed, or there is not one of result and error.
    pub async fn call(&self, method: &str, params: &Value) -> Value {
        self.try_call(method, params).await.expect("we answer")
    }

    /// Like [`Payme::call`]; none when nobody answers.
    pub async fn try_call(&self, method: &str, params: &Value) -> Option<Value> {
        let request = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        let body = ("application/json", request.to_string().into_bytes());
        let reply = self.client.try_send("POST", "/v1/webhooks/payme", Some(body)).await.ok()?.expect_status(200).body;
        assert_eq!(reply["id"], 7, "{reply}");
        assert_ne!(reply.get("result").is_some(), reply.get("error").is_some(), "{reply}");
        Some(reply)
    }

    /// Whether `amount` tiyin may be paid for a checkout.
    pub async fn check_perform(&self, checkout_id: &str, amount: i64) -> Value {
        let params = json!({"amount": amount, "account": {"order_id": checkout_id}});
        self.call("CheckPerformTransaction", &params).await
    }

    /// A transaction `id` (24 characters) of Payme's `time` (milliseconds) over `amount` tiyin.
    pub async fn create(&self, id: &str, time: i64, checkout_id: &str, amount: i64) -> Value {
        let params = json!({"id": id, "time": time, "amount": amount, "account": {"order_id": checkout_id}});
        self.call("CreateTransaction", &params).await
    }

    /// The money is there.
    pub async fn perform(&self, id: &str) -> Value {
        self.call("PerformTransaction", &json!({"id": id})).await
    }

    /// The transaction ends, or is taken back.
    pub async fn cancel(&self, id: &str, reason: i64) -> Value {
        self.call("CancelTransaction", &json!({"id": id, "reason": reason})).await
    }

    /// Where a transaction is.
    pub async fn check(&self, id: &str) -> Value {
        self.call("CheckTransaction", &json!({"id": id})).await
    }

    /// The transactions of Payme's times `from` to `to`, both included.
    pub async fn statement(&self, from: i64, to: i64) -> Value {
        self.call("GetStatement", &json!({"from": from, "to": to})).await
    }

    /// What the fiscal service said: `kind` is `PERFORM` or `CANCEL`.
    pub async fn set_fiscal_data(&self, id: &str, kind: &str, fiscal_data: &Value) -> Value {
        let params = json!({"id": id, "type": kind, "fiscal_data": fiscal_data});
        self.call("SetFiscalData", &params).await
    }
}
