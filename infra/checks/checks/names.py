"""Names: links between functions, integrations and triggers go by them."""

NAME = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
}


def names_are_fixed_and_tell_the_stage(stack):
    stage = stack.parameters["Stage"]
    for kind, property_name in NAME.items():
        for logical_id, properties in stack.of(kind).items():
            name = properties.get(property_name)
            if name is None:
                yield f"{logical_id} has no {property_name}"
            elif stage not in name.replace("/", "-").split("-"):
                yield f"{logical_id}: {property_name} {name} is the same in every stage of an account"
