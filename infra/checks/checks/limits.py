"""Quotas of CloudFormation and API Gateway, with room to deploy a repair."""

from .gateways import routes

# The quota is 500 resources a stack.
RESOURCES_MAX = 450
# The quota is 300 routes an HTTP API.
ROUTES_MAX = 250


def resources_fit_in_one_stack(stack):
    if len(stack.resources) >= RESOURCES_MAX:
        yield f"{len(stack.resources)} resources; there may be {RESOURCES_MAX - 1}"


def routes_fit_in_one_gateway(stack):
    for api, properties in stack.of("AWS::ApiGatewayV2::Api").items():
        count = len(list(routes(properties)))
        if count >= ROUTES_MAX:
            yield f"{api}: {count} routes; there may be {ROUTES_MAX - 1}"
