"""The alarms: what fails, waits or is lost is told to somebody."""

# What one alarm on metric math may retrieve: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
METRICS_MAX = 10


def alarms_fit_and_tell_somebody(stack):
    for alarm, properties in stack.of("AWS::CloudWatch::Alarm").items():
        count = sum("MetricStat" in metric for metric in properties.get("Metrics", []))
        if count > METRICS_MAX:
            yield f"{alarm} retrieves {count} metrics; it may retrieve {METRICS_MAX}"
        if not properties.get("AlarmActions"):
            yield f"{alarm} tells nobody"


def what_fails_or_waits_is_in_an_alarm(stack):
    watched = set(_watched(stack))
    for function in stack.of("AWS::Lambda::Function"):
        if ("Errors", function) not in watched:
            yield f"{function}: its errors are in no alarm"
    if ("Throttles", None) not in watched:
        yield "throttled functions are in no alarm"
    for api in stack.of("AWS::ApiGatewayV2::Api"):
        if ("5xx", api) not in watched:
            yield f"{api}: its answers 5xx are in no alarm"
    consumed = set()
    for properties in stack.of("AWS::Lambda::EventSourceMapping").values():
        queue, function = stack.queue(properties.get("EventSourceArn")), stack.function(properties["FunctionName"])
        if queue:
            consumed.add(queue)
        elif ("IteratorAge", function) not in watched:
            yield f"{function}: how far it is behind its stream is in no alarm"
    for queue in stack.of("AWS::SQS::Queue"):
        # What nobody consumes here is a dead-letter queue, or another stack's.
        metric = "ApproximateAgeOfOldestMessage" if queue in consumed else "ApproximateNumberOfMessagesVisible"
        if (metric, queue) not in watched:
            yield f"{queue}: {metric} is in no alarm"


def _watched(stack):
    """Each metric of an alarm with the resource that it is about, None for the whole account."""
    for properties in stack.of("AWS::CloudWatch::Alarm").values():
        queries = [query["MetricStat"]["Metric"] for query in properties.get("Metrics", []) if "MetricStat" in query]
        for metric in [*queries, properties]:
            name = metric.get("MetricName")
            if name is None:
                continue
            dimensions = [dimension["Value"] for dimension in metric.get("Dimensions", [])]
            yield name, _resource(stack, dimensions[0]) if dimensions else None


def _resource(stack, value):
    api = next((api for api in stack.of("AWS::ApiGatewayV2::Api") if value == f"${{{api}}}"), None)
    return api or stack.function(value) or stack.queue(value)
