use contracts::{StoreStatus, StoreTerms};
use domain::{Change, Phone, Region, Slug, StoreId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Jshshir, NotAllowed, Plan, Selling, Step, Stir, StoreName, after};

/// The platform's share unless a plan says otherwise, in hundredths of a percent: 5%.
const COMMISSION_BASIS_POINTS: u32 = 500;

/// A seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// The id.
    pub store_id: StoreId,
    /// Unique; stays when the name changes, so that addresses stay.
    pub slug: Slug,
    /// Who opened it.
    pub owner_id: UserId,
    /// Where it is in its life.
    pub status: StoreStatus,
    /// What it tells about itself.
    pub details: Details,
    /// What it pays for.
    pub plan: Plan,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its staff asked for a review last.
    pub submitted_at: Option<Timestamp>,
    /// When an admin decided last.
    pub decided_at: Option<Timestamp>,
    /// Why the last review turned it down; nothing once it is submitted again.
    pub rejection: Option<String>,
    /// When and why an admin stopped it; nothing once it is reinstated.
    #[serde(default)]
    pub suspension: Option<Suspension>,
    /// How many are on its staff, those invited counted.
    #[serde(default = "one")]
    pub members: u32,
    /// What its checkouts go by.
    #[serde(default)]
    pub selling: Selling,
}

/// A store begins with its owner.
const fn one() -> u32 {
    1
}

/// A stop by the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StoreSuspension")]
pub struct Suspension {
    /// Since when.
    pub at: Timestamp,
    /// Why, as the staff read it.
    pub reason: String,
}

/// What a store tells about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StoreDetails")]
pub struct Details {
    /// What people call it.
    pub name: StoreName,
    /// A few sentences.
    pub description: Option<String>,
    /// Who stands behind it.
    #[serde(rename = "type")]
    pub kind: StoreKind,
    /// A company's tax number.
    pub stir: Option<Stir>,
    /// A person's tax number.
    pub jshshir: Option<Jshshir>,
    /// The number of the certificate of registration.
    pub registration_number: Option<String>,
    /// Registered for VAT: its prices contain it.
    pub vat_registered: bool,
    /// Where it is.
    pub region: Region,
    /// How to reach it.
    pub contacts: Contacts,
}

/// Who stands behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StoreKind {
    /// A person.
    Individual,
    /// A company.
    Business,
    /// A large company.
    Enterprise,
}

/// How to reach a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "StoreContacts")]
pub struct Contacts {
    /// Answered by a person.
    #[garde(skip)]
    pub phone: Phone,
    /// An address of mail.
    #[serde(default)]
    #[garde(inner(email, length(max = 254)))]
    pub email: Option<String>,
    /// Street, house, city.
    #[serde(default)]
    #[garde(inner(length(chars, min = 3, max = 200)))]
    pub address: Option<String>,
}

/// A merge patch of a store's details.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreChange {
    /// See [`Details::name`].
    pub name: Option<StoreName>,
    /// See [`Details::description`].
    pub description: Change<String>,
    /// See [`Details::kind`].
    pub kind: Option<StoreKind>,
    /// See [`Details::stir`].
    pub stir: Change<Stir>,
    /// See [`Details::jshshir`].
    pub jshshir: Change<Jshshir>,
    /// See [`Details::registration_number`].
    pub registration_number: Change<String>,
    /// See [`Details::vat_registered`].
    pub vat_registered: Option<bool>,
    /// See [`Details::region`].
    pub region: Option<Region>,
    /// See [`Details::contacts`].
    pub contacts: Option<Contacts>,
}

/// What was looked at in a review cannot be changed afterwards; nothing of a closed store can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fields:?} cannot be changed while the store is {status:?}")]
pub struct Reviewed {
    /// The members that were to change.
    pub fields: Vec<&'static str>,
    /// Where the store is.
    pub status: StoreStatus,
}

impl Details {
    fn changed(self, change: StoreChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            description: change.description.apply(self.description),
            kind: change.kind.unwrap_or(self.kind),
            stir: change.stir.apply(self.stir),
            jshshir: change.jshshir.apply(self.jshshir),
            registration_number: change.registration_number.apply(self.registration_number),
            vat_registered: change.vat_registered.unwrap_or(self.vat_registered),
            region: change.region.unwrap_or(self.region),
            contacts: change.contacts.unwrap_or(self.contacts),
        }
    }

    /// The members in which two differ: name, and whether a review looks at it.
    fn differences(&self, other: &Self) -> Vec<(&'static str, bool)> {
        let all = [
            ("name", false, self.name != other.name),
            ("description", false, self.description != other.description),
            ("type", true, self.kind != other.kind),
            ("stir", true, self.stir != other.stir),
            ("jshshir", true, self.jshshir != other.jshshir),
            ("registration_number", true, self.registration_number != other.registration_number),
            ("vat_registered", true, self.vat_registered != other.vat_registered),
            ("region", false, self.region != other.region),
            ("contacts", false, self.contacts != other.contacts),
        ];
        all.into_iter().filter(|(_, _, differs)| *differs).map(|(name, reviewed, _)| (name, reviewed)).collect()
    }
}

