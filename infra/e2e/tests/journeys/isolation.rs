use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use contracts::Service;
use e2e::Cloud;

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_is_given_another_services_table_gets_access_denied() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let functions = cloud.endpoints["functions"].as_object().unwrap();
    for (name, _) in functions {
        let (id, secret) = cloud.keys_of(name);
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(cloud.text("region").to_owned()))
            .endpoint_url(cloud.text("endpoint_url"))
            .credentials_provider(Credentials::new(id, secret, None, None, "function"))
            .load()
            .await;
        let client = aws_sdk_dynamodb::Client::new(&config);
        for service in Service::ALL {
            let own = name.starts_with(&format!("um-dev-{service}-"));
            if own {
                continue;
            }
            let key = |call: aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder| {
                call.key("PK", AttributeValue::S("x".into())).key("SK", AttributeValue::S("x".into()))
            };
            let refused = key(client.get_item().table_name(format!("um-dev-{service}"))).send().await.unwrap_err();
            assert_eq!(refused.code(), Some("AccessDeniedException"), "{name} reads the table of {service}");
        }
    }
}
