use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::*;

fn ids() -> PhysicalIds {
    PhysicalIds {
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        stack_name: "um".to_owned(),
        queue_url_base: "http://127.0.0.1:4566".to_owned(),
        created: BTreeMap::from([("Pool".to_owned(), "eu-west-1_abc".to_owned())]),
    }
}

fn load(text: &str, parameters: &[(&str, &str)]) -> std::result::Result<model::Stack, TemplateError> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("template.yaml"), text).unwrap();
    fs::write(folder.path().join("api.yaml"), "openapi: 3.0.1\ninfo: {title: {Ref: 'AWS::StackName'}}\n").unwrap();
    let given = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Template::load(&folder.path().join("template.yaml"), &given)?.resolve(&ids())
}

const WHOLE: &str = r#"
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
Mappings:
  Size: {dev: {Memory: 256}, prod: {Memory: 512}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  NotProd: !Not [{Condition: IsProd}]
Globals:
  Function:
    Timeout: 10
    Environment: {Variables: {LOG: info, STAGE: !Ref Stage}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub um-${Stage}-things
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
      DeletionProtectionEnabled: !If [IsProd, true, !Ref AWS::NoValue]
  Dlq:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub 'um-${Stage}-dlq'}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Join ['-', [um, !Ref Stage, work]]
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dlq.Arn, maxReceiveCount: 3}
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolTier: ESSENTIALS}}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, GenerateSecret: true}}
  OnlyProd: {Type: AWS::CloudWatch::Alarm, Condition: IsProd}
  OnlyDevBucket: {Type: AWS::S3::Bucket, Condition: NotProd}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: worker}}
    Properties:
      FunctionName: !Sub um-${Stage}-worker
      MemorySize: !FindInMap [Size, !Ref Stage, Memory]
      Environment:
        Variables:
          TABLE: !Ref Table
          QUEUE: !Ref Queue
          POOL: !Ref Pool
          API: !Sub 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}'
          LITERAL: !Sub '${!NotMe} ${Table.Arn}'
          PART: !Select [1, !Split [':', 'a:b']]
      Policies:
        - Statement:
            - {Effect: Allow, Action: dynamodb:GetItem, Resource: [!GetAtt Table.Arn, !Sub '${Table.Arn}/index/*']}
      Events:
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            FilterCriteria: {Filters: [{Pattern: '{"body":{"a":[1]}}'}]}
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
        Feed:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON, MaximumRetryAttempts: -1,
            BisectBatchOnFunctionError: true, DestinationConfig: {OnFailure: {Destination: !GetAtt Dlq.Arn}}}
        Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute), Name: tick}}
Outputs:
  QueueUrl: {Value: !Ref Queue}
"#;

#[test]
fn every_reference_comes_to_the_name_aws_would_give() {
    let stack = load(WHOLE, &[]).unwrap();
    let worker = &stack.functions[0];
    assert_eq!(worker.name, "um-dev-worker");
    assert_eq!(worker.arn, "arn:aws:lambda:eu-west-1:123456789012:function:um-dev-worker");
    assert_eq!((worker.memory_mib, worker.timeout), (256, Duration::from_secs(10)));
    let expected = [
        ("API", "https://pending-Api.execute-api.eu-west-1.amazonaws.com"),
        ("LITERAL", "${NotMe} arn:aws:dynamodb:eu-west-1:123456789012:table/um-dev-things"),
        ("LOG", "info"),
        ("PART", "b"),
        ("POOL", "eu-west-1_abc"),
        ("QUEUE", "http://127.0.0.1:4566/123456789012/um-dev-work"),
        ("STAGE", "dev"),
        ("TABLE", "um-dev-things"),
    ];
    let found: Vec<_> = worker.environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(found, expected);
    let arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/um-dev-things";
    assert_eq!(worker.policies[0].resources, [arn.to_owned(), format!("{arn}/index/*")]);
    assert_eq!(stack.outputs["QueueUrl"], "http://127.0.0.1:4566/123456789012/um-dev-work");
}

