//! `cargo local token <role>`.

use crate::{Failure, People, Place, Role};

/// Prints an access token of whoever has `role`, and nothing else.
pub async fn print(place: &Place, role: Role) -> Result<(), Failure> {
    let people = People::known(place)?;
    let people =
        people.ok_or_else(|| Failure::Other("there are no demo people: start `cargo local` once".to_owned()))?;
    println!("{}", people.with(role).token(&place.api()?).await?);
    Ok(())
}
