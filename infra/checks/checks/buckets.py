"""The buckets: private, whoever writes to them."""

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def buckets_are_private_and_encrypted(stack):
    for bucket, properties in stack.of("AWS::S3::Bucket").items():
        block = properties.get("PublicAccessBlockConfiguration", {})
        if not all(block.get(name) for name in BLOCKS):
            yield f"{bucket} can be made public"
        if not properties.get("BucketEncryption"):
            yield f"{bucket} is not encrypted"
