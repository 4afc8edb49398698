//! Resource types: which are run, which are accepted and left out, and what properties each may have.

use serde_json::{Map, Value, json};

use super::error::{At, Result};
use super::{Scope, model};

/// Keys a resource may have beside its properties.
const RESOURCE_KEYS: &[&str] =
    &["Type", "Properties", "Metadata", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// Types that need no body on a laptop: permissions between services, logs kept in files, alarms, edges.
const LEFT_OUT: &[&str] = &[
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SQS::QueuePolicy",
    "AWS::S3::BucketPolicy",
    "AWS::KMS::Key",
    "AWS::SNS::Topic",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::EmailIdentity",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::Budgets::Budget",
];

const TABLE: &[&str] = &[
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
    "OnDemandThroughput",
    "StreamSpecification",
    "TimeToLiveSpecification",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "DeletionProtectionEnabled",
    "ContributorInsightsSpecification",
    "TableClass",
    "Tags",
];

/// What `CreateTable` takes of a table's properties. Deletion protection, recovery and encryption are AWS's own affair.
const CREATE_TABLE: &[&str] = &[
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
];

const QUEUE: &[&str] = &[
    "QueueName",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "VisibilityTimeout",
    "SqsManagedSseEnabled",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "Tags",
];

const USER_POOL: &[&str] = &[
    "UserPoolName",
    "UserPoolTier",
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AliasAttributes",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "LambdaConfig",
    "MfaConfiguration",
    "Policies",
    "Schema",
    "UserAttributeUpdateSettings",
    "UsernameAttributes",
    "UsernameConfiguration",
    "UserPoolAddOns",
    "UserPoolTags",
];

const USER_POOL_CLIENT: &[&str] = &[
    "UserPoolId",
    "ClientName",
    "GenerateSecret",
    "ExplicitAuthFlows",
    "AccessTokenValidity",
    "IdTokenValidity",
    "RefreshTokenValidity",
    "RefreshTokenRotation",
    "TokenValidityUnits",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "ReadAttributes",
    "WriteAttributes",
    "SupportedIdentityProviders",
    "AuthSessionValidity",
    "AllowedOAuthFlowsUserPoolClient",
];

const BUCKET: &[&str] = &[
    "BucketName",
    "BucketEncryption",
    "CorsConfiguration",
    "LifecycleConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "VersioningConfiguration",
    "Tags",
];

const HTTP_API: &[&str] = &[
    "Name",
    "Description",
    "StageName",
    "DefinitionBody",
    "DefinitionUri",
    "DefaultRouteSettings",
    "RouteSettings",
    "CorsConfiguration",
    "AccessLogSettings",
    "DisableExecuteApiEndpoint",
    "FailOnWarnings",
    "PropagateTags",
    "Tags",
];

/// The property that names a resource of a type.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::Serverless::Function" => "FunctionName",
        "AWS::DynamoDB::Table" => "TableName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::S3::Bucket" => "BucketName",
        "AWS::Logs::LogGroup" => "LogGroupName",
        "AWS::IAM::Role" => "RoleName",
        _ => return None,
    })
}

