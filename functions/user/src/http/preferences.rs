//! What somebody wants to be told, and where.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use garde::Validate;
use lambda::http::{Body, Problem, User, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::domain::{Channel, Preferences, PreferencesChange, Privacy, Topics};
use crate::ops::{self, PreferencesError};

/// Preferences of the caller.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Preferences")]
pub(super) struct PreferencesAnswer {
    #[serde(flatten)]
    topics: Topics,
    privacy: Privacy,
}

impl From<Preferences> for PreferencesAnswer {
    fn from(preferences: Preferences) -> Self {
        Self { topics: preferences.topics, privacy: preferences.privacy }
    }
}

/// A topic that is there replaces its channels.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(super) struct PreferencesPatch {
    order_updates: Option<BTreeSet<Channel>>,
    price_alerts: Option<BTreeSet<Channel>>,
    wishlist: Option<BTreeSet<Channel>>,
    review_reminders: Option<BTreeSet<Channel>>,
    marketing: Option<BTreeSet<Channel>>,
    weekly_digest: Option<BTreeSet<Channel>>,
    privacy: Option<Privacy>,
}

impl From<PreferencesPatch> for PreferencesChange {
    fn from(patch: PreferencesPatch) -> Self {
        Self {
            order_updates: patch.order_updates,
            price_alerts: patch.price_alerts,
            wishlist: patch.wishlist,
            review_reminders: patch.review_reminders,
            marketing: patch.marketing,
            weekly_digest: patch.weekly_digest,
            privacy: patch.privacy,
        }
    }
}

pub(super) async fn mine(State(ctx): State<Ctx>, User(me): User) -> Result<Json<PreferencesAnswer>, Problem> {
    Ok(Json(ops::preferences(&ctx, me.user_id).await?.into()))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Body(patch): Body<PreferencesPatch>,
) -> Result<Json<PreferencesAnswer>, Problem> {
    Ok(Json(ops::change_preferences(&ctx, me.user_id, &patch.into()).await?.into()))
}

impl From<PreferencesError> for Problem {
    fn from(error: PreferencesError) -> Self {
        match error {
            PreferencesError::Busy => Self::of(&kinds::CONFLICT),
            PreferencesError::Table(error) => error.into(),
        }
    }
}