#[test]
fn conditions_leave_resources_out() {
    let dev = load(WHOLE, &[]).unwrap();
    assert_eq!(dev.buckets[0].name, "um-onlydevbucket");
    let prod = load(WHOLE, &[("Stage", "prod")]).unwrap();
    assert!(prod.buckets.is_empty());
    assert_eq!(prod.functions[0].memory_mib, 512);
}

#[test]
fn a_table_becomes_the_body_of_create_table() {
    let stack = load(WHOLE, &[]).unwrap();
    let table = &stack.tables[0];
    assert_eq!(table.ttl_attribute.as_deref(), Some("expires_at"));
    assert_eq!(
        table.create,
        json!({"TableName": "um-dev-things", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}})
    );
}

#[test]
fn events_become_mappings_and_schedules() {
    let stack = load(WHOLE, &[]).unwrap();
    let queue = stack.mappings.iter().find(|one| one.id == "Worker.Work").unwrap();
    assert_eq!(queue.source, model::Source::Queue("um-dev-work".to_owned()));
    assert_eq!((queue.batch_size, queue.maximum_concurrency), (10, Some(2)));
    assert_eq!(queue.filters, [json!({"body": {"a": [1]}})]);
    assert!(queue.report_batch_item_failures);
    let stream = stack.mappings.iter().find(|one| one.id == "Worker.Feed").unwrap();
    assert_eq!(stream.source, model::Source::Stream("um-dev-things".to_owned()));
    assert_eq!((stream.batch_size, stream.maximum_retry_attempts), (100, None));
    assert!(stream.bisect_on_error && stream.from_trim_horizon);
    assert_eq!(stream.on_failure_queue_arn.as_deref(), Some("arn:aws:sqs:eu-west-1:123456789012:um-dev-dlq"));
    assert_eq!((stack.schedules[0].name.as_str(), stack.schedules[0].enabled), ("tick", true));
}

#[test]
fn includes_and_clients_find_their_place() {
    let stack = load(WHOLE, &[]).unwrap();
    assert_eq!(stack.http_apis[0].definition["info"]["title"], "um");
    assert_eq!(stack.user_pools[0].clients[0].0, "Client");
}

const ROLE: &str = r#"
Resources:
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/f}}
  ARole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: TRUSTED}}]
      Policies:
        - PolicyName: one
          PolicyDocument:
            Version: "2012-10-17"
            Statement: {Effect: Allow, Action: logs:PutLogEvents, Resource: !GetAtt Logs.Arn}
        - {PolicyName: two, PolicyDocument: {Statement: [{Effect: Deny, Action: [a:b, a:c], Resource: x}]}}
  F:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: f}}
    Properties:
      Role: !GetAtt ARole.Arn
"#;

#[test]
fn a_function_with_a_role_has_the_statements_of_the_role() {
    let stack = load(&ROLE.replace("TRUSTED", "lambda.amazonaws.com"), &[]).unwrap();
    let function = &stack.functions[0];
    assert!(function.has_own_role);
    let found: Vec<_> =
        function.policies.iter().map(|one| (one.allow, one.actions.len(), one.resources[0].as_str())).collect();
    assert_eq!(found, [(true, 1, "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*"), (false, 2, "x")]);
    assert!(!load(WHOLE, &[]).unwrap().functions[0].has_own_role);
}

