"""What does one field of a row say? Reads text into typed values, or names what is wrong with it.

A field that may be missing is reported and left empty; a field the row cannot do without rejects the row.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid5

from referral.edges.hsds.rows import RowError, SourceRow

Choice = TypeVar("Choice", bound=StrEnum)

FOREIGN_IDS = UUID("0a4cc7cf-2c6e-5f0c-8d57-0f5f7c3f4b52")  # changing it would orphan everything imported by such ids
LONGEST_TEXT = 20_000
LONGEST_NAME = 300  # an index on names takes no more
OLDEST_AGE = 130

ALMOST_UUID = re.compile(r"(?=.*-)[0-9a-z-]{30,40}")
EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@.]{2,}(?:[/?#]\S*)?", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
COUNTRY = re.compile(r"[A-Z]{2}")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?")


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

    def text(self, name: str, limit: int = LONGEST_TEXT) -> str | None:
        written = self.row.values.get(name, "").strip()
        reason = unprintable(written, limit)
        if reason:
            self.complain(name, reason)
        return written if written and not reason else None

    def required(self, name: str, limit: int = LONGEST_TEXT) -> str:
        written = self.row.values.get(name, "").strip()
        reason = unprintable(written, limit) if written else "is missing"
        if reason:
            raise RejectedRow(name, reason)
        return written

    def id(self) -> UUID:
        return as_id(self.row.table, "id", self.required("id"), self.source)

    def choice(self, name: str, words: type[Choice]) -> Choice:
        written = self.required(name).lower().replace("_", " ")
        for word in words:
            if word.value == written:
                return word
        raise RejectedRow(name, f'"{shortened(written)}" is none of {", ".join(word.value for word in words)}')

    def email(self, name: str) -> str | None:
        written = self.text(name)
        if written and not EMAIL.fullmatch(written):
            return self.complain(name, f'"{shortened(written)}" is no e-mail address')
        return written

    def url(self, name: str) -> str | None:
        """A web address; one without a scheme gets https."""
        written = self.text(name)
        if written is None:
            return None
        address = written if SCHEME.match(written) else f"https://{written.removeprefix('//')}"
        if not WEB_ADDRESS.fullmatch(address):
            return self.complain(name, f'"{shortened(written)}" is no web address')
        return address

    def age(self, name: str) -> int | None:
        number = self.number(name)
        if number is None:
            return None
        if not (0 <= number <= OLDEST_AGE and number.is_integer()):
            return self.complain(name, f"{number:g} is no age in whole years")
        return int(number)

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
        wrong = "latitude" if not -90 <= latitude <= 90 else "longitude" if not -180 <= longitude <= 180 else None
        if wrong:
            self.complain(wrong, f"{self.row.values[wrong].strip()} is not on Earth")
        if not wrong and latitude == longitude == 0:
            wrong = "latitude"
            self.complain(wrong, "0, 0 lies in the sea and stands for unknown")
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
        except ValueError:
            return self.complain(name, f'"{shortened(written or "")}" is no date and time (ISO 8601)')
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)

    def country(self, name: str) -> str | None:
        written = self.text(name)
        if written and not COUNTRY.fullmatch(written.upper()):
            return self.complain(name, f'"{shortened(written)}" is no ISO 3166-1 code of two letters')
        return written.upper() if written else None

    def hour(self, name: str) -> str | None:
        """Time of day as written, on the place's own clock: "09:00"."""
        written = self.text(name)
        if written is None:
            return None
        clock = CLOCK.fullmatch(written)
        if written.startswith("24:00"):
            return "23:59"  # the end of the day; clocks elsewhere know no 24:00
        if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
            raise RejectedRow(name, f'"{shortened(written)}" is no time of day (HH:MM)')
        if clock[3] == "Z":
            raise RejectedRow(name, "the time is in UTC; hours are needed on the place's own clock")
        return f"{int(clock[1]):02}:{clock[2]}"


def unprintable(written: str, limit: int) -> str | None:
    """Why the text cannot be kept."""
    if len(written) > limit:
        return f"is {len(written):,} characters long; at most {limit:,} are kept"
    if "\0" in written:
        return "holds a NUL character"
    return None


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


def shortened(written: str) -> str:
    return written if len(written) <= 60 else f"{written[:57]}..."
