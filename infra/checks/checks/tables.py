"""The tables and the user pool: nothing in them is lost or read by others."""

from .streams import readers

# What a deletion or a replacement would lose for good.
RETAINED = ("AWS::DynamoDB::Table", "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient")


def tables_are_streamed_to_readers_and_backed_up(stack):
    read = {table for *_, table in readers(stack)}
    for table, properties in stack.of("AWS::DynamoDB::Table").items():
        view = properties.get("StreamSpecification", {}).get("StreamViewType")
        if view and table not in read:
            yield f"{table} has a stream that nobody reads"
        if table in read and view != "NEW_AND_OLD_IMAGES":
            yield f"{table} has no stream with new and old images"
        if not properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{table} has no point-in-time recovery"
        if properties.get("SSESpecification"):
            yield f"{table} pays for a key of the account; AWS's own encrypts it for nothing"
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{table} is not on demand"


def production_is_protected_from_deletion(stack):
    production = stack.parameters["Stage"] == "prod"
    for table, properties in stack.of("AWS::DynamoDB::Table").items():
        if bool(properties.get("DeletionProtectionEnabled")) != production:
            yield f"{table}: deletion protection belongs to production alone"
    for pool, properties in stack.of("AWS::Cognito::UserPool").items():
        if (properties.get("DeletionProtection") == "ACTIVE") != production:
            yield f"{pool}: deletion protection belongs to production alone"


def what_cannot_be_made_again_is_retained(stack):
    for logical_id, resource in stack.resources.items():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource["Type"] in RETAINED and not resource.get(policy, "Delete").startswith("Retain"):
                yield f"{logical_id}: {policy} does not retain it"
