//! The names and ids that resources have once they exist: what `Ref` and `Fn::GetAtt` answer.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::{At, Result};
use super::{Scope, resources};

/// References deeper than this are a circle.
const DEPTH_MAX: u32 = 32;

/// The label of every table's stream; the laptop's tables have one stream each, from the start.
pub(crate) const STREAM_LABEL: &str = "2025-01-01T00:00:00.000";

/// Where the stack lives, and the ids that only creation gives.
#[derive(Debug, Clone)]
pub struct PhysicalIds {
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`: twelve digits.
    pub account: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// The start of every queue's URL: the address of the AWS endpoint, without a slash at the end.
    pub queue_url_base: String,
    /// User pools, their clients and HTTP APIs, by logical id. One that is missing resolves to
    /// `pending-<logical id>`: enough to learn what has to be created.
    pub created: BTreeMap<String, String>,
}

impl PhysicalIds {
    /// The id creation gave a resource.
    pub fn id(&self, logical_id: &str) -> String {
        self.created.get(logical_id).cloned().unwrap_or_else(|| format!("pending-{logical_id}"))
    }
}

impl Scope<'_> {
    /// What `Ref` answers: a pseudo parameter, a parameter, or a resource's physical id.
    pub(super) fn reference(&self, name: &str, at: &At) -> Result<String> {
        let pseudo = match name {
            "AWS::Region" => Some(self.ids.region.as_str()),
            "AWS::AccountId" => Some(self.ids.account.as_str()),
            "AWS::StackName" => Some(self.ids.stack_name.as_str()),
            "AWS::Partition" => Some("aws"),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => self.template.parameters.get(name).map(String::as_str),
        };
        if let Some(value) = pseudo {
            return Ok(value.to_owned());
        }
        let kind = self.kind(name, at)?;
        Ok(match kind {
            "AWS::SQS::Queue" => self.attribute(name, "QueueUrl", at)?,
            "AWS::Cognito::UserPool" | "AWS::Cognito::UserPoolClient" | "AWS::Serverless::HttpApi" => self.ids.id(name),
            _ => self.name(name, kind, at)?,
        })
    }

    /// What `Fn::GetAtt` answers.
    pub(super) fn attribute(&self, resource: &str, attribute: &str, at: &At) -> Result<String> {
        let kind = self.kind(resource, at)?;
        let (region, account) = (&self.ids.region, &self.ids.account);
        let name = || self.name(resource, kind, at);
        let id = || self.ids.id(resource);
        Ok(match (kind, attribute) {
            ("AWS::Serverless::Function", "Arn") => {
                format!("arn:aws:lambda:{region}:{account}:function:{}", name()?)
            }
            ("AWS::DynamoDB::Table", "Arn") => table_arn(region, account, &name()?),
            ("AWS::DynamoDB::Table", "StreamArn") => {
                format!("{}/stream/{STREAM_LABEL}", table_arn(region, account, &name()?))
            }
            ("AWS::SQS::Queue", "Arn") => format!("arn:aws:sqs:{region}:{account}:{}", name()?),
            ("AWS::SQS::Queue", "QueueName") => name()?,
            ("AWS::SQS::Queue", "QueueUrl") => {
                format!("{}/{account}/{}", self.ids.queue_url_base, name()?)
            }
            ("AWS::Cognito::UserPool", "Arn") => {
                format!("arn:aws:cognito-idp:{region}:{account}:userpool/{}", id())
            }
            ("AWS::Cognito::UserPool", "ProviderName") => {
                format!("cognito-idp.{region}.amazonaws.com/{}", id())
            }
            ("AWS::Cognito::UserPool", "ProviderURL") => {
                format!("https://cognito-idp.{region}.amazonaws.com/{}", id())
            }
            ("AWS::Cognito::UserPool", "UserPoolId")
            | ("AWS::Cognito::UserPoolClient", "ClientId")
            | ("AWS::Serverless::HttpApi", "ApiId") => id(),
            ("AWS::Serverless::HttpApi", "ApiEndpoint") => {
                format!("https://{}.execute-api.{region}.amazonaws.com", id())
            }
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{}", name()?),
            ("AWS::S3::Bucket", "DomainName") => format!("{}.s3.amazonaws.com", name()?),
            ("AWS::S3::Bucket", "RegionalDomainName") => format!("{}.s3.{region}.amazonaws.com", name()?),
            ("AWS::Logs::LogGroup", "Arn") => {
                format!("arn:aws:logs:{region}:{account}:log-group:{}:*", name()?)
            }
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{account}:role/{}", name()?),
            _ => return Err(at.error(format!("{kind} {resource} has no attribute {attribute} here"))),
        })
    }

    /// The name a resource is given by its property, or stack and logical id when it has none.
    pub(super) fn name(&self, logical_id: &str, kind: &str, at: &At) -> Result<String> {
        let place = self.template.root().key("Resources").key(logical_id);
        if self.depth.get() >= DEPTH_MAX {
            return Err(at.error(format!("the name of {logical_id} refers to itself")));
        }
        let given = resources::name_property(kind)
            .and_then(|property| self.template.section("Resources")[logical_id]["Properties"].get(property));
        self.depth.set(self.depth.get() + 1);
        let name = given.map(|given| self.text(given, &place)).transpose();
        self.depth.set(self.depth.get() - 1);
        Ok(match name? {
            Some(name) => name,
            None if kind == "AWS::S3::Bucket" => format!("{}-{logical_id}", self.ids.stack_name).to_lowercase(),
            None => format!("{}-{logical_id}", self.ids.stack_name),
        })
    }

    fn kind(&self, logical_id: &str, at: &At) -> Result<&str> {
        self.template.section("Resources")[logical_id]
            .get("Type")
            .and_then(Value::as_str)
            .ok_or_else(|| at.error(format!("there is no parameter or resource {logical_id}")))
    }
}

/// A table's ARN.
pub(crate) fn table_arn(region: &str, account: &str, name: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{account}:table/{name}")
}
