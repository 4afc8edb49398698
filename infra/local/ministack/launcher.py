"""Runs ministack's Cognito and S3 for one host process, and dies with it.

The first line of standard input is a JSON object with the options; then standard input stays open, and its end is the
end of this process, so that nothing survives a host that was killed. The first line of standard output is
{"port": N}. Everything is bound to 127.0.0.1.
"""

import asyncio
import fcntl
import json
import os
import socket
import sys
import threading

SHUTDOWN_SECONDS = 1.0


def main():
    options = json.loads(sys.stdin.readline())
    # The one of a host that was killed a moment ago may still be ending.
    lock = open(os.path.join(options["state"], "lock"), "w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    # From here on a caller waits instead of being refused.
    listener.listen()
    port = listener.getsockname()[1]
    # ministack reads its settings when it is imported.
    os.environ.update(
        AUTH="true",
        SERVICES="cognito-idp,s3",
        MINISTACK_ACCOUNT_ID=options["account"],
        MINISTACK_REGION=options["region"],
        MINISTACK_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        STATE_DIR=options["state"],
        PERSIST_STATE="0",
        S3_PERSIST="1",
        S3_DATA_DIR=os.path.join(options["state"], "objects"),
        COGNITO_EMAIL_ENABLED="false",
        MINISTACK_COGNITO_PRETOKEN_STRICT="1",
        LOG_LEVEL="WARNING",
    )
    import gateway

    application = gateway.build(options)
    asyncio.run(serve(application, listener, port))
    # Whatever a request left running in a thread must not hold the process.
    os._exit(0)


async def serve(application, listener, port):
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = SHUTDOWN_SECONDS / 2
    config.loglevel = "WARNING"
    host_gone = asyncio.Event()
    threading.Thread(target=watch_host, args=(asyncio.get_running_loop(), host_gone), daemon=True).start()
    print(json.dumps({"port": port}), flush=True)
    await hypercorn_serve(application, config, shutdown_trigger=host_gone.wait)


def watch_host(loop, host_gone):
    """Ends the server when standard input ends, and the process itself if the server takes too long."""
    while sys.stdin.readline():
        pass
    loop.call_soon_threadsafe(host_gone.set)
    threading.Timer(SHUTDOWN_SECONDS, os._exit, (0,)).start()


if __name__ == "__main__":
    main()
