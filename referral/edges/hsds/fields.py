"""What does one field of a row say? Reads text into typed values, or names what is wrong with it.

A field that may be missing is reported and left empty; a field the row cannot do without rejects the row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid5

from referral.directory import written
from referral.directory.written import LONGEST_TEXT, NotUsable, shortened
from referral.edges.hsds.rows import RowError, SourceRow
from referral.foundation.clock import in_utc

Choice = TypeVar("Choice", bound=StrEnum)
Said = TypeVar("Said")
Kept = TypeVar("Kept")

FOREIGN_IDS = UUID("0a4cc7cf-2c6e-5f0c-8d57-0f5f7c3f4b52")  # changing it would orphan everything imported by such ids

ALMOST_UUID = re.compile(r"(?=.*-)[0-9a-z-]{30,40}")


class RejectedRow(Exception):  # noqa: N818 - not a mistake in the program but in the package
    """The row cannot be imported."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """A row being read, and where to say what is wrong with it."""

    row: SourceRow
    source: str
    errors: list[RowError]

    def complain(self, name: str, reason: str) -> None:
        """The row lands, without this field."""
        self.errors.append(self.row.error(name, reason, landed=True))

    def usable(self, name: str, check: Callable[[Said], Kept], said: Said | None) -> Kept | None:
        """What was said as it is kept; None where nothing was, or it cannot be."""
        try:
            return None if said is None else check(said)
        except NotUsable as refusal:
            return self.complain(name, refusal.reason)

    def text(self, name: str, limit: int = LONGEST_TEXT) -> str | None:
        said = self.row.values.get(name, "").strip()
        return self.usable(name, partial(written.text, limit=limit), said or None)

    def required(self, name: str, limit: int = LONGEST_TEXT) -> str:
        said = self.row.values.get(name, "").strip()
        if not said:
            raise RejectedRow(name, "is missing")
        return self.needed(name, partial(written.text, limit=limit), said)

    def needed(self, name: str, check: Callable[[Said], Kept], said: Said) -> Kept:
        """The same, where the row cannot do without."""
        try:
            return check(said)
        except NotUsable as refusal:
            raise RejectedRow(name, refusal.reason) from None

    def id(self) -> UUID:
        return as_id(self.row.table, "id", self.required("id"), self.source)

    def choice(self, name: str, words: type[Choice]) -> Choice:
        written = self.required(name).lower().replace("_", " ")
        for word in words:
            if word.value == written:
                return word
        raise RejectedRow(name, f'"{shortened(written)}" is none of {", ".join(word.value for word in words)}')

    def email(self, name: str) -> str | None:
        return self.usable(name, written.email, self.text(name))

    def url(self, name: str) -> str | None:
        """A web address; one without a scheme gets https."""
        return self.usable(name, written.web_address, self.text(name))

    def age(self, name: str) -> int | None:
        return self.usable(name, written.age, self.number(name))

    def number(self, name: str) -> float | None:
        written = self.text(name)
        try:
            return None if written is None else float(written)
        except ValueError:
            return self.complain(name, f'"{shortened(written or "")}" is no number')

    def coordinates(self) -> tuple[float | None, float | None]:
        """Both, or neither."""
        latitude, longitude = self.number("latitude"), self.number("longitude")
        if latitude is None or longitude is None:
            if latitude is not longitude:
                self.complain("latitude" if latitude is None else "longitude", "the other coordinate stands alone")
            return None, None
        wrong = written.wrong_coordinate(latitude, longitude)
        if wrong:
            self.complain(*wrong)
        return (None, None) if wrong else (latitude, longitude)

    def day(self, name: str) -> date | None:
        written = self.text(name)
        try:
            return None if written is None else datetime.fromisoformat(written).date()
        except ValueError:
            return self.complain(name, f'"{shortened(written or "")}" is no date (YYYY-MM-DD)')

    def moment(self, name: str) -> datetime | None:
        """A moment; without an offset it is in UTC."""
        written = self.text(name)
        try:
            moment = None if written is None else datetime.fromisoformat(written)
            return in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) if moment else None
        except ValueError:
            return self.complain(name, f'"{shortened(written or "")}" is no date and time (ISO 8601)')

    def country(self, name: str) -> str | None:
        return self.usable(name, written.country, self.text(name))

    def hour(self, name: str) -> str | None:
        """Time of day as written, on the place's own clock: "09:00"."""
        said = self.text(name)
        return None if said is None else self.needed(name, written.hour, said)


def as_id(table: str, name: str, written: str, source: str) -> UUID:
    """The id itself where it is a UUID, else one that always follows from what the source calls the row.

    A UUID with a letter lost is refused: taken for a foreign id, it would list the same office a second time.
    """
    try:
        return UUID(written)
    except ValueError:
        pass
    if ALMOST_UUID.fullmatch(written.lower()):
        raise RejectedRow(name, f'"{shortened(written)}" is almost a UUID, and so broken')
    return uuid5(FOREIGN_IDS, f"{source}\n{table}\n{written.strip().lower()}")
