"""The buckets: private, whoever writes to them."""

from .gateways import integrations

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def buckets_are_private_and_encrypted(stack):
    for bucket, properties in stack.of("AWS::S3::Bucket").items():
        block = properties.get("PublicAccessBlockConfiguration", {})
        if not all(block.get(name) for name in BLOCKS):
            yield f"{bucket} can be made public"
        if not properties.get("BucketEncryption"):
            yield f"{bucket} is not encrypted"


def buckets_that_browsers_put_to_answer_them(stack):
    """Addresses are signed by functions behind routes; without CORS a browser does not send the file."""
    behind_routes = {function for *_, function, _ in integrations(stack)}
    for bucket, properties in stack.of("AWS::S3::Bucket").items():
        rules = properties.get("CorsConfiguration", {}).get("CorsRules", [])
        answers = any("PUT" in rule["AllowedMethods"] and "content-type" in rule.get("AllowedHeaders", []) for rule in rules)
        for function in sorted(filter(None, behind_routes)):
            puts = any(resource.startswith(f"${{{bucket}.Arn}}/") for resource in stack.allowed(function, "s3:PutObject"))
            if puts and not answers:
                yield f"{bucket} answers no browser that puts a file to an address of {function}"
