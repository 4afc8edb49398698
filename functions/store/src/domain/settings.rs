//! How a store sells.

use contracts::PaymentMethod;
use domain::{Change, Currency, Localized, Money, Reason, Region, StoreId, localized};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Delivery is free from 500,000 so'm on unless a store says otherwise.
const FREE_SHIPPING_FROM: Money = Money::tiyin(50_000_000);

/// No delivery within the country costs more than 10,000,000 so'm; nothing is free only from more than 10 billion so'm.
const FEE_MAX: i64 = 1_000_000_000;
const FREE_FROM_MAX: i64 = 1_000_000_000_000;

/// What other services go by: stands in the store's own row, which every checkout reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selling {
    /// Orders count as accepted the moment they are placed or paid.
    pub auto_accept: bool,
    /// Delivery fees that differ from the region's default; each region once.
    pub shipping_fees: Vec<ShippingFee>,
    /// From where delivery is free; the platform's rule when none.
    pub free_shipping_from: Option<Money>,
    /// How orders may be paid: at least one way.
    pub payment_methods: Vec<PaymentMethod>,
    /// Whether products may be reviewed.
    #[serde(default = "reviewed")]
    pub reviews: bool,
}

const fn reviewed() -> bool {
    true
}

/// What delivery to a region costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingFee {
    /// Where to.
    pub region: Region,
    /// UZS, up to 10,000,000 so'm.
    pub fee: Money,
}

/// What a store's page says: a row of its own, which no checkout reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// The store.
    pub store_id: StoreId,
    /// How goods are taken back, beyond what the law says.
    pub return_policy: Option<Localized>,
    /// What search engines are told.
    pub seo: Seo,
}

/// What search engines are told about a store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "StoreSeo")]
pub struct Seo {
    /// Up to 70 characters in each language.
    #[garde(inner(custom(localized(70))))]
    pub title: Option<Localized>,
    /// Up to 160 characters in each language.
    #[garde(inner(custom(localized(160))))]
    pub description: Option<Localized>,
    /// Up to 20 words.
    #[garde(length(max = 20), inner(length(chars, min = 1, max = 40)))]
    pub keywords: Vec<String>,
}

/// All settings of a store as its staff see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StoreSettings")]
pub struct Settings {
    /// Whether products may be reviewed.
    pub reviews: bool,
    /// Orders count as accepted the moment they are placed or paid.
    pub auto_accept: bool,
    /// How goods are taken back, beyond what the law says.
    pub return_policy: Option<Localized>,
    /// Delivery fees that differ from the region's default.
    pub shipping_fees: Vec<ShippingFee>,
    /// From where delivery is free.
    pub free_shipping_from: Money,
    /// How orders may be paid.
    pub payment_methods: Vec<PaymentMethod>,
    /// What search engines are told.
    pub seo: Seo,
}

/// A merge patch of settings: lists and the SEO are replaced whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsChange {
    /// See [`Selling::reviews`].
    pub reviews: Option<bool>,
    /// See [`Selling::auto_accept`].
    pub auto_accept: Option<bool>,
    /// See [`Presentation::return_policy`].
    pub return_policy: Change<Localized>,
    /// See [`Selling::shipping_fees`].
    pub shipping_fees: Option<Vec<ShippingFee>>,
    /// See [`Selling::free_shipping_from`].
    pub free_shipping_from: Change<Money>,
    /// See [`Selling::payment_methods`].
    pub payment_methods: Option<Vec<PaymentMethod>>,
    /// See [`Presentation::seo`].
    pub seo: Option<Seo>,
}

/// What a member of the settings breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An amount is negative, too large or of another currency.
    #[error("must be from 0 to {} so'm", .0 / 100)]
    Amount(i64),
    /// One thing stands there twice.
    #[error("must not name anything twice")]
    Twice,
    /// Nothing stands there.
    #[error("must name at least one")]
    Empty,
}

impl Reason for SettingsError {
    fn reason(&self) -> Localized {
        match self {
            Self::Amount(max) => {
                let max = max / 100;
                Localized::new(
                    format!("0 dan {max} so'mgacha bo'lishi kerak"),
                    format!("должно быть от 0 до {max} сумов"),
                    format!("must be from 0 to {max} so'm"),
                )
            }
            Self::Twice => {
                Localized::new("takrorlanmasligi kerak", "не должно повторяться", "must not name anything twice")
            }
            Self::Empty => Localized::new("kamida bittasi kerak", "нужен хотя бы один", "must name at least one"),
        }
    }
}

impl Default for Selling {
    fn default() -> Self {
        let payment_methods = PaymentMethod::ALL.to_vec();
        let (shipping_fees, free_shipping_from) = (Vec::new(), None);
        Self { auto_accept: false, shipping_fees, free_shipping_from, payment_methods, reviews: reviewed() }
    }
}

impl Selling {
    /// From where delivery is free.
    pub fn free_from(&self) -> Money {
        self.free_shipping_from.unwrap_or(FREE_SHIPPING_FROM)
    }

