"""How much may one caller ask in a minute? Counted in memory, under names that nobody can read.

A caller is known by a keyed hash of what tells them apart: their network, their API key, their session. The hash's key
lives in this process alone, is never written, and is replaced every ten minutes, with all counts under it. So neither
the memory of a process, nor two of them side by side, tell who asked.

Each process counts by itself: of several, each grants the whole budget.
"""

import secrets
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil

SECONDS = 60
KEY_SECONDS = 600
MOST_PURSES = 20_000
EVERYONE_ELSE = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What every caller of a kind may spend in a minute."""

    name: str
    quota: int
    unit: str | None = None  # None: requests

    @property
    def policy(self) -> str:
        """As the RateLimit-Policy field says it (draft-ietf-httpapi-ratelimit-headers-11)."""
        unit = "" if self.unit is None else f';qu="{self.unit}"'
        return f'"{self.name}";q={self.quota}{unit};w={SECONDS}'


@dataclass(slots=True, kw_only=True)
class Purse:
    """What one caller has left, and until when."""

    budget: Budget
    left: int
    until: float

    def take(self, amount: int) -> bool:
        """Whether there was enough, and it is spent now."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    @property
    def spent(self) -> int:
        return self.budget.quota - self.left

    def drain(self, amount: int) -> None:
        """Spend it, or what there is."""
        self.left = max(0, self.left - amount)

    def give_back(self, amount: int) -> None:
        self.left = min(self.budget.quota, self.left + amount)

    def seconds(self, at: float) -> int:
        """Until it is full again: at least one, since clients come back after so many."""
        return max(1, ceil(self.until - at))

    def told(self, at: float) -> str:
        """As the RateLimit field says it."""
        return f'"{self.budget.name}";r={self.left};t={self.seconds(at)}'


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The purses of all callers at one door. Time is an argument: seconds of a clock that only goes forward."""

    key: bytes = field(default=b"", repr=False)
    key_until: float = 0.0
    purses: dict[bytes, Purse] = field(default_factory=dict[bytes, Purse], repr=False)
    swept: float = 0.0

    def purse(self, budget: Budget, caller: bytes, at: float) -> Purse:
        """What this caller has left of this budget."""
        if at >= self.key_until:
            self.key, self.key_until, self.purses = secrets.token_bytes(32), at + KEY_SECONDS, {}
        # Keyed BLAKE2 is a message authentication code of its own, and asks OpenSSL nothing.
        mark = blake2b(budget.name.encode() + b":" + caller, key=self.key, digest_size=32).digest()
        found = self.purses.get(mark)
        if found is None:
            found = self.new(budget, mark, at)
        elif at >= found.until:
            found.left, found.until = budget.quota, at + SECONDS
        return found

    def new(self, budget: Budget, mark: bytes, at: float) -> Purse:
        """A full one. Where there are too many callers to tell apart, newcomers share what one may spend."""
        if len(self.purses) >= MOST_PURSES and at >= self.swept + SECONDS:
            self.purses = {mark: purse for mark, purse in self.purses.items() if at < purse.until}
            self.swept = at
        full = Purse(budget=budget, left=budget.quota, until=at + SECONDS)
        if len(self.purses) < MOST_PURSES:
            self.purses[mark] = full
            return full
        shared = self.purses.setdefault(EVERYONE_ELSE + budget.name.encode(), full)
        if at >= shared.until:
            shared.left, shared.until = budget.quota, at + SECONDS
        return shared
