use std::time::Duration;

use domain::{Entropy, Timestamp};
use dynamodb::{Error, Table};
use lambda::calls::CallError;

use super::Seen;
use crate::domain::{Cart, Owner, Refusal};
use crate::table::cart_key;

/// How often a change that met another one is worked out again. One of those that meet always gets through, so as many
/// devices of one shopper may press at the same moment.
const ATTEMPTS_MAX: u32 = 25;

/// Pauses between attempts: any time up to this.
const PAUSE_MS_MAX: u32 = 40;

/// Why a cart was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The rules of a cart.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such variant.
    #[error("no such variant")]
    UnknownVariant,
    /// Others changed it again and again.
    #[error("the cart is being changed by others")]
    Contended,
    /// tech-product does not answer.
    #[error(transparent)]
    Catalogue(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Works `change` out on the cart as it is and writes it if nobody else wrote meanwhile; otherwise once more. `change`
/// gets the version that the cart will have, and says whether there is something to write. A cart that does not exist
/// counts as an empty one.
pub(super) async fn change(
    table: &Table,
    entropy: &dyn Entropy,
    owner: Owner,
    at: Timestamp,
    mut change: impl FnMut(&mut Cart, u64) -> Result<bool, ChangeError>,
) -> Result<Seen, ChangeError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = table.get_consistent::<Cart>(cart_key(owner)).await?;
        let version = read.as_ref().map_or(0, dynamodb::Stored::version);
        let mut cart = read.as_ref().map_or_else(|| Cart::new(owner, at), |stored| Cart::clone(stored));
        if !change(&mut cart, version + 1)? {
            return Ok(Seen { cart, version });
        }
        cart.changed_at = at;
        let written = match &read {
            Some(read) => table.replace(read, cart.clone()).await.map(|_| ()),
            None => table.create(&cart).await,
        };
        match written {
            Ok(()) => return Ok(Seen { cart, version: version + 1 }),
            Err(Error::Refused(_)) => {
                let pause = entropy.below(PAUSE_MS_MAX);
                tokio::time::sleep(Duration::from_millis(pause.into())).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(ChangeError::Contended)
}