impl Scope<'_> {
    /// Adds one resource to the stack, unless its condition leaves it out.
    pub(super) fn add(&self, stack: &mut model::Stack, logical_id: &str, resource: &Value) -> Result<()> {
        let at = self.template.root().key("Resources").key(logical_id);
        if !self.wanted(resource, &at)? {
            return Ok(());
        }
        let keys = resource.as_object().ok_or_else(|| at.error("must be a mapping"))?;
        if let Some(unknown) = keys.keys().find(|key| !RESOURCE_KEYS.contains(&key.as_str())) {
            return Err(at.key(unknown).error("is not known here"));
        }
        let logical_id = logical_id.to_owned();
        match resource["Type"].as_str().unwrap_or_default() {
            "AWS::Serverless::Function" => self.add_function(stack, &logical_id, resource, &at)?,
            "AWS::DynamoDB::Table" => {
                let properties = self.properties(resource, TABLE, &at)?;
                stack.tables.push(self.table(logical_id, &properties, &at)?);
            }
            "AWS::SQS::Queue" => {
                let properties = self.properties(resource, QUEUE, &at)?;
                let name = self.name(&logical_id, "AWS::SQS::Queue", &at)?;
                let arn = self.attribute(&logical_id, "Arn", &at)?;
                stack.queues.push(model::Queue { logical_id, name, arn, properties });
            }
            "AWS::Cognito::UserPool" => {
                let properties = self.properties(resource, USER_POOL, &at)?;
                let trigger = &properties["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaArn"];
                let pre_token_function_arn = trigger.as_str().map(str::to_owned);
                stack.user_pools.push(model::UserPool {
                    logical_id,
                    properties,
                    pre_token_function_arn,
                    clients: Vec::new(),
                });
            }
            // Attached to its pool once all pools are known.
            "AWS::Cognito::UserPoolClient" => {}
            "AWS::S3::Bucket" => {
                let properties = self.properties(resource, BUCKET, &at)?;
                let name = self.name(&logical_id, "AWS::S3::Bucket", &at)?;
                stack.buckets.push(model::Bucket { logical_id, name, properties });
            }
            // Its statements are those of the functions that name it; here they are only checked.
            "AWS::IAM::Role" => drop(self.role(resource, &at)?),
            "AWS::Serverless::HttpApi" => stack.http_apis.push(self.http_api(logical_id, resource, &at)?),
            kind if LEFT_OUT.contains(&kind) => {}
            kind => return Err(at.key("Type").error(format!("the resource type {kind:?} is not known here"))),
        }
        Ok(())
    }

    /// A resource's resolved properties, all of them known.
    pub(super) fn properties(&self, resource: &Value, known: &[&str], at: &At) -> Result<Value> {
        let empty = json!({});
        let properties = resource.get("Properties").unwrap_or(&empty);
        let at = at.key("Properties");
        for key in properties.as_object().ok_or_else(|| at.error("must be a mapping"))?.keys() {
            if !known.contains(&key.as_str()) {
                return Err(at.key(key).error("this property is not known here"));
            }
        }
        Ok(self.resolve(properties, &at)?.unwrap_or_default())
    }

    fn table(&self, logical_id: String, properties: &Value, at: &At) -> Result<model::Table> {
        let name = self.name(&logical_id, "AWS::DynamoDB::Table", at)?;
        let mut create: Map<String, Value> =
            CREATE_TABLE.iter().filter_map(|key| Some(((*key).to_owned(), properties.get(key)?.clone()))).collect();
        create.insert("TableName".to_owned(), name.clone().into());
        if let Some(view) = properties["StreamSpecification"].get("StreamViewType") {
            let stream = json!({"StreamEnabled": true, "StreamViewType": view});
            create.insert("StreamSpecification".to_owned(), stream);
        }
        let ttl = &properties["TimeToLiveSpecification"];
        let enabled = ttl["Enabled"] == true || ttl["Enabled"] == "true";
        let ttl_attribute = ttl["AttributeName"].as_str().filter(|_| enabled).map(str::to_owned);
        let arn = self.attribute(&logical_id, "Arn", at)?;
        Ok(model::Table { logical_id, name, arn, create: create.into(), ttl_attribute })
    }

    fn http_api(&self, logical_id: String, resource: &Value, at: &At) -> Result<model::HttpApi> {
        let mut properties = self.properties(resource, HTTP_API, at)?;
        let uri = properties["DefinitionUri"].as_str().map(str::to_owned);
        let definition = match (properties["DefinitionBody"].take(), uri) {
            (Value::Null, Some(uri)) => {
                let include = json!({"Name": "AWS::Include", "Parameters": {"Location": uri}});
                self.include(&include, &at.key("DefinitionUri"))?
            }
            (Value::Null, None) => return Err(at.error("needs a DefinitionBody or a DefinitionUri")),
            (definition, _) => definition,
        };
        Ok(model::HttpApi { logical_id, definition, properties })
    }
}

/// Gives every user pool its clients.
pub(super) fn attach_clients(
    stack: &mut model::Stack,
    scope: &Scope<'_>,
    resources: &Map<String, Value>,
) -> Result<()> {
    for (logical_id, resource) in resources {
        let at = scope.template.root().key("Resources").key(logical_id);
        if resource["Type"] != "AWS::Cognito::UserPoolClient" || !scope.wanted(resource, &at)? {
            continue;
        }
        let properties = scope.properties(resource, USER_POOL_CLIENT, &at)?;
        let pool = stack
            .user_pools
            .iter_mut()
            .find(|pool| properties["UserPoolId"] == scope.ids.id(&pool.logical_id).as_str())
            .ok_or_else(|| at.key("UserPoolId").error("is not a user pool of this template"))?;
        pool.clients.push((logical_id.clone(), properties));
    }
    Ok(())
}
