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


def integrations(stack):
    """Each route with the function behind it: API, route, function's logical id or None, integration."""
    for api, properties in stack.of("AWS::ApiGatewayV2::Api").items():
        for route, operation in routes(properties):
            integration = operation.get("x-amazon-apigateway-integration") or {}
            invoked = re.search(r"/functions/(.+?)/invocations$", integration.get("uri", ""))
            yield api, route, stack.function(invoked[1]) if invoked else None, integration


def routes_lead_to_functions_that_may_be_invoked(stack):
    needed = set()
    for api, route, function, _ in integrations(stack):
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
    for _, route, function, integration in integrations(stack):
        timeout = functions.get(function, {}).get("Timeout", 3)
        if timeout > HTTP_FUNCTION_SECONDS_MAX:
            yield f"{route}: {function} may take {timeout} s; answers take {HTTP_FUNCTION_SECONDS_MAX} s at most"
        elif integration.get("timeoutInMillis", 30_000) < timeout * 1_000:
            yield f"{route}: the gateway gives up before {function} does"


def routes_ask_for_a_scope_or_a_signature(stack):
    """A route of an API with a token authoriser may be open; where there is none, every route asks for a signature."""
    for api, properties in stack.of("AWS::ApiGatewayV2::Api").items():
        schemes = (properties.get("Body") or {}).get("components", {}).get("securitySchemes", {})
        signatures = {name for name, scheme in schemes.items() if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4"}
        has_tokens = bool(schemes.keys() - signatures)
        for route, operation in routes(properties):
            named = {name: scopes for scheme in operation.get("security", []) for name, scopes in scheme.items()}
            if "x-amazon-apigateway-auth" in operation:
                yield f"{api}: {route} names x-amazon-apigateway-auth, which is for REST APIs"
            if not has_tokens and not named.keys() & signatures:
                yield f"{api}: {route} is open to everybody"
            for name in named.keys() - schemes.keys():
                yield f"{api}: {route} names the scheme {name}, which is not there"
            if not all(scopes for name, scopes in named.items() if name not in signatures):
                yield f"{api}: {route} takes any token: it asks for no scope"


def gateways_are_throttled(stack):
    for logical_id, properties in stack.of("AWS::ApiGatewayV2::Stage").items():
        settings = properties.get("DefaultRouteSettings", {})
        if not (settings.get("ThrottlingBurstLimit") and settings.get("ThrottlingRateLimit")):
            yield f"{logical_id} has no throttle"


def gateways_log_requests_without_secrets(stack):
    groups = stack.of("AWS::Logs::LogGroup")
    for logical_id, properties in stack.of("AWS::ApiGatewayV2::Stage").items():
        settings = properties.get("AccessLogSettings", {})
        group = groups.get(stack.find("AWS::Logs::LogGroup", settings.get("DestinationArn"), "LogGroupName"))
        if not (group or {}).get("RetentionInDays"):
            yield f"{logical_id} logs its requests to no group of the template with a retention"
        for needed in ("$context.requestId", "$context.routeKey", "$context.status", "$context.authorizer.error"):
            if needed not in settings.get("Format", ""):
                yield f"{logical_id} does not log {needed}"
