"""An expanded template for one set of parameters, with its intrinsics resolved.

Everything resolves to plain values. What only exists once a resource does stays visible as `${LogicalId}` (its Ref) or
`${LogicalId.Attribute}`, so that a name given by reference and one given by `Fn::Sub` are the same text.
"""

import re

from sam import ACCOUNT, REGION

PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
}
NO_VALUE = object()
REFERENCE = re.compile(r"\$\{(\w+)(?:\.([\w.]+))?\}")


class Stack:
    def __init__(self, expanded, parameters):
        self.expanded = expanded
        self.parameters = {
            name: str(parameters.get(name, declared.get("Default", "")))
            for name, declared in expanded.get("Parameters", {}).items()
        }
        self.conditions = expanded.get("Conditions", {})
        self.resources = {
            logical_id: self.resolve(resource)
            for logical_id, resource in expanded["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def of(self, kind):
        """The resources of a type: logical id and properties."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def find(self, kind, reference, name_property):
        """The logical id of the resource of a type that a Ref, an ARN or a name is about, or None."""
        found = REFERENCE.search(reference or "")
        if found and found[1] in self.of(kind):
            return found[1]
        for logical_id, properties in self.of(kind).items():
            name = properties.get(name_property)
            if name and re.search(rf"(^|[:/]){re.escape(name)}$", reference or ""):
                return logical_id
        return None

    def function(self, reference):
        return self.find("AWS::Lambda::Function", reference, "FunctionName")

    def queue(self, reference):
        return self.find("AWS::SQS::Queue", reference, "QueueName")

    def role(self, reference):
        return self.find("AWS::IAM::Role", reference, "RoleName")

    def allowed(self, function, action):
        """The resources that a function's role lets it do something with."""
        role = self.role(self.of("AWS::Lambda::Function")[function].get("Role"))
        for policy in self.of("AWS::IAM::Role").get(role, {}).get("Policies", []):
            statements = policy["PolicyDocument"]["Statement"]
            for statement in statements if isinstance(statements, list) else [statements]:
                actions, resources = statement.get("Action", []), statement.get("Resource", [])
                if statement.get("Effect") == "Allow" and action in (actions if isinstance(actions, list) else [actions]):
                    yield from resources if isinstance(resources, list) else [resources]

    def service(self, name):
        """The service that a named resource belongs to: the table with whose name its own begins, or None."""
        tables = (properties.get("TableName") for properties in self.of("AWS::DynamoDB::Table").values())
        return max((table for table in tables if table and f"{name}-".startswith(f"{table}-")), key=len, default=None)

    def table_name(self, arn):
        """The name in the ARN of a table, its index or its stream."""
        table = self.find("AWS::DynamoDB::Table", arn, "TableName")
        return self.of("AWS::DynamoDB::Table")[table]["TableName"] if table else (arn.split("/") + [""])[1]

    def queue_name(self, arn):
        """The name in the ARN of a queue."""
        queue = self.queue(arn)
        return self.of("AWS::SQS::Queue")[queue]["QueueName"] if queue else arn.split(":")[-1]

    def holds(self, condition):
        return self.resolve(self.conditions[condition])

    def resolve(self, value):
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Condition" and isinstance(argument, str) and argument in self.conditions:
                return self.holds(argument)
            if name == "Ref" or name.startswith("Fn::"):
                return self.intrinsic(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def intrinsic(self, name, argument):
        if name == "Ref":
            return self.reference(argument)
        if name == "Fn::If":
            condition, yes, no = argument
            return self.resolve(yes if self.holds(condition) else no)
        if name == "Fn::GetAtt":
            return f"${{{'.'.join(argument) if isinstance(argument, list) else argument}}}"
        if name == "Fn::Sub":
            return self.substitute(argument)
        argument = self.resolve(argument)
        if name == "Fn::Equals":
            return str(argument[0]) == str(argument[1])
        if name == "Fn::Not":
            return not argument[0]
        if name == "Fn::And":
            return all(argument)
        if name == "Fn::Or":
            return any(argument)
        if name == "Fn::Join":
            return argument[0].join(map(str, argument[1]))
        if name == "Fn::Select":
            return argument[1][int(argument[0])]
        if name == "Fn::Split":
            return argument[1].split(argument[0])
        raise ValueError(f"the checks do not know {name}")

    def reference(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        return PSEUDO.get(name) or self.parameters.get(name, f"${{{name}}}")

    def substitute(self, argument):
        text, given = (argument, {}) if isinstance(argument, str) else argument
        given = {name: str(self.resolve(value)) for name, value in given.items()}

        def replace(found):
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            return given[name] if name in given else str(self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)
