use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::Request;
use crate::iam::{AccessDenied, Credentials, Decision, Policies, Principal};
use crate::template::model::{EventSourceMapping, Function, Source, Stack, Statement};

const TABLE: &str = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders";

fn statement(allow: bool, actions: &[&str], resources: &[&str]) -> Statement {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Statement { allow, actions: owned(actions), resources: owned(resources), from_address: None }
}

/// Policies of one function, `orders-read`.
fn policies(statements: Vec<Statement>) -> Policies {
    Policies::of(&stack(statements))
}

fn stack(policies: Vec<Statement>) -> Stack {
    let function = Function {
        logical_id: "OrdersRead".to_owned(),
        name: "orders-read".to_owned(),
        arn: "arn:aws:lambda:eu-central-1:123456789012:function:orders-read".to_owned(),
        binary: "orders-read".to_owned(),
        memory_mib: 256,
        timeout: std::time::Duration::from_secs(3),
        environment: std::collections::BTreeMap::new(),
        policies,
        has_own_role: false,
        event_retries: 2,
        event_age_max: std::time::Duration::from_hours(6),
    };
    Stack {
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        functions: vec![function],
        ..Stack::default()
    }
}

fn function() -> Principal {
    Principal::Function("orders-read".to_owned())
}

fn call(policies: &Policies, service: &str, operation: &str, body: &Value) -> Result<(), AccessDenied> {
    let headers = HeaderMap::from_iter([("x-amz-target".parse().unwrap(), format!("X.{operation}").parse().unwrap())]);
    let body = body.to_string();
    let request =
        Request { service, method: &Method::POST, path: "/", query: "", headers: &headers, body: body.as_bytes() };
    policies.authorize(&function(), &request)
}

/// The action and resource a call is refused for when nothing is allowed.
fn first_need(service: &str, operation: &str, body: &Value) -> (String, String) {
    let denied = call(&policies(Vec::new()), service, operation, body).unwrap_err();
    (denied.action, denied.resource)
}

fn s3_need(method: &Method, path: &str, query: &str, body: &str) -> (String, String) {
    let headers = HeaderMap::new();
    let request = Request { service: "s3", method, path, query, headers: &headers, body: body.as_bytes() };
    let denied = policies(Vec::new()).authorize(&function(), &request).unwrap_err();
    (denied.action, denied.resource)
}

#[test]
fn nothing_is_allowed_that_no_statement_allows() {
    let policies = policies(vec![statement(true, &["dynamodb:GetItem"], &[TABLE])]);
    call(&policies, "dynamodb", "GetItem", &json!({ "TableName": "orders" })).unwrap();
    for (operation, table) in [("PutItem", "orders"), ("GetItem", "users"), ("GetItem", "orders-2")] {
        assert!(call(&policies, "dynamodb", operation, &json!({ "TableName": table })).is_err(), "{operation} {table}");
    }
    let stranger = Principal::Function("other".to_owned());
    assert_eq!(policies.allows(&stranger, "dynamodb:GetItem", TABLE), Decision::ImplicitDeny);
    assert_eq!(policies.allows(&Principal::Admin, "dynamodb:DeleteTable", TABLE), Decision::Allow);
}

#[test]
fn an_explicit_deny_wins_whatever_the_order() {
    let allow = statement(true, &["dynamodb:*"], &[TABLE]);
    let deny = statement(false, &["dynamodb:DELETEITEM"], &["*"]);
    for statements in [vec![allow.clone(), deny.clone()], vec![deny, allow]] {
        let policies = policies(statements);
        assert_eq!(policies.allows(&function(), "dynamodb:DeleteItem", TABLE), Decision::ExplicitDeny);
        assert_eq!(policies.allows(&function(), "dynamodb:PutItem", TABLE), Decision::Allow);
    }
}

