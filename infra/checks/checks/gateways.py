"""The HTTP APIs and their routes."""

import re
from collections import Counter

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"}
HTTP_FUNCTION_SECONDS_MAX = 10


def routes(api):
    """Each route of an API: its name and its operation."""
    for path, item in (api.get("Body") or {}).get("paths", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def _integrations(stack):
    """Each route with the function behind it: API, route, function's logical id or None, integration."""
    for api, properties in stack.of("AWS::ApiGatewayV2::Api").items():
        for route, operation in routes(properties):
            integration = operation.get("x-amazon-apigateway-integration") or {}
            invoked = re.search(r"/functions/(.+?)/invocations$", integration.get("uri", ""))
            yield api, route, stack.function(invoked[1]) if invoked else None, integration


def routes_lead_to_functions_that_may_be_invoked(stack):
    needed = set()
    for api, route, function, _ in _integrations(stack):
        if function is None:
            yield f"{api}: {route} leads to no function of the template"
        else:
            needed.add((api, function))
    permitted = Counter(_permissions(stack))
    for api, function in sorted(needed - permitted.keys()):
        yield f"{api} may not invoke {function}: a permission is missing"
    for (api, function), count in sorted(permitted.items(), key=str):
        if count > 1:
            yield f"{api} has {count} permissions for {function}; one is enough"
        if (api, function) not in needed:
            yield f"{api} may invoke {function}, which none of its routes leads to"


def _permissions(stack):
    for properties in stack.of("AWS::Lambda::Permission").values():
        if properties.get("Principal") == "apigateway.amazonaws.com":
            source = properties.get("SourceArn", "")
            api = next((api for api in stack.of("AWS::ApiGatewayV2::Api") if f"${{{api}}}" in source), source)
            yield api, stack.function(properties["FunctionName"])


def functions_answer_before_the_gateway_gives_up(stack):
    functions = stack.of("AWS::Lambda::Function")
    for _, route, function, integration in _integrations(stack):
        timeout = functions.get(function, {}).get("Timeout", 3)
        if timeout > HTTP_FUNCTION_SECONDS_MAX:
            yield f"{route}: {function} may take {timeout} s; answers take {HTTP_FUNCTION_SECONDS_MAX} s at most"
        elif integration.get("timeoutInMillis", 30_000) < timeout * 1_000:
            yield f"{route}: the gateway gives up before {function} does"


def routes_ask_for_a_scope_or_a_signature(stack):
    """A route of an API with a token authoriser may be open; where there is none, every route asks for a signature."""
    for api, properties in stack.of("AWS::ApiGatewayV2::Api").items():
        has_tokens = bool((properties.get("Body") or {}).get("components", {}).get("securitySchemes"))
        for route, operation in routes(properties):
            signed = operation.get("x-amazon-apigateway-auth", {}).get("type") == "AWS_IAM"
            if not has_tokens and not signed:
                yield f"{api}: {route} is open to everybody"
            for scheme in operation.get("security", []):
                if not all(scheme.values()):
                    yield f"{api}: {route} takes any token: it asks for no scope"


def gateways_are_throttled(stack):
    for logical_id, properties in stack.of("AWS::ApiGatewayV2::Stage").items():
        settings = properties.get("DefaultRouteSettings", {})
        if not (settings.get("ThrottlingBurstLimit") and settings.get("ThrottlingRateLimit")):
            yield f"{logical_id} has no throttle"
