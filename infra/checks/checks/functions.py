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


def functions_that_feed_themselves_may(stack):
    """Lambda stops a function that sends to the queue that invokes it after about sixteen rounds, unless it may."""
    for mapping in stack.of("AWS::Lambda::EventSourceMapping").values():
        queue, function = stack.queue(mapping.get("EventSourceArn")), stack.function(mapping["FunctionName"])
        properties = stack.of("AWS::Lambda::Function")[function]
        sent_to = {stack.queue(resource) for resource in stack.allowed(function, "sqs:SendMessage")}
        if queue and queue in sent_to and properties.get("RecursiveLoop") != "Allow":
            yield f"{function} sends to {queue}, which invokes it: Lambda would stop it (RecursiveLoop)"


def ticks_do_not_pile_up(stack):
    configs = {stack.function(p["FunctionName"]): p for p in stack.of("AWS::Lambda::EventInvokeConfig").values()}
    for schedule, properties in stack.of("AWS::Scheduler::Schedule").items():
        function = stack.function(properties["Target"]["Arn"])
        config = configs.get(function, {})
        if config.get("MaximumRetryAttempts", 2) > 0 or config.get("MaximumEventAgeInSeconds", 21_600) > 60:
            yield f"{schedule}: {function} would take ticks that are long over"


def secrets_are_kept_under_a_key(stack):
    """Who may read the configuration of functions reads their settings, unless a key keeps them."""
    secrets = {name for name, declared in stack.expanded.get("Parameters", {}).items() if declared.get("NoEcho")}
    for function in stack.of("AWS::Lambda::Function"):
        written = stack.expanded["Resources"][function]["Properties"]
        for name, value in written.get("Environment", {}).get("Variables", {}).items():
            if isinstance(value, dict) and value.get("Ref") in secrets and "KmsKeyArn" not in written:
                yield f"{function}: {name} can be read by whoever reads its configuration (KmsKeyArn)"
