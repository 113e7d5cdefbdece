"""A process that forgets: what people sent stands in its memory while it is worked on, and soon after no more.

Python frees what nobody refers to, but the bytes stay until something else needs the place. So the process that the
public can reach starts itself again under settings of the C library by which whatever is freed is overwritten at once,
and looks every few seconds for circles that nobody refers to, and for what the database's driver keeps to use again.
uvloop reads into one buffer that outlives each answer; asyncio's own loop does not.
"""

import asyncio
import gc
import os
import platform
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from referral.foundation import sent_before

OVERWRITING = "glibc.malloc.perturb=165"
AT_ONCE = "glibc.malloc.tcache_count=0"  # what waits in these small caches is not overwritten
ROUND_SECONDS = 10.0


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that overwrites what it frees."""
    others = [one for one in given.get("GLIBC_TUNABLES", "").split(":") if one and not one.startswith("glibc.malloc")]
    return {**given, "PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": ":".join([*others, OVERWRITING, AT_ONCE])}


def overwrites() -> bool:
    """Whether this process overwrites what it frees."""
    is_asked = os.environ.get("PYTHONMALLOC") == "malloc" and OVERWRITING in os.environ.get("GLIBC_TUNABLES", "")
    return is_asked and platform.libc_ver()[0] == "glibc"


def start_again() -> None:
    """Become the same process under these settings; does not return, unless it is so already or cannot be."""
    if overwrites() or platform.libc_ver()[0] != "glibc":
        return
    sys.stdout.flush()
    sys.stderr.flush()
    words = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, words, environment(os.environ))  # noqa: S606 - ourselves, with the words we were given


@asynccontextmanager
async def forgetting() -> AsyncGenerator[None]:
    """Look for circles that nobody refers to, for a block: seldom asked, they would stay until many have come. What was
    sent to the database is overwritten then too.
    """

    async def again_and_again() -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            gc.collect()
            sent_before.overwrite()

    rounds = asyncio.ensure_future(again_and_again())
    try:
        yield
    finally:
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)