#[test]
fn a_refusal_has_the_words_of_aws() {
    let denied = call(&policies(Vec::new()), "dynamodb", "GetItem", &json!({ "TableName": "orders" })).unwrap_err();
    assert_eq!(
        denied.to_string(),
        format!(
            "User: arn:aws:sts::123456789012:assumed-role/orders-read-role/orders-read is not authorized to perform: \
             dynamodb:GetItem on resource: {TABLE} because no identity-based policy allows the dynamodb:GetItem action"
        )
    );
    assert_eq!(denied.code(), "AccessDeniedException");
    let denying = policies(vec![statement(false, &["*"], &["*"])]);
    let denied = call(&denying, "dynamodb", "GetItem", &json!({ "TableName": "orders" })).unwrap_err();
    assert!(denied.to_string().ends_with("with an explicit deny in an identity-based policy"), "{denied}");
}

#[test]
fn each_request_needs_what_the_service_authorization_reference_says() {
    let queue = json!({ "QueueUrl": "http://127.0.0.1:4566/123456789012/mail.fifo" });
    let pool = json!({ "UserPoolId": "eu-central-1_abc" });
    let query = json!({ "TableName": "orders", "IndexName": "GSI1" });
    let by_arn = json!({ "TableName": TABLE });
    let queue_arn = "arn:aws:sqs:eu-central-1:123456789012:mail.fifo";
    for (service, operation, body, action, resource) in [
        ("dynamodb", "Query", &query, "dynamodb:Query", &*format!("{TABLE}/index/GSI1")),
        ("dynamodb", "UpdateItem", &by_arn, "dynamodb:UpdateItem", TABLE),
        ("dynamodb", "ListTables", &json!({}), "dynamodb:ListTables", "*"),
        ("dynamodb", "BatchWriteItem", &json!({ "RequestItems": { "orders": [] } }), "dynamodb:BatchWriteItem", TABLE),
        ("dynamodb", "TransactWriteItems", &json!({}), "dynamodb:TransactWriteItems", "*"),
        ("sqs", "SendMessage", &queue, "sqs:SendMessage", queue_arn),
        ("sqs", "SendMessageBatch", &queue, "sqs:SendMessage", queue_arn),
        ("sqs", "DeleteMessageBatch", &queue, "sqs:DeleteMessage", queue_arn),
        (
            "cognito-idp",
            "AdminCreateUser",
            &pool,
            "cognito-idp:AdminCreateUser",
            "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_abc",
        ),
        ("cognito-idp", "ListUserPools", &json!({}), "cognito-idp:ListUserPools", "*"),
        ("kms", "Decrypt", &json!({}), "kms:Decrypt", "*"),
    ] {
        assert_eq!(first_need(service, operation, body), (action.to_owned(), resource.to_owned()), "{operation}");
    }
    call(&policies(Vec::new()), "cognito-idp", "InitiateAuth", &json!({ "ClientId": "x" })).unwrap();
}

#[test]
fn every_item_of_a_transaction_needs_its_own_action() {
    let body = json!({ "TransactItems": [
        { "Put": { "TableName": "orders" } },
        { "ConditionCheck": { "TableName": "orders" } },
        { "Update": { "TableName": "users" } },
    ] });
    let users = "arn:aws:dynamodb:eu-central-1:123456789012:table/users";
    let all = [
        statement(true, &["dynamodb:PutItem"], &[TABLE]),
        statement(true, &["dynamodb:ConditionCheckItem"], &[TABLE]),
        statement(true, &["dynamodb:UpdateItem"], &[users]),
    ];
    call(&policies(all.to_vec()), "dynamodb", "TransactWriteItems", &body).unwrap();
    for missing in 0..all.len() {
        let mut some = all.to_vec();
        let missing = some.remove(missing);
        let denied = call(&policies(some), "dynamodb", "TransactWriteItems", &body).unwrap_err();
        assert_eq!((&denied.action, &denied.resource), (&missing.actions[0], &missing.resources[0]));
    }
}

