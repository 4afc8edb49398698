"""The roles of functions and schedules: least privilege, in words."""

# What SAM attaches for event sources is not here: it lets a function read every stream or queue of the account.
MANAGED_ALLOWED = {"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
SEND_ONLY = {"SendMessage", "GetQueueUrl"}


def policies_name_their_actions_and_resources(stack):
    for role, properties in stack.of("AWS::IAM::Role").items():
        for arn in properties.get("ManagedPolicyArns", []):
            if arn not in MANAGED_ALLOWED:
                yield f"{role} has the managed policy {arn}; write the statements in a role of the template"
        for statement in _statements(properties):
            yield from (f"{role}: {wrong}" for wrong in _wrong(statement))


def functions_read_only_what_is_their_services(stack):
    """Tables, their streams and queues; a queue of another service may be sent to."""
    roles = stack.of("AWS::IAM::Role")
    for function, properties in stack.of("AWS::Lambda::Function").items():
        if "FunctionName" not in properties:
            # Found by the check of names; without one it has no service.
            continue
        role = stack.role(properties.get("Role"))
        if role is None:
            yield f"{function} has a role that is not in the template"
            continue
        service = stack.service(properties.get("FunctionName"))
        for statement in _statements(roles[role]):
            if statement.get("Effect") == "Allow":
                yield from (f"{role} lets {function} {wrong}" for wrong in _foreign(stack, service, statement))


def _foreign(stack, service, statement):
    for action in _list(statement.get("Action", [])):
        kind, _, name = action.partition(":")
        if kind.lower() not in ("dynamodb", "sqs") or name in SEND_ONLY:
            continue
        for resource in _list(statement.get("Resource", [])):
            if _is_everybodys(resource):
                # Found by the check above.
                continue
            owner = stack.service(stack.table_name(resource) if kind.lower() == "dynamodb" else stack.queue_name(resource))
            if owner is None or owner != service:
                yield f"{action} on {resource}, which is not its service's"


def _statements(role):
    for policy in role.get("Policies", []):
        yield from _list(policy["PolicyDocument"]["Statement"])


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
