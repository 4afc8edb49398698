//! The regions of the country.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Money, Region};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;

#[derive(Serialize)]
struct RegionAnswer {
    code: &'static str,
    name: &'static str,
    /// The fee of stores that set none.
    delivery_fee: Money,
    delivery_days: u8,
    /// What every postal code of the region begins with.
    postal_prefix: &'static str,
}

#[derive(Serialize)]
struct Regions {
    items: Vec<RegionAnswer>,
}

pub(super) async fn list() -> Response {
    let answer = |region: Region| RegionAnswer {
        code: region.code(),
        name: region.name(),
        delivery_fee: region.default_fee(),
        delivery_days: region.delivery_days(),
        postal_prefix: region.postal_prefix(),
    };
    let items = Region::ALL.into_iter().map(answer).collect();
    let mut response = Json(Regions { items }).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    response
}
