use serde_json::{Value, json};

use super::File;
use super::mapping::Pair;
use crate::{Api, Failure};

/// What the API takes in one call; larger files go to the bucket by themselves.
const DIRECT_MAX: usize = 4 * 1024 * 1024;
/// Gateways leave such a body as it is; whether its rows are JSON or a table is told by what they begin with.
const GZIP: &str = "application/gzip";

/// Whose products of which category, and how rows are read.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The store's id.
    pub store: &'a str,
    /// The category's slug.
    pub category: &'a str,
    /// Where fields stand that do not stand under their own name.
    pub mapping: &'a [Pair],
}

impl Target<'_> {
    fn path(&self) -> String {
        let path = format!("/v1/stores/{}/imports?category={}", self.store, self.category);
        self.mapping.iter().fold(path, |path, pair| format!("{path}&map={}", encoded(&pair.text())))
    }
}

/// Sends a file with the call or, when it is too large for that or `by_upload`, to the bucket. Answers the import's id, which
/// `begun` is told as soon as there is one: before a file goes to the bucket.
pub async fn send(
    vendor: &Api,
    target: &Target<'_>,
    file: &File,
    by_upload: bool,
    begun: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    if by_upload || file.bytes.len() > DIRECT_MAX {
        return upload(vendor, target, file, begun).await;
    }
    let import = vendor.upload(&target.path(), &[("content-type", GZIP)], file.bytes.clone()).await?;
    let id = id(&import)?;
    begun(id)?;
    Ok(id.to_owned())
}

/// Announces the file, puts it where the answer says, and starts the import.
async fn upload(
    vendor: &Api,
    target: &Target<'_>,
    file: &File,
    begun: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let length = file.bytes.len();
    let announced = json!({"upload": {"content_length": length, "content_type": GZIP}});
    let import = vendor.post(&target.path(), &announced).await?;
    let (to, id) = (&import["upload"], id(&import)?);
    begun(id)?;
    let url = to["url"].as_str().ok_or_else(|| Failure::Other(format!("no address to upload to in {import}")))?;
    let headers = to["headers"].as_object().into_iter().flatten();
    let headers: Vec<_> = headers.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    vendor.put_file(url, &headers, file.bytes.clone()).await?;
    vendor.post(&format!("/v1/stores/{}/imports/{id}/start", target.store), &json!({})).await?;
    Ok(id.to_owned())
}

fn id(import: &Value) -> Result<&str, Failure> {
    import["import_id"].as_str().ok_or_else(|| Failure::Other(format!("no import_id in {import}")))
}

/// Percent-encodes what a query may not hold.
fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_stands_in_the_address() {
        let mapping = ["title=metadata.name".parse().unwrap(), "price=narx, so'm".parse().unwrap()];
        let target = Target { store: "s", category: "cpu", mapping: &mapping };
        let path = "/v1/stores/s/imports?category=cpu&map=title%3Dmetadata.name&map=price%3Dnarx%2C%20so%27m";
        assert_eq!(target.path(), path);
    }
}
