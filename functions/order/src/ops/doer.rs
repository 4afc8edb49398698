//! Who acts on an order.

use contracts::{Actor, Service};
use domain::{CheckoutId, CorrelationId, Timestamp};

use crate::Ctx;
use crate::domain::{Clocks, Party};

/// Who moves an order, when, and what they say.
#[derive(Debug, Clone)]
pub struct Doer {
    /// Who.
    pub actor: Actor,
    /// On whose side.
    pub party: Party,
    /// The request.
    pub correlation_id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// What they say about it.
    pub note: Option<String>,
    /// What sets the time of the next move.
    pub clocks: Clocks,
}

impl Doer {
    /// Somebody who asks now.
    pub fn asking(ctx: &Ctx, actor: Actor, party: Party, note: Option<String>) -> Self {
        let at = ctx.clock.now();
        let correlation_id = CorrelationId::generate(at, &*ctx.entropy);
        Self { actor, party, correlation_id, at, note, clocks: ctx.clocks }
    }

    /// The service by itself, because a time of the checkout is over.
    pub(crate) fn itself(ctx: &Ctx, checkout: CheckoutId) -> Self {
        Self::not_a_person(ctx, Party::System, &format!("checkout/{checkout}"))
    }

    /// Payme, by that transaction.
    pub(crate) fn payme(ctx: &Ctx, transaction: &str) -> Self {
        Self::not_a_person(ctx, Party::Provider, &format!("payme/{transaction}"))
    }

    fn not_a_person(ctx: &Ctx, party: Party, cause: &str) -> Self {
        Self {
            actor: Actor::System { service: Service::Order },
            party,
            correlation_id: CorrelationId::derived(cause),
            at: ctx.clock.now(),
            note: None,
            clocks: ctx.clocks,
        }
    }
}
