//! How a store sells, as its staff see and set it.

use axum::Json;
use axum::extract::{Path, State};
use contracts::{PaymentMethod, StoreStatus};
use domain::{Change, Localized, Money, Reason, StoreId, localized};
use garde::Validate;
use lambda::http::{Body, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{STATUS, not_found};
use crate::ctx::Ctx;
use crate::domain::{Seo, Settings, SettingsChange, ShippingFee};
use crate::ops::{self, SettingsError};

/// A merge patch: lists and the SEO are replaced whole, `null` goes back to the platform's rule.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "StoreSettingsPatch")]
pub(super) struct SettingsPatch {
    #[garde(skip)]
    reviews: Option<bool>,
    #[garde(skip)]
    auto_accept: Option<bool>,
    /// Up to 4,000 characters in each language.
    #[garde(custom(policy))]
    return_policy: Change<Localized>,
    #[garde(skip)]
    shipping_fees: Option<Vec<ShippingFee>>,
    #[garde(skip)]
    free_shipping_from: Change<Money>,
    #[garde(skip)]
    payment_methods: Option<Vec<PaymentMethod>>,
    #[garde(dive)]
    seo: Option<Seo>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator's signature")]
fn policy(change: &Change<Localized>, (): &()) -> garde::Result {
    match change {
        Change::Set(text) => localized(4_000)(text, &()),
        Change::Keep | Change::Clear => Ok(()),
    }
}

impl SettingsPatch {
    fn read(self) -> Result<SettingsChange, Problem> {
        let change = SettingsChange {
            reviews: self.reviews,
            auto_accept: self.auto_accept,
            return_policy: self.return_policy,
            shipping_fees: self.shipping_fees,
            free_shipping_from: self.free_shipping_from,
            payment_methods: self.payment_methods,
            seo: self.seo,
        };
        change.checked().map_err(|(field, error)| Problem::field(field, error.reason()))
    }
}

pub(super) async fn show(State(ctx): State<Ctx>, Path(id): Path<StoreId>) -> Result<Json<Settings>, Problem> {
    Ok(Json(ops::settings(&ctx, id).await?.ok_or_else(not_found)?))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<StoreId>,
    Body(patch): Body<SettingsPatch>,
) -> Result<Json<Settings>, Problem> {
    Ok(Json(ops::change_settings(&ctx, id, me.user_id, &patch.read()?).await?))
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::NotFound => not_found(),
            SettingsError::Closed => Self::of(&STATUS).with("current_status", StoreStatus::Closed),
            SettingsError::Busy => Self::of(&kinds::CONFLICT),
            SettingsError::Table(error) => error.into(),
        }
    }
}
