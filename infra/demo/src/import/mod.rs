//! `cargo local import`: a file of products goes on sale, with progress and with the reasons of what does not.

mod file;
mod follow;
mod mapping;
mod outcome;
mod send;
mod started;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

pub use file::File;
pub use follow::{finished, refusals};
pub use outcome::completed;
pub use send::{Target, send};

use crate::{Api, Failure, People, Place};
use follow::{End, follow};
use mapping::Pair;

/// What is imported, and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Lines of JSON or CSV with a header, gzip or not
    #[arg(required_unless_present_any = ["watch", "cancel"])]
    file: Option<PathBuf>,
    /// The category of the products, by its slug; the file's name unless given
    #[arg(long, requires = "file")]
    category: Option<String>,
    /// Where a field stands in a row, either way round: `title=metadata.name` or `metadata.name=title`; may be repeated
    #[arg(long = "map", value_name = "FIELD=COLUMN", requires = "file")]
    mapping: Vec<Pair>,
    /// The store, by its id; the vendor's first one unless given
    #[arg(long)]
    store: Option<String>,
    /// Send the file to the bucket by itself, as files over 4 MB are
    #[arg(long, requires = "file")]
    by_upload: bool,
    /// Look at an import that runs
    #[arg(long, value_name = "IMPORT", conflicts_with_all = ["file", "cancel"])]
    watch: Option<String>,
    /// Stop an import; rows done until then stay
    #[arg(long, value_name = "IMPORT", conflicts_with = "file")]
    cancel: Option<String>,
}

/// Sends the file, or takes up the import of it that is under way, and stays with it to its end or to Ctrl-C.
pub async fn import(place: &Place, arguments: &Arguments) -> Result<(), Failure> {
    let people = People::known(place)?;
    let people =
        people.ok_or_else(|| Failure::Other("there are no demo people: start `cargo local` once".to_owned()))?;
    let vendor = people.vendor.sign_in(place).await?;
    let store = match &arguments.store {
        Some(store) => store.clone(),
        None => first_store(&vendor).await?,
    };
    if let Some(id) = &arguments.cancel {
        let cancelled = vendor.post(&format!("/v1/stores/{store}/imports/{id}/cancel"), &json!({})).await?;
        println!("stopped after {} of {} rows; they stay", cancelled["done"], cancelled["total"]);
        return Ok(());
    }
    let id = match (&arguments.watch, &arguments.file) {
        (Some(id), _) => id.clone(),
        (None, Some(path)) => {
            let file = File::read(path)?;
            let category = category(&vendor, arguments.category.as_deref(), path).await?;
            let target = Target { store: &store, category: &category, mapping: &arguments.mapping };
            started::once(place, &vendor, &target, &file, arguments.by_upload).await?
        }
        (None, None) => return Err(Failure::Other("name a file".to_owned())),
    };
    match follow(place, &people.vendor, &store, &id).await? {
        End::Over(import) => outcome::print(&vendor_again(place, &people).await?, &store, &import).await,
        End::Left => {
            let other = arguments.store.as_ref().map(|store| format!(" --store {store}")).unwrap_or_default();
            println!("\nThe import goes on without you.");
            println!("  look again: cargo local import --watch {id}{other}");
            println!("  stop it:    cargo local import --cancel {id}{other}");
            Ok(())
        }
    }
}

/// Signed in anew: an import may outlast a token.
async fn vendor_again(place: &Place, people: &People) -> Result<Api, Failure> {
    people.vendor.sign_in(place).await
}

async fn first_store(vendor: &Api) -> Result<String, Failure> {
    let mine = vendor.get("/v1/stores/mine").await?;
    let first = mine["items"][0]["store_id"].as_str();
    first.map(str::to_owned).ok_or_else(|| Failure::Other("the vendor has no store".to_owned()))
}

/// The category that was named, or that of the file's name; one that there is.
async fn category(vendor: &Api, named: Option<&str>, path: &std::path::Path) -> Result<String, Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_lowercase();
    let wanted = named.unwrap_or_else(|| name.split('.').next().unwrap_or_default());
    if !wanted.is_empty() && vendor.find(&format!("/v1/categories/{wanted}")).await?.is_some() {
        return Ok(wanted.to_owned());
    }
    let all = vendor.get("/v1/categories").await?;
    let slugs: Vec<&str> =
        all["items"].as_array().into_iter().flatten().filter_map(|category| category["slug"].as_str()).collect();
    Err(Failure::Other(format!("there is no category {wanted}; name one by --category: {}", slugs.join(", "))))
}
