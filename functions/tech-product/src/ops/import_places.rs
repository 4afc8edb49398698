//! How many imports of a store are under way at once: as many as it has places.
//!
//! An import takes its place in the transaction that writes its row, and no end of an import has to give it back: a place
//! is free when its import is over, or gone. So a crash leaves none taken, and of many that begin at once no more than
//! [`IMPORTS_MAX`] do.

use std::collections::{HashMap, HashSet};

use contracts::Event;
use domain::{ImportId, StoreId};
use dynamodb::{Error, Stored, Tx};

use super::upload::UploadError;
use crate::Ctx;
use crate::domain::Import;
use crate::table::{ImportPlace, import_key, import_place_key};

/// Imports of a store that are announced or worked off at once.
pub(super) const IMPORTS_MAX: u8 = 2;
/// How often a place is looked for that somebody else takes in between.
const ATTEMPTS_MAX: u32 = 10;

/// Where an import can be.
enum Place {
    /// Nobody was there yet.
    New(u8),
    /// The import that had it is over.
    Over(Stored<ImportPlace>),
    /// Its import was announced too long ago, and must not start any more.
    Forgotten(Stored<ImportPlace>, Box<Stored<Import>>),
}

/// Writes the new `import` and `told` if its store has a place for it. [`UploadError::TooMany`] names the imports that have
/// the places otherwise.
pub(super) async fn begin(ctx: &Ctx, import: &Import, told: &Event) -> Result<(), UploadError> {
    for _ in 0..ATTEMPTS_MAX {
        let place = free(ctx, import.store_id).await?;
        let taken = |number| ImportPlace { store_id: import.store_id, number, import_id: import.import_id };
        let tx = match &place {
            Place::New(number) => Tx::new().create("place", &taken(*number)),
            Place::Over(before) => Tx::new().replace("place", before, &taken(before.number)),
            Place::Forgotten(before, left) => {
                Tx::new().replace("place", before, &taken(before.number)).delete("forgotten import", left)
            }
        };
        match ctx.table.commit(tx.create("import", import).tell(told)).await {
            Err(Error::Refused(_)) => {}
            committed => return Ok(committed?),
        }
    }
    Err(UploadError::Contended)
}

/// Whether the store has a place. Said before a file is kept for nothing; [`begin`] decides.
pub(super) async fn look(ctx: &Ctx, store: StoreId) -> Result<(), UploadError> {
    free(ctx, store).await.map(drop)
}

async fn free(ctx: &Ctx, store: StoreId) -> Result<Place, UploadError> {
    let keys = (1..=IMPORTS_MAX).map(|number| import_place_key(store, number));
    let places = ctx.table.get_many::<ImportPlace>(keys).await?;
    let ids: HashSet<ImportId> = places.iter().map(|place| place.import_id).collect();
    let imports = ctx.table.get_many::<Import>(ids.iter().copied().map(import_key)).await?;
    let mut imports: HashMap<_, _> = imports.into_iter().map(|import| (import.import_id, import)).collect();
    let known: HashSet<u8> = places.iter().map(|place| place.number).collect();
    if let Some(new) = (1..=IMPORTS_MAX).find(|number| !known.contains(number)) {
        return Ok(Place::New(new));
    }
    for place in places {
        match imports.remove(&place.import_id) {
            Some(import) if import.forgotten_at().is_some_and(|at| at <= ctx.clock.now()) => {
                return Ok(Place::Forgotten(place, Box::new(import)));
            }
            Some(import) if !import.is_over() => {}
            _ => return Ok(Place::Over(place)),
        }
    }
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    Err(UploadError::TooMany(ids))
}
