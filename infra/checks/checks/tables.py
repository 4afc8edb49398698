"""The tables: nothing in them is lost or read by others."""


def tables_are_streamed_backed_up_and_encrypted(stack):
    for table, properties in stack.of("AWS::DynamoDB::Table").items():
        if properties.get("StreamSpecification", {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
            yield f"{table} has no stream with new and old images"
        if not properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            yield f"{table} has no point-in-time recovery"
        if not properties.get("SSESpecification", {}).get("SSEEnabled"):
            yield f"{table} is not encrypted with a key of the account"
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{table} is not on demand"


def production_is_protected_from_deletion(stack):
    production = stack.parameters["Stage"] == "prod"
    for table, properties in stack.of("AWS::DynamoDB::Table").items():
        if bool(properties.get("DeletionProtectionEnabled")) != production:
            yield f"{table}: deletion protection belongs to production alone"
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if not stack.resources[table].get(policy, "Delete").startswith("Retain"):
                yield f"{table}: {policy} does not retain it"
    for pool, properties in stack.of("AWS::Cognito::UserPool").items():
        if (properties.get("DeletionProtection") == "ACTIVE") != production:
            yield f"{pool}: deletion protection belongs to production alone"
