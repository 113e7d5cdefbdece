"""Under which week's key is something sealed? An epoch is an ISO week of one class of keeping.

Each epoch has a key pair of its own, outside the database. Destroying it makes what was sealed under it unreadable,
in the live database, in every dump and in every base backup: they hold nothing that could open it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self

PREFIX_BYTES = 5
MOST_GENERATIONS = 255
NAME = re.compile(r"(?P<kept>[a-z]+)-(?P<year>\d{4})-W(?P<week>\d{2})(?:\.(?P<generation>\d{1,3}))?")


class Kept(StrEnum):
    """For how long things are kept that share epochs."""

    REQUEST = "request"  # who asks for help, until retention is over
    WORDS = "words"  # what somebody writes beside a report or a proposal, until it is decided
    STANDING = "standing"  # what stays until somebody takes it away, such as a confidential place


CODES = {Kept.REQUEST: 1, Kept.WORDS: 2, Kept.STANDING: 3}
OF_CODE = {code: kept for kept, code in CODES.items()}


@dataclass(frozen=True, slots=True, order=True)
class Epoch:
    """One week of one class; a later generation replaces an earlier one within the week."""

    kept: Kept
    year: int
    week: int
    generation: int = 0

    @classmethod
    def of(cls, kept: Kept, moment: datetime) -> Self:
        year, week, _ = moment.astimezone(UTC).isocalendar()
        return cls(kept, year, week)

    @classmethod
    def named(cls, name: str) -> Self | None:
        """The epoch of this name, such as request-2026-W48; None where it is no name of one."""
        found = NAME.fullmatch(name)
        if found is None or found["kept"] not in set(Kept):
            return None
        epoch = cls(Kept(found["kept"]), int(found["year"]), int(found["week"]), int(found["generation"] or 0))
        return epoch if epoch.is_real else None

    @classmethod
    def read(cls, prefix: bytes) -> Self | None:
        """The epoch that stands before what is wrapped."""
        kept = OF_CODE.get(prefix[0]) if len(prefix) == PREFIX_BYTES else None
        if kept is None:
            return None
        epoch = cls(kept, int.from_bytes(prefix[1:3]), prefix[3], prefix[4])
        return epoch if epoch.is_real else None

    @property
    def is_real(self) -> bool:
        try:
            date.fromisocalendar(self.year, self.week, 1)
        except ValueError:
            return False
        return self.generation <= MOST_GENERATIONS

    @property
    def name(self) -> str:
        after = f".{self.generation}" if self.generation else ""
        return f"{self.kept.value}-{self.year:04d}-W{self.week:02d}{after}"

    @property
    def prefix(self) -> bytes:
        return bytes([CODES[self.kept]]) + self.year.to_bytes(2) + bytes([self.week, self.generation])

    @property
    def begins_on(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def ends_on(self) -> date:
        """The first day that is no longer in it."""
        return self.begins_on + timedelta(days=7)
