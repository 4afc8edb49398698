//! What a store's order costs: the one rule that a cart's quote shows and a checkout freezes.

use std::collections::BTreeMap;

use contracts::{Offer, ReservedLine, StoreTerms};
use domain::{Money, MoneyError, Region, largest_remainder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The VAT on delivery, percent.
const SHIPPING_VAT_PERCENT: u32 = 12;

/// What a line's price depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// How many.
    pub quantity: u32,
    /// The price of one, VAT contained.
    pub unit_price: Money,
    /// The product's rate, percent; none when it has none.
    pub vat_percent: Option<u32>,
}

/// What one store's order costs. `total = Σ lines + shipping`; VAT is contained in it, not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// In the order of the items.
    pub lines: Vec<PricedLine>,
    /// Σ lines.
    pub subtotal: Money,
    /// Delivery.
    pub shipping: Money,
    /// The part of `vat` that is contained in `shipping`.
    pub shipping_vat: Money,
    /// Contained in `total`: Σ of the lines' and the shipping's, and Σ of `vat_by_rate`.
    pub vat: Money,
    /// One a rate, lowest first; empty when the store is not registered for VAT.
    pub vat_by_rate: Vec<VatShare>,
    /// What is to be paid.
    pub total: Money,
}

/// What one line costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// Price times quantity.
    pub total: Money,
    /// The rate at this sale, percent; none when no VAT is charged.
    pub vat_percent: Option<u32>,
    /// Contained in `total`.
    pub vat: Money,
}

/// The VAT of one rate in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VatShare {
    /// Percent.
    pub percent: u32,
    /// Lines and shipping at this rate, VAT contained.
    pub taxable: Money,
    /// The VAT in it.
    pub vat: Money,
}

impl From<&ReservedLine> for Item {
    fn from(line: &ReservedLine) -> Self {
        Self { quantity: line.quantity, unit_price: line.unit_price, vat_percent: line.vat_rate }
    }
}

impl Item {
    /// `quantity` of what is offered.
    pub const fn of_offer(offer: &Offer, quantity: u32) -> Self {
        Self { quantity, unit_price: offer.unit_price, vat_percent: offer.vat_rate }
    }
}

/// The price of a store's order to `region`.
///
/// VAT is computed once a rate on everything at that rate (lines, and shipping at 12%), half up, and split over its
/// parts by the largest remainder, so that parts always sum to the whole. A store that is not registered charges none.
pub fn price(terms: &StoreTerms, region: Region, items: &[Item]) -> Result<Priced, MoneyError> {
    let totals = items.iter().map(|i| i.unit_price.times(i.quantity)).collect::<Result<Vec<_>, _>>()?;
    let subtotal = Money::sum(totals.iter().copied())?;
    let shipping = shipping_fee(terms, region, subtotal)?;
    let charged = |percent: Option<u32>| percent.filter(|_| terms.vat_registered);
    // Shipping is the last part, after the lines.
    let mut parts: Vec<(Option<u32>, Money)> =
        items.iter().zip(&totals).map(|(item, total)| (charged(item.vat_percent), *total)).collect();
    let shipping_percent = if shipping.minor() > 0 { charged(Some(SHIPPING_VAT_PERCENT)) } else { None };
    parts.push((shipping_percent, shipping));
    let (shares, vat_by_rate) = contained_vat(&parts)?;
    let line = |(at, total): (usize, &Money)| PricedLine { total: *total, vat_percent: parts[at].0, vat: shares[at] };
    Ok(Priced {
        lines: totals.iter().enumerate().map(line).collect(),
        subtotal,
        shipping,
        shipping_vat: shares[items.len()],
        vat: Money::sum(vat_by_rate.iter().map(|share| share.vat))?,
        vat_by_rate,
        total: subtotal.checked_add(shipping)?,
    })
}

/// What delivery to `region` costs for goods of `subtotal`.
pub fn shipping_fee(terms: &StoreTerms, region: Region, subtotal: Money) -> Result<Money, MoneyError> {
    // The difference also refuses to compare two currencies.
    if subtotal.checked_sub(terms.free_shipping_from)?.minor() >= 0 {
        return Ok(Money::new(0, subtotal.currency()));
    }
    let own = terms.shipping_fees.iter().find(|(r, _)| *r == region).map(|(_, fee)| *fee);
    Ok(own.unwrap_or_else(|| region.default_fee()))
}

/// The VAT in each part, and in all parts of each rate.
fn contained_vat(parts: &[(Option<u32>, Money)]) -> Result<(Vec<Money>, Vec<VatShare>), MoneyError> {
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, (percent, _)) in parts.iter().enumerate() {
        if let Some(percent) = percent {
            groups.entry(*percent).or_default().push(at);
        }
    }
    let mut shares: Vec<Money> = parts.iter().map(|(_, amount)| Money::new(0, amount.currency())).collect();
    let mut by_rate = Vec::with_capacity(groups.len());
    for (percent, members) in groups {
        let taxable = Money::sum(members.iter().map(|at| parts[*at].1))?;
        let vat = taxable.contained_tax(percent)?;
        let weights: Vec<i64> = members.iter().map(|at| parts[*at].1.minor()).collect();
        for (at, share) in members.iter().zip(largest_remainder(vat.minor(), &weights)) {
            shares[*at] = Money::new(share, vat.currency());
        }
        by_rate.push(VatShare { percent, taxable, vat });
    }
    Ok((shares, by_rate))
}

