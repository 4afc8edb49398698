"""The roles of functions and schedules: least privilege, in words."""

ATTACHED_BY_SAM = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
}


def policies_name_their_actions_and_resources(stack):
    for role, properties in stack.of("AWS::IAM::Role").items():
        for arn in properties.get("ManagedPolicyArns", []):
            if arn not in ATTACHED_BY_SAM:
                yield f"{role} has the managed policy {arn}; write the statements"
        for policy in properties.get("Policies", []):
            for statement in _list(policy["PolicyDocument"]["Statement"]):
                yield from (f"{role}: {wrong}" for wrong in _wrong(statement))


def _wrong(statement):
    if "NotAction" in statement or "NotResource" in statement:
        yield "NotAction and NotResource allow what is not written"
    if statement.get("Effect") != "Allow":
        return
    for action in _list(statement.get("Action", [])):
        if "*" in action.partition(":")[2] or action == "*":
            yield f"the action {action} is more than is written"
    for resource in _list(statement.get("Resource", [])):
        if _is_everybodys(resource):
            yield f"the resource {resource} is everybody's"


def _is_everybodys(resource):
    """`*`, or an ARN (`arn:partition:service:region:account:type/name`) whose name could be any."""
    service, name = (resource.split(":", 5) + [""] * 5)[2], resource.split(":", 5)[-1]
    kind, _, rest = name.partition("/")
    if service == "s3":
        # Everything in one bucket is one thing.
        return kind.startswith("*")
    if service == "ses":
        # Which identity is verified is decided outside the template.
        return False
    return kind.startswith("*") or (bool(rest) and not rest.strip("*/") and not resource.startswith("${"))


def _list(value):
    return value if isinstance(value, list) else [value]
