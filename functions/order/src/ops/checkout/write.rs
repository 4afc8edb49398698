//! Step 4: everything in one transaction.

use contracts::{Actor, CheckoutCompleted, Event, Fact, PaymentMethod, Reservation, ReservedLine, StoreTerms};
use domain::{EventId, Money, OrderId, Timestamp};
use dynamodb::{Stored, TRANSACT_OPERATIONS_MAX, Tx};
use tracing::warn;

use super::agree::{Agreed, check_buyer, read_buyer};
use super::claim::placed as placed_before;
use super::{Failed, Left, PAY_WITHIN, Place, PlaceError, STORES_MAX};
use crate::Ctx;
use crate::domain::{Item, Order, Party, PaymentStatus, PlacedCheckout, PlacedOrder, Placing, enter, price};
use crate::ops::whole::next_look;
use crate::table::{Bought, Buyer, HistoryEntry, Payment, Saga, SagaState, StoreOrder, saga_key};

/// How often the transaction is worked out again when the buyer's row moved or a number was taken.
const ATTEMPTS_MAX: u32 = 8;

/// Order, history and, in cash, the store's row for each store; saga, buyer, payment, event.
const _: () = assert!(STORES_MAX * 3 + 4 <= TRANSACT_OPERATIONS_MAX);

/// Writes the orders of what is held, or nothing.
pub(super) async fn write(
    ctx: &Ctx,
    saga: &Stored<Saga>,
    command: &Place,
    agreed: &Agreed,
    reservation: &Reservation,
) -> Result<PlacedCheckout, Failed> {
    let held = Failed::leaving(Left::Hold);
    let mut buyer = agreed.buyer.clone();
    for _ in 0..ATTEMPTS_MAX {
        let now = ctx.clock.now();
        let orders = orders(ctx, saga, command, agreed, reservation, now).map_err(&held)?;
        let totals: Vec<Money> = orders.iter().map(|order| order.total).collect();
        check_buyer(&agreed.cart, buyer.as_deref(), command.method, &totals).map_err(&held)?;
        let placed = placed(saga, &orders, command, now).map_err(|e| held(e.into()))?;
        let mut tx = Tx::new().replace("saga", saga, &Saga { state: SagaState::Placed, ..Saga::clone(saga) });
        let next = next_buyer(saga, command, agreed, buyer.as_deref(), orders.len());
        tx = match &buyer {
            Some(read) => tx.replace("buyer", read, &next),
            None => tx.create("buyer", &next),
        };
        tx = tx.create("payment", &payment(&placed, &orders, command, reservation));
        for order in &orders {
            tx = add_order(tx, order).map_err(|e| held(e.into()))?;
        }
        // The books have no entry here: money moves when it is paid, or in cash at delivery.
        tx = tx.tell(told(&placed, &orders, command, agreed));
        let error = match ctx.table.commit(tx).await {
            Ok(()) => return Ok(placed),
            Err(error) => error,
        };
        match error.refused() {
            // This very transaction was carried out and is sent again; or our lease was over, and somebody undoes this
            // attempt or has placed the next one.
            Some("saga") => return answered(ctx, command, PlaceError::InFlight).await,
            Some("buyer") => buyer = read_buyer(ctx, command.user_id).await.map_err(&held)?,
            // A number that is taken: others are drawn.
            Some("history") => {}
            Some(_) => return Err(held(error.into())),
            None => return answered(ctx, command, error.into()).await,
        }
    }
    Err(held(PlaceError::Contended))
}

/// The saga's answer if there is one, otherwise `error`: the transaction may still be carried out.
async fn answered(ctx: &Ctx, command: &Place, error: PlaceError) -> Result<PlacedCheckout, Failed> {
    match ctx.table.get_consistent::<Saga>(saga_key(command.user_id, &command.key)).await {
        Ok(Some(saga)) if saga.state == SagaState::Placed => {
            placed_before(ctx, saga.checkout_id).await.map_err(Failed::leaving(Left::Unknown))
        }
        Ok(_) => Err(Failed { error, left: Left::Unknown }),
        Err(unread) => {
            warn!(%unread, "whether a checkout was placed is not known");
            Err(Failed { error, left: Left::Unknown })
        }
    }
}

