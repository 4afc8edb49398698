//! S3: the bucket and object in a path (`/bucket/key`; the laptop cloud has no bucket hosts).

use http::Method;
use percent_encoding::percent_decode_str;
use regex::Regex;
use std::sync::LazyLock;

use super::{Needed, Request, needed};

/// The keys of a `DeleteObjects` document.
#[expect(clippy::expect_used, reason = "a literal")]
static DELETED_KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<Key>([^<]*)</Key>").expect("a valid expression"));

/// Subresources of a bucket: the parameter, the action to read it and the one to change it.
const BUCKET: [(&str, &str, &str); 8] = [
    ("cors", "s3:GetBucketCORS", "s3:PutBucketCORS"),
    ("lifecycle", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("location", "s3:GetBucketLocation", ""),
    ("policy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"),
    ("tagging", "s3:GetBucketTagging", "s3:PutBucketTagging"),
    ("uploads", "s3:ListBucketMultipartUploads", ""),
    ("versioning", "s3:GetBucketVersioning", "s3:PutBucketVersioning"),
    ("versions", "s3:ListBucketVersions", ""),
];

/// Subresources of an object.
const OBJECT: [(&str, &str, &str); 3] = [
    ("acl", "s3:GetObjectAcl", "s3:PutObjectAcl"),
    ("attributes", "s3:GetObjectAttributes", ""),
    ("tagging", "s3:GetObjectTagging", "s3:PutObjectTagging"),
];

/// What is allowed to nobody but the operator.
const UNKNOWN: &str = "s3:Unknown";

pub(super) fn needs(request: &Request<'_>) -> Vec<Needed> {
    let path = percent_decode_str(request.path.trim_start_matches('/')).decode_utf8_lossy();
    let parameters: Vec<&str> =
        request.query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    match path.split_once('/') {
        Some((bucket, key)) if !key.is_empty() => object(request, bucket, key, &parameters),
        _ if path.is_empty() => vec![needed("s3:ListAllMyBuckets", "*")],
        _ => bucket(request, path.trim_end_matches('/'), &parameters),
    }
}

fn object(request: &Request<'_>, bucket: &str, key: &str, parameters: &[&str]) -> Vec<Needed> {
    let action = match OBJECT.iter().find(|(name, ..)| parameters.contains(name)) {
        Some((_, read, write)) => subresource_action(request.method, read, write),
        None => object_action(request.method, parameters),
    };
    let mut needs = vec![needed(action, object_arn(bucket, key))];
    let source = request.headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
    if let Some(source) = source.filter(|_| action == "s3:PutObject") {
        let source = source.split("?versionId=").next().unwrap_or_default();
        let source = percent_decode_str(source.trim_start_matches('/')).decode_utf8_lossy();
        needs.push(needed("s3:GetObject", format!("arn:aws:s3:::{source}")));
    }
    needs
}

fn object_action(method: &Method, parameters: &[&str]) -> &'static str {
    let has = |name: &str| parameters.contains(&name);
    match *method {
        Method::GET if has("uploadId") => "s3:ListMultipartUploadParts",
        Method::GET | Method::HEAD if has("versionId") => "s3:GetObjectVersion",
        Method::GET | Method::HEAD => "s3:GetObject",
        Method::PUT => "s3:PutObject",
        Method::POST if has("uploads") || has("uploadId") => "s3:PutObject",
        Method::DELETE if has("uploadId") => "s3:AbortMultipartUpload",
        Method::DELETE if has("versionId") => "s3:DeleteObjectVersion",
        Method::DELETE => "s3:DeleteObject",
        _ => UNKNOWN,
    }
}

fn bucket(request: &Request<'_>, bucket: &str, parameters: &[&str]) -> Vec<Needed> {
    let arn = format!("arn:aws:s3:::{bucket}");
    if request.method == Method::POST && parameters.contains(&"delete") {
        let body = String::from_utf8_lossy(request.body);
        let keys = DELETED_KEY.captures_iter(&body).map(|found| unescaped(&found[1]));
        let each: Vec<Needed> = keys.map(|key| needed("s3:DeleteObject", object_arn(bucket, &key))).collect();
        return if each.is_empty() { vec![needed(UNKNOWN, arn)] } else { each };
    }
    let action = match BUCKET.iter().find(|(name, ..)| parameters.contains(name)) {
        Some((_, read, write)) => subresource_action(request.method, read, write),
        None => match *request.method {
            Method::GET | Method::HEAD => "s3:ListBucket",
            Method::PUT if request.query.is_empty() => "s3:CreateBucket",
            Method::DELETE if request.query.is_empty() => "s3:DeleteBucket",
            _ => UNKNOWN,
        },
    };
    vec![needed(action, arn)]
}

/// `write` is empty for what can only be read.
fn subresource_action(method: &Method, read: &'static str, write: &'static str) -> &'static str {
    match *method {
        Method::GET => read,
        Method::PUT | Method::DELETE if !write.is_empty() => write,
        _ => UNKNOWN,
    }
}

fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}
