//! The regions of the country.

use axum::Json;
use domain::{Money, Region};
use http::HeaderName;
use http::header::CACHE_CONTROL;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RegionTerms")]
struct RegionAnswer {
    code: &'static str,
    name: &'static str,
    /// The fee of stores that set none.
    delivery_fee: Money,
    delivery_days: u8,
    /// What every postal code of the region begins with.
    postal_prefix: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Regions {
    items: Vec<RegionAnswer>,
}

/// They change with a release: a day's copy does no harm.
const CACHED: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=86400")];

pub(super) async fn list() -> ([(HeaderName, &'static str); 1], Json<Regions>) {
    let answer = |region: Region| RegionAnswer {
        code: region.code(),
        name: region.name(),
        delivery_fee: region.default_fee(),
        delivery_days: region.delivery_days(),
        postal_prefix: region.postal_prefix(),
    };
    let items = Region::ALL.into_iter().map(answer).collect();
    (CACHED, Json(Regions { items }))
}