#[cfg(test)]
mod tests {
    use contracts::{PaymentMethod, StoreStatus};
    use domain::StoreId;
    use proptest::prelude::*;

    use super::*;

    fn terms(name: &str) -> StoreTerms {
        StoreTerms {
            store_id: StoreId::derived(name),
            name: name.to_owned(),
            status: StoreStatus::Active,
            vat_registered: true,
            commission_basis_points: 500,
            products_max: 50,
            shipping_fees: Vec::new(),
            free_shipping_from: som(500_000),
            payment_methods: PaymentMethod::ALL.to_vec(),
            auto_accept: false,
            reviews: true,
        }
    }

    fn som(amount: i64) -> Money {
        Money::tiyin(amount * 100)
    }

    fn item(quantity: u32, unit_price: Money, vat_percent: Option<u32>) -> Item {
        Item { quantity, unit_price, vat_percent }
    }

    #[test]
    fn vat_is_counted_a_rate_and_split_without_a_rest() {
        let items = [item(1, som(100_000), Some(12)), item(3, som(10_000), Some(0)), item(1, som(50_000), None)];
        let priced = price(&terms("a"), Region::TashkentCity, &items).unwrap();
        assert_eq!((priced.subtotal, priced.shipping, priced.total), (som(180_000), som(15_000), som(195_000)));
        // 115,000 × 12 / 112 = 12,321.43
        let rates: Vec<_> = priced.vat_by_rate.iter().map(|s| (s.percent, s.taxable, s.vat.minor())).collect();
        assert_eq!(rates, [(0, som(30_000), 0), (12, som(115_000), 1_232_143)]);
        assert_eq!((priced.lines[0].vat.minor(), priced.shipping_vat.minor()), (1_071_429, 160_714));
    }

    #[test]
    fn an_unregistered_store_charges_no_vat() {
        let terms = StoreTerms { vat_registered: false, ..terms("a") };
        let priced = price(&terms, Region::TashkentCity, &[item(2, som(1_000), Some(12))]).unwrap();
        assert_eq!((priced.vat, priced.vat_by_rate.len(), priced.lines[0].vat_percent), (som(0), 0, None));
    }

    #[test]
    fn delivery_costs_what_the_store_says_or_the_region_and_nothing_from_a_threshold() {
        let mut terms = terms("a");
        terms.shipping_fees = vec![(Region::Bukhara, som(1))];
        for (region, subtotal, fee) in [
            (Region::Bukhara, 1, 1),
            (Region::Khorezm, 1, 40_000),
            (Region::Khorezm, 499_999, 40_000),
            (Region::Khorezm, 500_000, 0),
        ] {
            assert_eq!(shipping_fee(&terms, region, som(subtotal)), Ok(som(fee)), "{region:?} {subtotal}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_not_a_wrong_price() {
        let huge = [item(50, Money::tiyin(i64::MAX / 2), None)];
        assert_eq!(price(&terms("a"), Region::Bukhara, &huge), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_exactly(
            items in prop::collection::vec((1..51_u32, 1..10_000_000_000_i64, prop::option::of(prop::sample::select(vec![0, 12, 15]))), 1..40),
            registered in any::<bool>(), fee in 0..10_000_000_i64, free_from in 0..1_000_000_000_000_i64,
        ) {
            let terms = StoreTerms {
                vat_registered: registered,
                shipping_fees: vec![(Region::Navoi, Money::tiyin(fee))],
                free_shipping_from: Money::tiyin(free_from),
                ..terms("a")
            };
            let items: Vec<_> = items.into_iter().map(|(q, p, v)| item(q, Money::tiyin(p), v)).collect();
            let priced = price(&terms, Region::Navoi, &items).unwrap();
            let sum = |amounts: Vec<Money>| Money::sum(amounts).unwrap();
            prop_assert_eq!(sum(priced.lines.iter().map(|l| l.total).collect()), priced.subtotal);
            prop_assert_eq!(priced.subtotal.checked_add(priced.shipping).unwrap(), priced.total);
            let parts = sum(priced.lines.iter().map(|l| l.vat).chain([priced.shipping_vat]).collect());
            prop_assert_eq!(parts, priced.vat);
            prop_assert_eq!(sum(priced.vat_by_rate.iter().map(|s| s.vat).collect()), priced.vat);
            for share in &priced.vat_by_rate {
                prop_assert_eq!(share.taxable.contained_tax(share.percent), Ok(share.vat));
            }
            for line in &priced.lines {
                prop_assert!(line.vat.minor() >= 0 && line.vat.minor() <= line.total.minor());
            }
            prop_assert!(registered || priced.vat.minor() == 0);
        }
    }
}