impl Store {
    /// A store that was just opened.
    pub fn open(store_id: StoreId, slug: Slug, owner_id: UserId, details: Details, at: Timestamp) -> Self {
        Self {
            store_id,
            slug,
            owner_id,
            status: StoreStatus::Pending,
            details,
            plan: Plan::default(),
            opened_at: at,
            submitted_at: None,
            decided_at: None,
            rejection: None,
            suspension: None,
            members: 1,
            selling: Selling::default(),
        }
    }

    /// The store after `change`, and the members that it changed.
    pub fn changed(&self, change: StoreChange) -> Result<(Self, Vec<&'static str>), Reviewed> {
        let details = self.details.clone().changed(change);
        let differences = self.details.differences(&details);
        let frozen = |reviewed: bool| match self.status {
            StoreStatus::Pending => false,
            StoreStatus::UnderReview | StoreStatus::Active | StoreStatus::Suspended => reviewed,
            StoreStatus::Closed => true,
        };
        let fields: Vec<_> = differences.iter().filter(|(_, r)| frozen(*r)).map(|(name, _)| *name).collect();
        if !fields.is_empty() {
            return Err(Reviewed { fields, status: self.status });
        }
        let names = differences.into_iter().map(|(name, _)| name).collect();
        Ok((Self { details, ..self.clone() }, names))
    }

    /// What a review needs and the store has not told: the tax number of its type.
    pub fn missing(&self) -> Vec<&'static str> {
        let details = &self.details;
        let (field, there) = match details.kind {
            StoreKind::Individual => ("jshshir", details.jshshir.is_some()),
            StoreKind::Business | StoreKind::Enterprise => ("stir", details.stir.is_some()),
        };
        if there { Vec::new() } else { vec![field] }
    }

    /// The store after `step` at `at`; `reason` is why, for a rejection or a suspension.
    pub fn advanced(&self, step: Step, reason: Option<String>, at: Timestamp) -> Result<Self, NotAllowed> {
        let mut next = Self { status: after(self.status, step)?, ..self.clone() };
        match step {
            Step::Submit => (next.submitted_at, next.rejection) = (Some(at), None),
            Step::Approve | Step::Reject => (next.decided_at, next.rejection) = (Some(at), reason),
            Step::Suspend => next.suspension = Some(Suspension { at, reason: reason.unwrap_or_default() }),
            Step::Reinstate => next.suspension = None,
            Step::Close => {}
        }
        Ok(next)
    }

    /// What the other services need to know.
    pub fn terms(&self) -> StoreTerms {
        StoreTerms {
            store_id: self.store_id,
            name: self.details.name.to_string(),
            status: self.status,
            vat_registered: self.details.vat_registered,
            commission_basis_points: COMMISSION_BASIS_POINTS,
            products_max: self.plan.products_max(),
            shipping_fees: self.selling.shipping_fees.iter().map(|fee| (fee.region, fee.fee)).collect(),
            free_shipping_from: self.selling.free_from(),
            payment_methods: self.selling.payment_methods.clone(),
            auto_accept: self.selling.auto_accept,
            reviews: self.selling.reviews,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::details;

    fn store(status: StoreStatus) -> Store {
        let (id, owner) = (StoreId::derived("s"), UserId::derived("u"));
        let store = Store::open(id, "texno".parse().unwrap(), owner, details("Texno"), Timestamp::UNIX_EPOCH);
        Store { status, ..store }
    }

    #[test]
    fn what_a_review_looked_at_stays() {
        let vat = StoreChange { vat_registered: Some(true), region: Some(Region::Fergana), ..StoreChange::default() };
        let region = StoreChange { region: Some(Region::Fergana), ..StoreChange::default() };
        for (status, vat_may, region_may) in [
            (StoreStatus::Pending, true, true),
            (StoreStatus::UnderReview, false, true),
            (StoreStatus::Active, false, true),
            (StoreStatus::Suspended, false, true),
            (StoreStatus::Closed, false, false),
        ] {
            assert_eq!(store(status).changed(vat.clone()).is_ok(), vat_may, "{status:?}");
            assert_eq!(store(status).changed(region.clone()).is_ok(), region_may, "{status:?}");
        }
    }

    #[test]
    fn a_new_name_keeps_the_slug() {
        let name = StoreName::try_from("Boshqa".to_owned()).unwrap();
        let change = StoreChange { name: Some(name), ..StoreChange::default() };
        let (next, changed) = store(StoreStatus::Active).changed(change).unwrap();
        assert_eq!((next.slug.as_str(), changed), ("texno", vec!["name"]));
    }

    #[test]
    fn a_review_needs_the_tax_number_of_the_type() {
        let mut store = store(StoreStatus::Pending);
        assert_eq!(store.missing(), [""; 0]);
        store.details.kind = StoreKind::Individual;
        assert_eq!(store.missing(), ["jshshir"]);
        (store.details.kind, store.details.stir) = (StoreKind::Enterprise, None);
        assert_eq!(store.missing(), ["stir"]);
    }

    #[test]
    fn a_rejection_is_forgotten_once_the_store_is_submitted_again() {
        let at = Timestamp::UNIX_EPOCH;
        let rejected = store(StoreStatus::UnderReview).advanced(Step::Reject, Some("why".into()), at).unwrap();
        assert_eq!((rejected.status, rejected.rejection.as_deref()), (StoreStatus::Pending, Some("why")));
        let again = rejected.advanced(Step::Submit, None, at).unwrap();
        assert_eq!((again.status, again.rejection), (StoreStatus::UnderReview, None));
    }
}
