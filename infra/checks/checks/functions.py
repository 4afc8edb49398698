"""What every function has."""


def functions_log_to_a_group_with_retention(stack):
    groups = stack.of("AWS::Logs::LogGroup")
    for logical_id, properties in stack.of("AWS::Lambda::Function").items():
        reference = properties.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{properties.get('FunctionName')}"
        group = groups.get(stack.find("AWS::Logs::LogGroup", reference, "LogGroupName"))
        if group is None:
            yield f"{logical_id} logs to {reference}, which the template does not create"
        elif not group.get("RetentionInDays"):
            yield f"{logical_id} logs for ever: its group has no RetentionInDays"


def functions_share_the_accounts_concurrency(stack):
    """A new account may run ten at once; what is reserved for one is taken from all others."""
    for logical_id, properties in stack.of("AWS::Lambda::Function").items():
        if "ReservedConcurrentExecutions" in properties:
            yield f"{logical_id} reserves concurrency; limit its event sources instead"
