"""The user pool: tokens are what the trigger makes of them."""


def tokens_are_shaped_by_the_trigger(stack):
    for pool, properties in stack.of("AWS::Cognito::UserPool").items():
        config = properties.get("LambdaConfig", {}).get("PreTokenGenerationConfig", {})
        trigger = stack.function(config.get("LambdaArn"))
        if trigger is None or config.get("LambdaVersion") != "V2_0":
            yield f"{pool} has no pre-token trigger of version V2_0 in the template"
        elif not _may_invoke(stack, pool, trigger):
            yield f"{pool} may not invoke {trigger}: nobody could log in"
        if properties.get("UserPoolTier", "ESSENTIALS") not in ("ESSENTIALS", "PLUS"):
            yield f"{pool}: the tier {properties['UserPoolTier']} does not change access tokens"
        if not properties.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
            yield f"{pool}: anybody may sign up past the service"
    for client, properties in stack.of("AWS::Cognito::UserPoolClient").items():
        if not properties.get("GenerateSecret"):
            yield f"{client} has no secret"
        flows = set(properties.get("ExplicitAuthFlows", []))
        if not flows or flows - {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}:
            yield f"{client} lets others than the service log people in: {sorted(flows)}"


def _may_invoke(stack, pool, function):
    return any(
        permission.get("Principal") == "cognito-idp.amazonaws.com"
        and stack.function(permission["FunctionName"]) == function
        and permission.get("SourceArn") == f"${{{pool}.Arn}}"
        for permission in stack.of("AWS::Lambda::Permission").values()
    )
