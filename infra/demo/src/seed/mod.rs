//! Loads the demo market. Each step looks at what is there first, so that an interrupted load goes on where it was.

mod catalogue;
mod images;
mod reviews;
mod stores;

use serde_json::Value;

use crate::{Api, Failure, People, Place};

/// Written when everything is loaded: the next start asks no further.
const DONE: &str = "data/demo.loaded";

/// Who does what while the market is loaded.
struct Seeding {
    admin: Api,
    vendor: Api,
}

/// Loads what is missing.
pub async fn seed(place: &Place) -> Result<(), Failure> {
    let done = place.file(DONE);
    if done.exists() {
        return Ok(());
    }
    let people = People::known_or_drawn(place)?;
    say("people: a shopper, a vendor, an admin");
    let admin = people.admin.rule(place).await?;
    let vendor = people.vendor.join(place, "VENDOR").await?;
    people.shopper.join(place, "CUSTOMER").await?;
    let seeding = Seeding { admin, vendor };
    let stores = stores::open(&seeding).await?;
    catalogue::categories(&seeding).await?;
    catalogue::products(&seeding, &stores).await?;
    images::show(&seeding, &stores).await?;
    reviews::write(place, &seeding, &people.reviewers, &stores).await?;
    std::fs::write(&done, "").map_err(|error| Failure::File(done.display().to_string(), error))
}

/// One line of progress.
fn say(what: &str) {
    println!("demo: {what}");
}

/// A text member.
fn text<'a>(value: &'a Value, member: &str) -> Result<&'a str, Failure> {
    value[member].as_str().ok_or_else(|| Failure::Other(format!("no {member} in {value}")))
}
