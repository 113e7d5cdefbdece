"""A server of its own process, so that it can be killed: python one_server.py. The first line it prints is its port."""

import asyncio
import socket

import uvicorn

from referral.app import build
from referral.edges import house
from referral.foundation.settings import Settings


async def main() -> None:
    settings = Settings()
    async with house.opened(settings, tell=print) as opened:
        door = socket.create_server(("127.0.0.1", 0))
        print(door.getsockname()[1], flush=True)  # noqa: T201 - the test reads it
        config = uvicorn.Config(build(opened), lifespan="off", ws="none", log_config=None, access_log=False)
        await uvicorn.Server(config).serve(sockets=[door])


if __name__ == "__main__":
    asyncio.run(main())
