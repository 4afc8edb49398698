"""Functions that read the streams of tables, and filters of all event sources."""

import json
from collections import Counter

from stack import REFERENCE

# More are throttled: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
READERS_MAX = 2
OPERATORS = {"prefix", "suffix", "exists", "anything-but", "numeric", "equals-ignore-case", "cidr"}


def readers(stack):
    """Each mapping of a stream: its logical id, its properties, the table."""
    for mapping, properties in stack.of("AWS::Lambda::EventSourceMapping").items():
        source = REFERENCE.fullmatch(properties.get("EventSourceArn", ""))
        if source and source[2] == "StreamArn":
            yield mapping, properties, source[1]


def streams_have_two_readers_at_most(stack):
    for table, count in Counter(table for *_, table in readers(stack)).items():
        if count > READERS_MAX:
            yield f"{table}: {count} readers of its stream; there may be {READERS_MAX}"


def stream_readers_end_their_retries(stack):
    for mapping, properties, _ in readers(stack):
        if properties.get("MaximumRetryAttempts", -1) < 0 or properties.get("MaximumRecordAgeInSeconds", -1) < 0:
            yield f"{mapping} tries a poison record until it expires"
        if not stack.queue(properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")):
            yield f"{mapping} forgets what it gives up: it has no queue on failure"
        if not properties.get("BisectBatchOnFunctionError"):
            yield f"{mapping} gives up whole batches: it does not bisect"
        if "ReportBatchItemFailures" not in properties.get("FunctionResponseTypes", []):
            yield f"{mapping} does not report the record that failed"
        if properties.get("StartingPosition") != "TRIM_HORIZON":
            yield f"{mapping} misses what was written before it was there"


def filter_patterns_parse(stack):
    for mapping, properties in stack.of("AWS::Lambda::EventSourceMapping").items():
        for one in properties.get("FilterCriteria", {}).get("Filters", []):
            try:
                pattern = json.loads(one["Pattern"])
            except ValueError as cause:
                yield f"{mapping}: the pattern {one['Pattern']} is no JSON: {cause}"
                continue
            yield from (f"{mapping}: {wrong}" for wrong in _wrong(pattern, "the pattern"))


def _wrong(pattern, where):
    if not isinstance(pattern, dict) or not pattern:
        yield f"{where} is no object with something in it"
        return
    for key, value in pattern.items():
        if isinstance(value, dict):
            yield from _wrong(value, f"{where}.{key}")
        elif not isinstance(value, list) or not value:
            yield f"{where}.{key} is no list of values"
        else:
            for rule in value:
                if isinstance(rule, list) or (isinstance(rule, dict) and (len(rule) != 1 or rule.keys() - OPERATORS)):
                    yield f"{where}.{key} has the unknown rule {json.dumps(rule)}"
