"""`referral` with its slow hashes made cheap, for `timing.py`: Argon2id still, of one round over 8 KiB.

    TIMING_CHEAP=1 python benchmarks/timing_served.py serve ...

What stretching costs is the same whatever is right, and its noise would hide the rest. TIMING_NO_TICKS=1 lets answers
go as soon as they are done, to see what ticks are for. The service itself has no such switches.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argon2 import PasswordHasher

from referral.edges import ticks
from referral.intake import receipts
from referral.triage.entry import passwords

LEAST_KIB = 8


def cheapen() -> None:
    """From here on all hashes of this process are cheap, those of nobody too."""
    receipts.MEMORY_KIB, receipts.ROUNDS = LEAST_KIB, 1
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=LEAST_KIB, parallelism=1)
    passwords.DECOY = passwords.HASHER.hash(os.urandom(16).hex())


@contextmanager
def cheap() -> Generator[None]:
    """The same for a block."""
    as_ever = receipts.MEMORY_KIB, receipts.ROUNDS, passwords.HASHER, passwords.DECOY
    cheapen()
    try:
        yield
    finally:
        receipts.MEMORY_KIB, receipts.ROUNDS, passwords.HASHER, passwords.DECOY = as_ever


def main() -> None:
    from referral import app  # noqa: PLC0415 - whoever wants `cheap` alone needs no doors

    if os.environ.get("TIMING_CHEAP"):
        cheapen()
    if os.environ.get("TIMING_NO_TICKS"):
        ticks.left = lambda spent, tick: 0.0  # noqa: ARG005 - as it is called
        ticks.SPREAD_SECONDS = 0.0
    app.main()


if __name__ == "__main__":
    main()