#[test]
fn objects_and_buckets_need_their_actions() {
    let object = "arn:aws:s3:::shop/a b/c.webp";
    let bucket = "arn:aws:s3:::shop";
    for (method, path, query, action, resource) in [
        (Method::GET, "/shop/a%20b/c.webp", "x-id=GetObject", "s3:GetObject", object),
        (Method::HEAD, "/shop/a%20b/c.webp", "", "s3:GetObject", object),
        (Method::PUT, "/shop/a%20b/c.webp", "X-Amz-Signature=0", "s3:PutObject", object),
        (Method::PUT, "/shop/a%20b/c.webp", "partNumber=1&uploadId=x", "s3:PutObject", object),
        (Method::PUT, "/shop/a%20b/c.webp", "acl", "s3:PutObjectAcl", object),
        (Method::PUT, "/shop/a%20b/c.webp", "attributes", "s3:Unknown", object),
        (Method::POST, "/shop/a%20b/c.webp", "uploads", "s3:PutObject", object),
        (Method::POST, "/shop/a%20b/c.webp", "restore", "s3:Unknown", object),
        (Method::DELETE, "/shop/a%20b/c.webp", "", "s3:DeleteObject", object),
        (Method::DELETE, "/shop/a%20b/c.webp", "uploadId=x", "s3:AbortMultipartUpload", object),
        (Method::GET, "/shop", "list-type=2&prefix=a", "s3:ListBucket", bucket),
        (Method::GET, "/shop/", "cors", "s3:GetBucketCORS", bucket),
        (Method::PUT, "/shop", "policy", "s3:PutBucketPolicy", bucket),
        (Method::PUT, "/shop", "encryption", "s3:Unknown", bucket),
        (Method::DELETE, "/shop", "", "s3:DeleteBucket", bucket),
        (Method::GET, "/", "", "s3:ListAllMyBuckets", "*"),
    ] {
        assert_eq!(
            s3_need(&method, path, query, ""),
            (action.to_owned(), resource.to_owned()),
            "{method} {path}?{query}"
        );
    }
    let keys = "<Delete><Object><Key>a&amp;b</Key></Object></Delete>";
    let deleted = s3_need(&Method::POST, "/shop", "delete", keys);
    assert_eq!(deleted, ("s3:DeleteObject".to_owned(), "arn:aws:s3:::shop/a&b".to_owned()));
}

#[test]
fn a_copy_reads_its_source() {
    let headers =
        HeaderMap::from_iter([("x-amz-copy-source".parse().unwrap(), "/secret/a%20b?versionId=1".parse().unwrap())]);
    let request =
        Request { service: "s3", method: &Method::PUT, path: "/shop/x", query: "", headers: &headers, body: b"" };
    let policies = policies(vec![statement(true, &["s3:*"], &["arn:aws:s3:::shop/*"])]);
    let denied = policies.authorize(&function(), &request).unwrap_err();
    assert_eq!((&*denied.action, &*denied.resource), ("s3:GetObject", "arn:aws:s3:::secret/a b"));
    assert_eq!(denied.code(), "AccessDenied");
}

#[test]
fn mail_may_be_allowed_by_address_or_domain() {
    let body = json!({ "FromEmailAddress": "Shop <no-reply@shop.example>" }).to_string();
    let headers = HeaderMap::new();
    let path = "/v2/email/outbound-emails";
    let request =
        Request { service: "ses", method: &Method::POST, path, query: "", headers: &headers, body: body.as_bytes() };
    for (identity, allowed) in [("no-reply@shop.example", true), ("shop.example", true), ("other.example", false)] {
        let identity = format!("arn:aws:ses:eu-central-1:123456789012:identity/{identity}");
        let policies = policies(vec![statement(true, &["ses:SendEmail"], &[&identity])]);
        assert_eq!(policies.authorize(&function(), &request).is_ok(), allowed, "{identity}");
    }
    for (address, allowed) in [("no-reply@shop.example", true), ("owner@shop.example", false)] {
        let mut mail = statement(true, &["ses:SendEmail"], &["arn:aws:ses:eu-central-1:123456789012:identity/*"]);
        mail.from_address = Some(vec![address.to_owned()]);
        assert_eq!(policies(vec![mail]).authorize(&function(), &request).is_ok(), allowed, "{address}");
    }
}

