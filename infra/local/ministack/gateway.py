"""What stands between the host and ministack: only the host may call, its clock counts, and what it was told is kept.

Signatures and policies are the host's work, so ministack's own checks of them are switched off here; its other checks
under AUTH (secret hashes, token signatures and scopes, revoked sessions) stay on.
"""

import hmac
import os
import re

import clock
import cognito_guard
import objects

PUBLIC_PATH = re.compile(r"/[\w-]+/\.well-known/(jwks\.json|openid-configuration)")


def build(options):
    """The ASGI application, with the state of the last run in place."""
    objects.repair(os.environ["S3_DATA_DIR"])
    from ministack import app as ministack
    from ministack.core import iam_evaluator
    from ministack.services import cognito, s3

    ministack._authenticate_only = lambda *_: None
    iam_evaluator.enforce = lambda *_, **__: None
    iam_evaluator.pin_request_caller = lambda *_: None
    s3.validate_object_request = lambda *_: None
    s3._verify_presigned_sigv4 = lambda *_: None
    clock.install(cognito)
    cognito_guard.install(cognito, os.path.join(options["state"], "cognito.sqlite"), options["invoke_url"])
    buckets = objects.Buckets(s3, os.path.join(options["state"], "buckets.json"))
    return application(ministack.app, options["token"], buckets)


def application(ministack, token, buckets):
    token = token.encode()

    async def serve(scope, receive, send):
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        if scope["type"] != "http":
            return None
        headers = dict(scope["headers"])
        from_host = hmac.compare_digest(headers.get(b"x-host-token", b""), token)
        if not from_host and not (scope["method"] == "GET" and PUBLIC_PATH.fullmatch(scope["path"])):
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            return await send({"type": "http.response.body", "body": b""})
        clock.offset_seconds.set(int(headers.get(b"x-clock-offset", b"0")))
        if scope["method"] not in ("GET", "HEAD") and b"x-amz-target" not in headers:
            send = after(buckets.save, send)
        return await ministack(scope, receive, send)

    return serve


def after(save, send):
    """Answers only once `save` is done."""

    async def send_after(message):
        if message["type"] == "http.response.start":
            save()
        await send(message)

    return send_after


async def lifespan(receive, send):
    """ministack's own start-up (timers, listeners of other services) is not wanted."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            return await send({"type": "lifespan.shutdown.complete"})
