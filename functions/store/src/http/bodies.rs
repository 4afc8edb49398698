//! What is sent to the routes.

use domain::{Change, Region, Slug};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::{Contacts, Details, Jshshir, Plan, Stir, StoreChange, StoreKind, StoreName};

/// A store to be opened.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewStore")]
pub(super) struct OpenBody {
    #[garde(skip)]
    name: StoreName,
    #[garde(skip)]
    pub(super) slug: Option<Slug>,
    #[garde(inner(length(chars, min = 1, max = 2_000)))]
    description: Option<String>,
    #[serde(rename = "type")]
    #[garde(skip)]
    kind: StoreKind,
    #[garde(skip)]
    stir: Option<Stir>,
    #[garde(skip)]
    jshshir: Option<Jshshir>,
    #[garde(inner(length(chars, min = 1, max = 40)))]
    registration_number: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    vat_registered: bool,
    #[garde(skip)]
    region: Region,
    #[garde(dive)]
    contacts: Contacts,
}

impl From<OpenBody> for Details {
    fn from(body: OpenBody) -> Self {
        Self {
            name: body.name,
            description: body.description,
            kind: body.kind,
            stir: body.stir,
            jshshir: body.jshshir,
            registration_number: body.registration_number,
            vat_registered: body.vat_registered,
            region: body.region,
            contacts: body.contacts,
        }
    }
}

/// A merge patch of a store.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "StorePatch")]
pub(super) struct ChangeBody {
    #[garde(skip)]
    name: Option<StoreName>,
    #[garde(custom(at_most(2_000)))]
    description: Change<String>,
    #[serde(rename = "type")]
    #[garde(skip)]
    kind: Option<StoreKind>,
    #[garde(skip)]
    stir: Change<Stir>,
    #[garde(skip)]
    jshshir: Change<Jshshir>,
    #[garde(custom(at_most(40)))]
    registration_number: Change<String>,
    #[garde(skip)]
    vat_registered: Option<bool>,
    #[garde(skip)]
    region: Option<Region>,
    #[garde(dive)]
    contacts: Option<Contacts>,
}

fn at_most(max: usize) -> impl FnOnce(&Change<String>, &()) -> garde::Result {
    move |change, ()| match change {
        Change::Set(text) => garde::rules::length::chars::apply(text, (1, max)),
        Change::Keep | Change::Clear => Ok(()),
    }
}

impl From<ChangeBody> for StoreChange {
    fn from(body: ChangeBody) -> Self {
        Self {
            name: body.name,
            description: body.description,
            kind: body.kind,
            stir: body.stir,
            jshshir: body.jshshir,
            registration_number: body.registration_number,
            vat_registered: body.vat_registered,
            region: body.region,
            contacts: body.contacts,
        }
    }
}

/// Why a store is handed back or stopped: its staff read it.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReasonForStore")]
pub(super) struct ReasonBody {
    #[garde(length(chars, min = 3, max = 500))]
    pub(super) reason: String,
}

/// A store's plan.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewStorePlan")]
pub(super) struct PlanBody {
    #[garde(skip)]
    pub(super) plan: Plan,
}