fn mapping(source: Source, on_failure_queue_arn: Option<&str>) -> EventSourceMapping {
    EventSourceMapping {
        id: "OrdersRead/Source".to_owned(),
        function: "orders-read".to_owned(),
        source,
        batch_size: 10,
        window: std::time::Duration::ZERO,
        filters: Vec::new(),
        report_batch_item_failures: true,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect_on_error: false,
        on_failure_queue_arn: on_failure_queue_arn.map(str::to_owned),
        maximum_concurrency: None,
        from_trim_horizon: false,
    }
}

const MAIL: &str = "arn:aws:sqs:eu-central-1:123456789012:mail";

#[test]
fn event_sources_of_a_function_are_readable_by_it_alone() {
    let mut stack = stack(Vec::new());
    stack.mappings.push(mapping(Source::Queue("mail".to_owned()), None));
    let policies = Policies::of(&stack);
    assert_eq!(policies.allows(&function(), "sqs:ReceiveMessage", MAIL), Decision::Allow);
    assert_eq!(policies.allows(&function(), "sqs:SendMessage", MAIL), Decision::ImplicitDeny);
    let stranger = Principal::Function("other".to_owned());
    assert_eq!(policies.allows(&stranger, "sqs:ReceiveMessage", MAIL), Decision::ImplicitDeny);
    assert!(policies.check_event_sources(&stack).is_ok());
}

/// What a role of the template lacks for its event source; one statement after the other is added until it lacks nothing.
#[test]
fn a_role_of_the_template_must_allow_its_event_sources() {
    let stream = format!("{TABLE}/stream/{}", crate::template::STREAM_LABEL);
    let lacks = |statements: &[Statement], mapping: &EventSourceMapping| {
        let mut stack = stack(statements.to_vec());
        stack.functions[0].has_own_role = true;
        stack.mappings.push(mapping.clone());
        Policies::of(&stack).check_event_sources(&stack).err().map(|lacks| (lacks.action, lacks.resource))
    };
    let feed = mapping(Source::Stream("orders".to_owned()), Some(MAIL));
    let read = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
    let mut statements = vec![statement(true, &read, &[&format!("{TABLE}-other/stream/*")])];
    assert_eq!(lacks(&statements, &feed), Some(("dynamodb:DescribeStream", stream.clone())));
    statements.push(statement(true, &read, &[&stream]));
    assert_eq!(lacks(&statements, &feed), Some(("dynamodb:ListStreams", stream.clone())));
    statements.push(statement(true, &["dynamodb:ListStreams"], &[&format!("{TABLE}/stream/*")]));
    assert_eq!(lacks(&statements, &feed), Some(("sqs:SendMessage", MAIL.to_owned())));
    statements.push(statement(true, &["sqs:SendMessage"], &[MAIL]));
    assert_eq!(lacks(&statements, &feed), None);
    let queue = mapping(Source::Queue("mail".to_owned()), None);
    assert_eq!(lacks(&statements, &queue), Some(("sqs:ReceiveMessage", MAIL.to_owned())));
    statements.push(statement(true, &["sqs:*"], &[MAIL]));
    assert_eq!(lacks(&statements, &queue), None);
    statements.push(statement(false, &["sqs:DeleteMessage"], &[MAIL]));
    assert_eq!(lacks(&statements, &queue), Some(("sqs:DeleteMessage", MAIL.to_owned())));
}

#[test]
fn keys_are_the_same_for_the_same_seed_and_never_shared() {
    let keys = Credentials::derive(b"seed", "a");
    assert_eq!(keys, Credentials::derive(b"seed", "a"));
    for other in [Credentials::derive(b"seed", "b"), Credentials::derive(b"other", "a")] {
        assert_ne!(keys.access_key_id, other.access_key_id);
        assert_ne!(keys.secret_access_key, other.secret_access_key);
    }
    assert_eq!((keys.access_key_id.len(), keys.secret_access_key.len()), (20, 40));
    assert!(!format!("{keys:?}").contains(&keys.secret_access_key));
}
