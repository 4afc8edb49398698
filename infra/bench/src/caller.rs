//! A front end that checks nothing: what it measures is the cloud, not itself.

use e2e::{Cloud, Person};
use futures::TryFutureExt;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::market::Goods;

/// An HTTP client of the public API.
pub(crate) struct Caller {
    http: reqwest::Client,
    base: String,
}

/// An answer; the body is `null` when it is not JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Caller {
    pub(crate) fn of(cloud: &Cloud) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { http, base: cloud.text("public_url").to_owned() }
    }

    pub(crate) async fn get(&self, path: &str, who: Option<&Person>) -> Answer {
        send(self.request(Method::GET, path, who)).await
    }

    pub(crate) async fn post(&self, path: &str, who: Option<&Person>, body: &Value) -> Answer {
        send(with(self.request(Method::POST, path, who), body)).await
    }

    /// Posts with an idempotency key.
    pub(crate) async fn post_once(&self, path: &str, who: &Person, body: &Value, key: &str) -> Answer {
        send(with(self.request(Method::POST, path, Some(who)).header("idempotency-key", key), body)).await
    }

    pub(crate) async fn delete(&self, path: &str, who: &Person) -> Answer {
        send(self.request(Method::DELETE, path, Some(who))).await
    }

    /// What is on sale in a category.
    pub(crate) async fn shelf(&self, category: &str) -> Vec<Goods> {
        let list = self.get(&format!("/v1/products?category={category}&limit=50"), None).await.body;
        let text = |item: &Value, member: &str| item[member].as_str().expect("a product has ids").to_owned();
        let goods = |item| Goods { product_id: text(item, "product_id"), variant_id: text(item, "variant_id") };
        list["items"].as_array().expect("a list of products").iter().map(goods).collect()
    }

    fn request(&self, method: Method, path: &str, who: Option<&Person>) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match who {
            Some(who) => request.bearer_auth(&who.access_token),
            None => request,
        }
    }
}

fn with(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().and_then(|response| async {
        let status = response.status().as_u16();
        Ok((status, response.bytes().await?))
    });
    let (status, bytes) = answer.await.expect("the cloud answers");
    Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() }
}
