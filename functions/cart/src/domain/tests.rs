use contracts::{CartOwner, Offer, OrderedLine};
use domain::{CartItemId, CheckoutId, Money, Timestamp, UserId};
use proptest::prelude::*;

use super::*;
use crate::testkit::offer;

fn cart() -> Cart {
    Cart::new(CartOwner::User(UserId::derived("shopper")), Timestamp::UNIX_EPOCH)
}

fn item(n: u64) -> CartItemId {
    CartItemId::derived(&format!("item/{n}"))
}

fn bought(offer: &Offer, quantity: u32) -> OrderedLine {
    let total = offer.unit_price.times(quantity).unwrap();
    OrderedLine { product_id: offer.product_id, variant_id: offer.variant_id, quantity, total }
}

fn conversion(cart_version: u64) -> Conversion {
    Conversion { checkout_id: CheckoutId::derived("checkout"), cart_version, at: Timestamp::UNIX_EPOCH }
}

fn quantities(cart: &Cart) -> Vec<u32> {
    cart.lines.iter().map(|line| line.quantity).collect()
}

#[test]
fn the_same_variant_again_adds_up_at_todays_price() {
    let (mut cart, mut offer) = (cart(), offer("a"));
    cart.add(&offer, 2, item(1), 1).unwrap();
    offer.unit_price = Money::tiyin(7);
    cart.add(&offer, 3, item(2), 2).unwrap();
    assert_eq!(quantities(&cart), [5]);
    assert_eq!((cart.lines[0].item_id, cart.subtotal()), (item(1), Ok(Money::tiyin(35))));
}

#[test]
fn what_cannot_be_bought_does_not_get_in() {
    let plenty = Offer { available: 1_000, ..offer("a") };
    for (offer, held, quantity, refusal) in [
        (plenty.clone(), 0, 0, Refusal::Quantity),
        (plenty.clone(), 0, 51, Refusal::Quantity),
        (plenty.clone(), 30, 21, Refusal::Quantity),
        (plenty.clone(), 1, u32::MAX, Refusal::Quantity),
        (Offer { active: false, ..plenty.clone() }, 0, 1, Refusal::NotForSale),
        (Offer { available: 4, ..plenty.clone() }, 3, 2, Refusal::Short { requested: 5, available: 4 }),
    ] {
        let mut cart = cart();
        if held > 0 {
            cart.add(&plenty, held, item(1), 1).unwrap();
        }
        let before = cart.clone();
        assert_eq!(cart.add(&offer, quantity, item(2), 2), Err(refusal), "{held} and {quantity}");
        assert_eq!(cart, before);
    }
}

#[test]
fn a_cart_holds_a_hundred_lines() {
    let mut cart = cart();
    for n in 0..100 {
        cart.add(&offer(&n.to_string()), 1, item(n), n).unwrap();
    }
    assert_eq!(cart.add(&offer("one more"), 1, item(100), 101), Err(Refusal::Full));
    assert!(cart.add(&offer("7"), 1, item(101), 101).is_ok(), "a variant that is there is no new line");
}

#[test]
fn what_was_bought_leaves_and_what_came_since_stays() {
    let (mut cart, a, b, c) = (cart(), offer("a"), offer("b"), offer("c"));
    cart.add(&a, 2, item(1), 1).unwrap();
    cart.add(&b, 1, item(2), 2).unwrap();
    cart.add(&c, 1, item(3), 3).unwrap();
    // Bought at version 3; since then two more of a, and c taken out and put in again.
    cart.add(&a, 2, item(4), 4).unwrap();
    cart.remove(item(3)).unwrap();
    cart.add(&c, 1, item(5), 6).unwrap();
    let lines = [bought(&a, 2), bought(&b, 1), bought(&c, 1)];
    assert!(cart.convert(conversion(3), &lines));
    assert_eq!(cart.lines.iter().map(|l| (l.item_id, l.quantity)).collect::<Vec<_>>(), [(item(1), 2), (item(5), 1)]);
    assert_eq!(cart.status, Status::Active);
    let once = cart.clone();
    assert!(!cart.convert(conversion(3), &lines), "a second delivery");
    assert_eq!(cart, once);
}

#[test]
fn a_cart_bought_whole_is_converted_until_something_is_added() {
    let mut cart = cart();
    cart.add(&offer("a"), 2, item(1), 1).unwrap();
    cart.convert(conversion(1), &[bought(&offer("a"), 2)]);
    assert_eq!((cart.status, cart.converted_version()), (Status::Converted, 1));
    cart.add(&offer("a"), 1, item(2), 3).unwrap();
    assert_eq!(cart.status, Status::Active);
}

#[test]
fn only_the_last_twenty_additions_are_remembered() {
    let (mut cart, offer) = (cart(), offer("a"));
    let addition = |n: u32| Addition {
        key: format!("key-{n}"),
        product_id: offer.product_id,
        variant_id: offer.variant_id,
        quantity: n,
    };
    for n in 0..=20 {
        assert_eq!(cart.remember(&addition(n)), Ok(true));
    }
    assert!((1..=20).all(|n| cart.remember(&addition(n)) == Ok(false)));
    let other = Addition { quantity: 1, ..addition(20) };
    assert_eq!(cart.remember(&other), Err(Refusal::KeyReused));
    assert_eq!(cart.remember(&addition(0)), Ok(true), "it was forgotten");
    assert_eq!(cart.additions_seen.len(), ADDITIONS_MAX);
}

proptest! {
    #[test]
    fn lines_stay_within_their_limits_whatever_is_done(
        steps in prop::collection::vec((0..3_u8, 0..6_u64, 0..60_u32, 1..40_u64), 1..60)
    ) {
        let mut cart = cart();
        for (version, (step, what, quantity, converted)) in (1_u64..).zip(steps) {
            let offer = offer(&what.to_string());
            match step {
                0 => drop(cart.add(&offer, quantity, item(version), version)),
                1 => drop(cart.set_quantity(item(what), quantity, &offer)),
                _ => drop(cart.convert(conversion(converted.min(version)), &[bought(&offer, quantity)])),
            }
            prop_assert!(cart.lines.iter().all(|l| (1..=QUANTITY_MAX).contains(&l.quantity)));
            let mut variants: Vec<_> = cart.lines.iter().map(|l| l.variant_id).collect();
            variants.sort();
            variants.dedup();
            prop_assert_eq!(variants.len(), cart.lines.len());
        }
    }
}
