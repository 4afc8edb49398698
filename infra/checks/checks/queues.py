"""The queues and their consumers."""

CONSUMER_SECONDS_MAX = 5
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_PER_TIMEOUT = 6
# SQS's own values for what is not given.
VISIBILITY_SECONDS = 30
RETENTION_SECONDS = 345_600


def _consumers(stack):
    """Each mapping of a queue: its logical id, its properties, the queue, the function."""
    for mapping, properties in stack.of("AWS::Lambda::EventSourceMapping").items():
        queue = stack.queue(properties.get("EventSourceArn"))
        if queue:
            yield mapping, properties, queue, stack.function(properties["FunctionName"])


def queues_are_redriven_and_encrypted(stack):
    queues = stack.of("AWS::SQS::Queue")
    for queue, properties in queues.items():
        if not (properties.get("SqsManagedSseEnabled") or properties.get("KmsMasterKeyId")):
            yield f"{queue} is not encrypted"
    for _, _, queue, _ in _consumers(stack):
        properties = queues[queue]
        redrive = properties.get("RedrivePolicy", {})
        dead_letters = queues.get(stack.queue(redrive.get("deadLetterTargetArn")))
        if dead_letters is None:
            yield f"{queue} has no dead-letter queue in the template"
            continue
        if int(redrive.get("maxReceiveCount", 0)) < 1:
            yield f"{queue}: maxReceiveCount must be 1 or more"
        if bool(dead_letters.get("FifoQueue")) != bool(properties.get("FifoQueue")):
            yield f"{queue}: a FIFO queue and its dead-letter queue are both FIFO"
        retention = properties.get("MessageRetentionPeriod", RETENTION_SECONDS)
        # A message keeps its date when it moves, so it would be deleted where it should wait.
        if dead_letters.get("MessageRetentionPeriod", RETENTION_SECONDS) < retention:
            yield f"{queue}: its dead-letter queue keeps messages for a shorter time than itself"


def consumers_finish_well_before_visibility_ends(stack):
    queues, functions = stack.of("AWS::SQS::Queue"), stack.of("AWS::Lambda::Function")
    for _, _, queue, function in _consumers(stack):
        timeout = functions[function].get("Timeout", 3)
        visibility = queues[queue].get("VisibilityTimeout", VISIBILITY_SECONDS)
        if timeout > CONSUMER_SECONDS_MAX:
            yield f"{function} may take {timeout} s; a consumer takes {CONSUMER_SECONDS_MAX} s at most"
        if visibility < VISIBILITY_PER_TIMEOUT * timeout:
            yield f"{queue}: visibility of {visibility} s is less than {VISIBILITY_PER_TIMEOUT} × {timeout} s of {function}"


def consumers_report_failures_and_are_limited(stack):
    for mapping, properties, _, _ in _consumers(stack):
        if "ReportBatchItemFailures" not in properties.get("FunctionResponseTypes", []):
            yield f"{mapping} fails whole batches: it does not report the record that failed"
        if properties.get("ScalingConfig", {}).get("MaximumConcurrency", 0) < 2:
            yield f"{mapping} may take the account's whole concurrency: it has no MaximumConcurrency"