#[test]
fn roles_that_are_more_than_inline_policies_are_refused() {
    let sound = ROLE.replace("TRUSTED", "lambda.amazonaws.com");
    let cases = [
        (ROLE.replace("TRUSTED", "ec2.amazonaws.com"), "ARole.Properties.AssumeRolePolicyDocument"),
        (sound.replace("      Policies:", "      ManagedPolicyArns: [x]\n      Policies:"), "ManagedPolicyArns"),
        (
            sound.replace("Resource: x", "Resource: x, Condition: {StringLike: {a: b}}"),
            "PolicyDocument.Statement.Condition",
        ),
        (sound.replace("!GetAtt ARole.Arn", "arn:aws:iam::123456789012:role/other"), "F.Properties.Role"),
        (sound.replace("      Role:", "      Policies: []\n      Role:"), "Policies have no effect beside a Role"),
    ];
    for (text, wanted) in cases {
        let error = load(&text, &[]).expect_err(wanted).to_string();
        assert!(error.contains(wanted), "{error} does not name {wanted}");
    }
}

/// The text, and what the refusal must name.
#[test]
fn what_is_not_known_is_refused_by_name() {
    let cases = [
        ("Resources: {X: {Type: AWS::EC2::Instance}}", "Resources.X.Type: the resource type \"AWS::EC2::Instance\""),
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Colour: red}}}", "Resources.Q.Properties.Colour"),
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nope}}}", "resource Nope"),
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Fn::GetAZs: x}}}}", "Fn::GetAZs"),
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Q}}}", "refers to itself"),
        ("Hooks: {}", "Hooks"),
        ("Parameters: {Needed: {Type: String}}", "Parameters.Needed: has no default"),
        ("Resources: {F: {Type: AWS::Serverless::Function, Properties: {}}}", "BuildProperties.Binary"),
        (
            "Resources: {F: {Type: AWS::Serverless::Function, Metadata: {BuildProperties: {Binary: f}}, \
             Properties: {Policies: [DynamoDBCrudPolicy: {TableName: x}]}}}",
            "plain statements",
        ),
        (
            "Resources: {F: {Type: AWS::Serverless::Function, Metadata: {BuildProperties: {Binary: f}}, Properties: \
             {Policies: [{Statement: [{Effect: Allow, Action: a:b, Resource: '*', Condition: {StringEquals: {a: b}}}]}]}}}",
            "Statement.Condition",
        ),
    ];
    for (text, wanted) in cases {
        let error = load(text, &[]).expect_err(text).to_string();
        assert!(error.contains("template.yaml") && error.contains(wanted), "{error} does not name {wanted}");
    }
}

#[test]
fn an_asynchronous_event_is_tried_as_often_as_its_function_says() {
    let config = "MemorySize: !FindInMap [Size, !Ref Stage, Memory]\n      EventInvokeConfig: ";
    let with = |text: &str| load(&WHOLE.replace("MemorySize: !FindInMap [Size, !Ref Stage, Memory]", text), &[]);
    let told = with(&format!("{config}{{MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60}}")).unwrap();
    assert_eq!((told.functions[0].event_retries, told.functions[0].event_age_max), (0, Duration::from_mins(1)));
    let usual = load(WHOLE, &[]).unwrap();
    assert_eq!((usual.functions[0].event_retries, usual.functions[0].event_age_max), (2, Duration::from_hours(6)));
    let refused = with(&format!("{config}{{DestinationConfig: {{}}}}")).unwrap_err().to_string();
    assert!(refused.contains("EventInvokeConfig.DestinationConfig"), "{refused}");
}

#[test]
fn a_number_keeps_its_bounds() {
    let text = "Parameters: {Hours: {Type: Number, Default: 24, MinValue: 1, MaxValue: 48}}";
    assert!(load(text, &[("Hours", "48")]).is_ok());
    for wrong in ["0", "49"] {
        assert!(load(text, &[("Hours", wrong)]).unwrap_err().to_string().contains("Parameters.Hours"), "{wrong}");
    }
}

#[test]
fn parameters_are_checked() {
    assert!(load(WHOLE, &[("Stage", "test")]).unwrap_err().to_string().contains("AllowedValues"));
    assert!(load(WHOLE, &[("Nope", "x")]).unwrap_err().to_string().contains("Nope"));
}