    fn changed(&self, change: &SettingsChange) -> Self {
        let now = self.clone();
        Self {
            auto_accept: change.auto_accept.unwrap_or(now.auto_accept),
            shipping_fees: change.shipping_fees.clone().unwrap_or(now.shipping_fees),
            free_shipping_from: change.free_shipping_from.apply(now.free_shipping_from),
            payment_methods: change.payment_methods.clone().unwrap_or(now.payment_methods),
            reviews: change.reviews.unwrap_or(now.reviews),
        }
    }
}

impl Presentation {
    /// Of a store that has said nothing.
    pub fn of(store_id: StoreId) -> Self {
        Self { store_id, return_policy: None, seo: Seo::default() }
    }

    fn changed(&self, change: &SettingsChange) -> Self {
        let now = self.clone();
        Self {
            store_id: now.store_id,
            return_policy: change.return_policy.clone().apply(now.return_policy),
            seo: change.seo.clone().unwrap_or(now.seo),
        }
    }
}

impl Settings {
    /// Put together from the two rows they stand in.
    pub fn of(selling: &Selling, presentation: &Presentation) -> Self {
        Self {
            reviews: selling.reviews,
            auto_accept: selling.auto_accept,
            return_policy: presentation.return_policy.clone(),
            shipping_fees: selling.shipping_fees.clone(),
            free_shipping_from: selling.free_from(),
            payment_methods: selling.payment_methods.clone(),
            seo: presentation.seo.clone(),
        }
    }
}

impl SettingsChange {
    /// The change, if each member of it keeps its rules; otherwise the first that does not.
    pub fn checked(self) -> Result<Self, (&'static str, SettingsError)> {
        if let Some(fees) = &self.shipping_fees {
            let field = "shipping_fees";
            fees.iter().try_for_each(|fee| amount(fee.fee, FEE_MAX)).map_err(|e| (field, e))?;
            once(fees.iter().map(|fee| fee.region)).map_err(|e| (field, e))?;
        }
        if let Change::Set(from) = self.free_shipping_from {
            amount(from, FREE_FROM_MAX).map_err(|e| ("free_shipping_from", e))?;
        }
        if let Some(methods) = &self.payment_methods {
            if methods.is_empty() {
                return Err(("payment_methods", SettingsError::Empty));
            }
            once(methods.iter().copied()).map_err(|e| ("payment_methods", e))?;
        }
        Ok(self)
    }

    /// Both rows after the change.
    pub fn apply(&self, selling: &Selling, presentation: &Presentation) -> (Selling, Presentation) {
        (selling.changed(self), presentation.changed(self))
    }
}

fn amount(money: Money, max: i64) -> Result<(), SettingsError> {
    let fits = money.currency() == Currency::UZS && (0..=max).contains(&money.minor());
    if fits { Ok(()) } else { Err(SettingsError::Amount(max)) }
}

fn once<T: PartialEq>(items: impl Iterator<Item = T>) -> Result<(), SettingsError> {
    let mut seen = Vec::new();
    for item in items {
        if seen.contains(&item) {
            return Err(SettingsError::Twice);
        }
        seen.push(item);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> SettingsChange {
        SettingsChange::default()
    }

    #[test]
    fn a_store_is_always_paid_somehow_and_names_nothing_twice() {
        let methods = |m: &[PaymentMethod]| SettingsChange { payment_methods: Some(m.to_vec()), ..change() }.checked();
        assert_eq!(methods(&[]), Err(("payment_methods", SettingsError::Empty)));
        let payme = PaymentMethod::Payme;
        assert_eq!(methods(&[payme, payme]), Err(("payment_methods", SettingsError::Twice)));
        assert!(methods(&[payme]).is_ok());
    }

    #[test]
    fn fees_are_som_from_zero_to_a_limit_one_a_region() {
        let fee = |fee: Money| ShippingFee { region: Region::Bukhara, fee };
        let fees = |fees: &[Money]| {
            let shipping_fees = Some(fees.iter().map(|m| fee(*m)).collect());
            SettingsChange { shipping_fees, ..change() }.checked().err().map(|(_, error)| error)
        };
        assert_eq!(fees(&[Money::tiyin(0)]), None);
        assert_eq!(fees(&[Money::tiyin(FEE_MAX)]), None);
        for wrong in [Money::tiyin(-1), Money::tiyin(FEE_MAX + 1), Money::new(1, Currency::USD)] {
            assert_eq!(fees(&[wrong]), Some(SettingsError::Amount(FEE_MAX)));
        }
        assert_eq!(fees(&[Money::tiyin(0), Money::tiyin(1)]), Some(SettingsError::Twice));
    }

    #[test]
    fn free_delivery_falls_back_to_the_platforms_rule() {
        let set = SettingsChange { free_shipping_from: Change::Set(Money::tiyin(0)), ..change() };
        let (selling, _) = set.apply(&Selling::default(), &Presentation::of(StoreId::derived("s")));
        assert_eq!(selling.free_from(), Money::tiyin(0));
        let clear = SettingsChange { free_shipping_from: Change::Clear, ..change() };
        let (selling, _) = clear.apply(&selling, &Presentation::of(StoreId::derived("s")));
        assert_eq!(selling.free_from(), FREE_SHIPPING_FROM);
    }
}
