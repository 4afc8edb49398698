//! Which import a file began: run again, the command takes it up instead of sending the file twice.

use std::collections::BTreeMap;
use std::path::Path;

use flate2::Crc;
use serde_json::{Value, json};

use super::File;
use super::send::{Target, send};
use crate::{Api, Failure, Place};

/// In the state: what was sent, to the import's id.
const FILE: &str = "imports.json";
/// How the API refuses to start an import without its file.
const NOT_UPLOADED: &str = "not-uploaded";

/// The import of `file`: the one that it began before, while that runs, or a new one. Rows that were imported before are
/// the same products, so that a file sent twice makes no doubles.
pub(super) async fn once(
    place: &Place,
    vendor: &Api,
    target: &Target<'_>,
    file: &File,
    by_upload: bool,
) -> Result<String, Failure> {
    let path = place.file(FILE);
    let mut known = read(&path)?;
    let key = key(target, file);
    if let Some(id) = known.get(&key)
        && let Some(status) = resumed(vendor, target.store, id).await?
    {
        eprintln!("goes on with import {id} of the same file ({status})");
        return Ok(id.clone());
    }
    let begun = |id: &str| {
        known.insert(key, id.to_owned());
        write(&path, &known)
    };
    let id = send(vendor, target, file, by_upload, begun).await?;
    eprintln!("import {id}: {} KB sent", file.bytes.len().div_ceil(1024));
    Ok(id)
}

/// The status of an import that still has something to do. One that was announced and not started is started when its file
/// has arrived, or else stopped, so that it takes no place beside the one that the file is sent anew for.
async fn resumed(vendor: &Api, store: &str, id: &str) -> Result<Option<String>, Failure> {
    let path = format!("/v1/stores/{store}/imports/{id}");
    let Some(import) = vendor.find(&path).await? else { return Ok(None) };
    let import = match import["status"].as_str() {
        Some("UPLOADING") => match vendor.post_unless(&format!("{path}/start"), NOT_UPLOADED, &json!({})).await? {
            Some(started) => started,
            None => vendor.post(&format!("{path}/cancel"), &json!({})).await?,
        },
        _ => import,
    };
    Ok(import["status"].as_str().filter(|status| matches!(*status, "PENDING" | "PROCESSING")).map(str::to_owned))
}

/// The same for the same rows to the same place.
fn key(target: &Target<'_>, file: &File) -> String {
    let mut crc = Crc::new();
    crc.update(&file.bytes);
    for pair in target.mapping {
        crc.update(pair.text().as_bytes());
    }
    format!("{}/{}/{}-{:08x}", target.store, target.category, file.bytes.len(), crc.sum())
}

fn read(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| Failure::Content(name, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Failure::File(name, error)),
    }
}

/// Beside the old one first, so that a crash leaves one or the other.
fn write(path: &Path, known: &BTreeMap<String, String>) -> Result<(), Failure> {
    let new = path.with_extension("new");
    let written = std::fs::write(&new, Value::from_iter(known.clone()).to_string());
    written.and_then(|()| std::fs::rename(&new, path)).map_err(|error| Failure::File(path.display().to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_by_its_rows_its_place_and_its_mapping() {
        let file = |rows: &str| File::of(rows.into()).unwrap();
        let mapping = ["title=name".parse().unwrap()];
        let target = Target { store: "s", category: "cpu", mapping: &[] };
        let same = key(&target, &file("{}"));
        assert_eq!(key(&target, &file("{}")), same);
        assert_ne!(key(&target, &file("{ }")), same);
        assert_ne!(key(&Target { mapping: &mapping, ..target }, &file("{}")), same);
        assert_ne!(key(&Target { store: "t", ..target }, &file("{}")), same);
    }

    #[test]
    fn what_was_begun_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(read(&path).unwrap(), BTreeMap::new());
        let known = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        write(&path, &known).unwrap();
        assert_eq!(read(&path).unwrap(), known);
    }
}
