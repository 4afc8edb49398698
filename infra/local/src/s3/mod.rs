//! S3: the template's buckets, in ministack.
//!
//! Objects, conditional writes (`If-None-Match`, `If-Match`), ranges, multipart uploads, CORS and versions are ministack's.
//! Life cycle rules are accepted and do nothing; a multipart upload that is not complete does not survive a restart.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, StatusCode};
use md5::{Digest as _, Md5};
use serde_json::Value;

use crate::ministack::{Error, Ministack};
use crate::template::model::Bucket;

/// Given, kept by AWS, and without effect on a laptop.
const WITHOUT_EFFECT: [&str; 6] = [
    "BucketEncryption",
    "LifecycleConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
    "LoggingConfiguration",
];

/// Creates what does not exist and brings what does up to the template.
pub async fn ensure_buckets(ministack: &Ministack, buckets: &[Bucket]) -> Result<(), Error> {
    for bucket in buckets {
        create(ministack, &bucket.name).await?;
        for (property, value) in bucket.properties.as_object().into_iter().flatten() {
            match property.as_str() {
                "BucketName" => {}
                "CorsConfiguration" => put(ministack, &bucket.name, "cors", cors(value)).await?,
                "VersioningConfiguration" => put(ministack, &bucket.name, "versioning", versioning(value)).await?,
                known if WITHOUT_EFFECT.contains(&known) => {}
                _ => {
                    return Err(Error::Unsupported { resource: bucket.logical_id.clone(), property: property.clone() });
                }
            }
        }
    }
    Ok(())
}

async fn create(ministack: &Ministack, name: &str) -> Result<(), Error> {
    match ministack.s3(Request::head(format!("/{name}")).body(Bytes::new())?).await {
        Err(Error::Refused { status: StatusCode::NOT_FOUND, .. }) => {}
        found => return found,
    }
    // The default region must not be named, every other must.
    let body = match ministack.region() {
        "us-east-1" => String::new(),
        region => format!(
            r#"<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"#
        ),
    };
    ministack.s3(Request::put(format!("/{name}")).body(Bytes::from(body))?).await
}

async fn put(ministack: &Ministack, bucket: &str, subresource: &str, body: String) -> Result<(), Error> {
    let digest = STANDARD.encode(Md5::digest(&body));
    let request = Request::put(format!("/{bucket}?{subresource}")).header("content-md5", digest);
    ministack.s3(request.body(Bytes::from(body))?).await
}

/// The rules as the document of `PutBucketCors`.
fn cors(configuration: &Value) -> String {
    let rules: String = configuration["CorsRules"].as_array().into_iter().flatten().map(cors_rule).collect();
    format!(r#"<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rules}</CORSConfiguration>"#)
}

fn cors_rule(rule: &Value) -> String {
    let lists = [
        ("AllowedHeaders", "AllowedHeader"),
        ("AllowedMethods", "AllowedMethod"),
        ("AllowedOrigins", "AllowedOrigin"),
        ("ExposedHeaders", "ExposeHeader"),
    ];
    let listed: String = lists
        .iter()
        .flat_map(|(property, element)| {
            let values = rule[*property].as_array().into_iter().flatten();
            values.map(move |value| format!("<{element}>{}</{element}>", escaped(value)))
        })
        .collect();
    let age = rule.get("MaxAge").map(|seconds| format!("<MaxAgeSeconds>{}</MaxAgeSeconds>", escaped(seconds)));
    format!("<CORSRule>{listed}{}</CORSRule>", age.unwrap_or_default())
}

fn versioning(configuration: &Value) -> String {
    format!(
        r#"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>{}</Status></VersioningConfiguration>"#,
        escaped(&configuration["Status"])
    )
}

fn escaped(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