/// One order per store, in the order of the cart.
fn orders(
    ctx: &Ctx,
    saga: &Saga,
    command: &Place,
    agreed: &Agreed,
    reservation: &Reservation,
    now: Timestamp,
) -> Result<Vec<Order>, PlaceError> {
    let order = |terms: &StoreTerms| {
        let lines = reservation.lines.iter().filter(|line| line.store_id == terms.store_id);
        let sold: Vec<ReservedLine> = lines.cloned().collect();
        let items: Vec<Item> = sold.iter().map(Item::from).collect();
        let priced = price(terms, agreed.address.region, &items)?;
        let placing = Placing {
            order_id: OrderId::generate(now, &*ctx.entropy),
            checkout_id: saga.checkout_id,
            user_id: command.user_id,
            at: now,
            address: &agreed.address,
            method: command.method,
            clocks: ctx.clocks,
        };
        Ok(Order::place(placing, terms, &sold, priced))
    };
    let orders = agreed.stores.iter().map(order).collect::<Result<Vec<_>, PlaceError>>()?;
    let sold: usize = orders.iter().map(|order| order.lines.len()).sum();
    if sold != agreed.cart.lines.len() || orders.iter().any(|order| order.lines.is_empty()) {
        return Err(PlaceError::Bug(format!("{sold} lines are held for a cart of {}", agreed.cart.lines.len())));
    }
    Ok(orders)
}

fn placed(
    saga: &Saga,
    orders: &[Order],
    command: &Place,
    now: Timestamp,
) -> Result<PlacedCheckout, domain::MoneyError> {
    Ok(PlacedCheckout {
        checkout_id: saga.checkout_id,
        placed_at: now,
        payment_method: command.method,
        payment: PaymentStatus::Pending,
        pay_by: command.method.in_advance().then(|| now + PAY_WITHIN),
        orders: orders.iter().map(PlacedOrder::at_first).collect(),
        total: Money::sum(orders.iter().map(|order| order.total))?,
    })
}

fn next_buyer(saga: &Saga, command: &Place, agreed: &Agreed, before: Option<&Buyer>, orders: usize) -> Buyer {
    let more = match command.method {
        PaymentMethod::CashOnDelivery => u32::try_from(orders).unwrap_or(u32::MAX),
        PaymentMethod::Payme => 0,
    };
    Buyer {
        user_id: command.user_id,
        open_cash_orders: before.map_or(0, |b| b.open_cash_orders).saturating_add(more),
        bought: Bought { checkout_id: saga.checkout_id, cart_version: agreed.cart.version },
    }
}

fn payment(placed: &PlacedCheckout, orders: &[Order], command: &Place, reservation: &Reservation) -> Payment {
    let zero = Money::new(0, placed.total.currency());
    let mut payment = Payment {
        checkout_id: placed.checkout_id,
        user_id: command.user_id,
        orders: orders.iter().map(|order| order.order_id).collect(),
        method: command.method,
        status: PaymentStatus::Pending,
        amount: placed.total,
        paid: zero,
        refunded: zero,
        live_orders: u32::try_from(orders.len()).unwrap_or(u32::MAX),
        pay_by: placed.pay_by,
        paid_at: None,
        open_transaction: None,
        reservation_id: reservation.reservation_id,
        hold_until: reservation.expires_at,
        hold_lost_at: None,
        look_at: None,
    };
    payment.look_at = next_look(&payment, orders);
    payment
}

fn add_order(tx: Tx, order: &Order) -> Result<Tx, crate::domain::ForbiddenMove> {
    let entry = HistoryEntry {
        number: order.number.clone(),
        sequence: 1,
        order_id: order.order_id,
        user_id: order.user_id,
        store_id: order.store_id,
        step: enter(None, order.fulfilment)?,
        payment: None,
        at: order.placed_at,
        actor: Actor::User { id: order.user_id },
        party: Party::Shopper,
        note: None,
    };
    let tx = tx.create("history", &entry).create("order", order);
    // A store has nothing to do with an order that waits for its payment, and does not see where it goes.
    let waits = order.payment_method.in_advance();
    Ok(if waits { tx } else { tx.create("store-order", &StoreOrder::of(order)) })
}

/// The event's id follows from the checkout: it is told once.
fn told(placed: &PlacedCheckout, orders: &[Order], command: &Place, agreed: &Agreed) -> Event {
    let fact = Fact::CheckoutCompleted(CheckoutCompleted {
        checkout_id: placed.checkout_id,
        user_id: command.user_id,
        payment_method: command.method,
        cart_version: agreed.cart.version,
        orders: orders.iter().map(Order::told).collect(),
    });
    let id = EventId::derived(&format!("checkout/{}/completed", placed.checkout_id));
    Event::new(id, placed.placed_at, Actor::User { id: command.user_id }, command.correlation_id, fact)
}
