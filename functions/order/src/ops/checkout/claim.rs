//! Step 1: one worker for one key.

use std::time::Duration;

use domain::CheckoutId;
use dynamodb::{Error, Stored};

use super::{LEASE, Place, PlaceError, undo};
use crate::Ctx;
use crate::domain::PlacedCheckout;
use crate::ops::whole::Checkout;
use crate::table::{Saga, SagaState, saga_key};

/// How long a request waits between two looks at another one with its key: three seconds in all.
const PAUSES_MS: [u64; 12] = [25, 50, 75, 100, 150, 200, 400, 400, 400, 400, 400, 400];

/// Who answers.
pub(super) enum Claim {
    /// We do.
    Ours(Stored<Saga>),
    /// Somebody did.
    Answered(PlacedCheckout),
}

/// Takes the saga of the command's key, or waits for whoever has it.
pub(super) async fn claim(ctx: &Ctx, command: &Place) -> Result<Claim, PlaceError> {
    let request = command.fingerprint().map_err(|e| PlaceError::Bug(e.to_string()))?;
    let key = saga_key(command.user_id, &command.key);
    let now = ctx.clock.now();
    let first = Saga {
        user_id: command.user_id,
        key: command.key.clone(),
        request: request.clone(),
        checkout_id: CheckoutId::generate(now, &*ctx.entropy),
        attempt: 1,
        state: SagaState::Working { lease_until: now + LEASE },
        begun_at: now,
    };
    let mut saga = match ctx.table.create(&first).await {
        Ok(()) => {
            let ours = ctx.table.get_consistent::<Saga>(key).await?.filter(|saga| **saga == first);
            return ours.map(Claim::Ours).ok_or(PlaceError::InFlight);
        }
        Err(Error::Refused(refusal)) => refusal.existing::<Saga>(),
        Err(error) => return Err(error.into()),
    };
    for pause in PAUSES_MS {
        let now = ctx.clock.now();
        // A key that was forgotten in this very moment: the client may try again.
        let Some(known) = saga else { return Err(PlaceError::InFlight) };
        if known.request != request {
            return Err(PlaceError::KeyReused);
        }
        match &known.state {
            SagaState::Placed => return Ok(Claim::Answered(placed(ctx, known.checkout_id).await?)),
            SagaState::Idle => match begin_anew(ctx, &known).await {
                Ok(saga) => return Ok(Claim::Ours(saga)),
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            },
            SagaState::Working { lease_until } | SagaState::Undoing { lease_until } if *lease_until <= now => {
                undo(ctx, &known).await?;
            }
            SagaState::Working { .. } | SagaState::Undoing { .. } => {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
        saga = ctx.table.get_consistent(key.clone()).await?;
    }
    Err(PlaceError::InFlight)
}

/// The answer of a checkout that became orders.
pub(super) async fn placed(ctx: &Ctx, id: CheckoutId) -> Result<PlacedCheckout, PlaceError> {
    let checkout = Checkout::load(&ctx.table, id).await?;
    let answer = checkout.and_then(|checkout| checkout.placed());
    answer.ok_or_else(|| PlaceError::Bug(format!("{id} was placed and is not whole")))
}

/// The next attempt of a saga that nothing is left of.
async fn begin_anew(ctx: &Ctx, idle: &Stored<Saga>) -> Result<Stored<Saga>, Error> {
    let now = ctx.clock.now();
    let state = SagaState::Working { lease_until: now + LEASE };
    let next = Saga { attempt: idle.attempt + 1, state, begun_at: now, ..Saga::clone(idle) };
    ctx.table.replace(idle, next).await
}
