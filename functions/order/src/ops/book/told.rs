//! Who is told: the history, the subscribers of events, auditors.

use contracts::{AuditRecorded, Event, Fact, Fulfilment, OrderMoved, Service};
use domain::EventId;
use dynamodb::{Stored, Tx};
use serde_json::json;

use crate::domain::{Move, Order, Party};
use crate::ops::doer::Doer;
use crate::table::HistoryEntry;

/// The order, changed once more.
pub(super) fn touched(order: &Order, doer: &Doer) -> Order {
    Order { moves: order.moves + 1, moved_at: doer.at, ..order.clone() }
}

/// The order and its history; what the platform's staff do is audited.
pub(super) fn write(tx: Tx, read: &Stored<Order>, next: &Order, doer: &Doer) -> Tx {
    let entry = HistoryEntry {
        number: next.number.clone(),
        sequence: next.moves,
        order_id: next.order_id,
        user_id: next.user_id,
        store_id: next.store_id,
        step: Move { from: Some(read.fulfilment), to: next.fulfilment },
        payment: (next.payment != read.payment).then_some(next.payment),
        at: doer.at,
        actor: doer.actor,
        party: doer.party,
        note: doer.note.clone(),
    };
    let tx = tx.replace("order", read, next).create("history", &entry);
    if doer.party == Party::Platform { tx.tell(audit(read, next, doer)) } else { tx }
}

fn audit(read: &Order, next: &Order, doer: &Doer) -> Event {
    let action = match next.fulfilment {
        same if same == read.fulfilment => "order.refund",
        Fulfilment::Cancelled => "order.cancel",
        _ => "order.move",
    };
    let repaid = next.refund.as_ref().and_then(|refund| refund.done.as_ref());
    let record = AuditRecorded {
        service: Service::Order,
        action: action.to_owned(),
        resource: format!("order/{}", next.order_id),
        before: json!({"fulfilment": read.fulfilment, "payment": read.payment}),
        after: json!({
            "fulfilment": next.fulfilment,
            "payment": next.payment,
            "note": doer.note,
            "reference": repaid.map(|repaid| &repaid.reference),
        }),
    };
    event(&format!("order/{}/{}/audit", next.order_id, next.moves), Fact::AuditRecorded(record), doer)
}

pub(super) fn told(order: &Order, to: Fulfilment, doer: &Doer) -> Event {
    let fact = OrderMoved {
        order_id: order.order_id,
        number: order.number.to_string(),
        user_id: order.user_id,
        store_id: order.store_id,
        to,
    };
    event(&format!("order/{}/{}", order.order_id, order.moves + 1), Fact::OrderMoved(fact), doer)
}

/// Its id follows from what it tells: it is told once.
pub(super) fn event(what: &str, fact: Fact, doer: &Doer) -> Event {
    Event::new(EventId::derived(what), doer.at, doer.actor, doer.correlation_id, fact)
}
