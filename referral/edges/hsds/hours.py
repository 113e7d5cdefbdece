"""Hours as HSDS writes them, and back. Pure.

HSDS tells a time of day with its offset from UTC, and knows no time zone: "09:00-05:00" is nine o'clock in New York in
January, and ten in July. So hours that go on over a change of the clock are written as one row for each time between
two changes, a year ahead; the last goes on for as long as the hours do. Rows that say the same one after the other are
read as one, so what was written comes back as it was; the first row keeps the id.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from referral.directory.lists.listed import ListedSchedule
from referral.directory.publishing.whole import WholeHours
from referral.edges.hsds.fields import FOREIGN_IDS

Document = dict[str, object]

AHEAD = timedelta(days=365)
A_DAY = timedelta(days=1)
NOON = time(12)  # clocks change at night
MOST_ZONES = 256
NO_HOURS = "00:00", "00:00"  # beside no weekdays: the days, or all, stand in words
NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days in which the clock keeps one offset; None has no end."""

    first: date | None
    last: date | None
    offset: timedelta | None


# ------------------------------------------------------------- out
def written(hours: WholeHours, zone: str | None, now: datetime) -> Iterator[Document]:
    """Rows of HSDS with all their fields, said or not; without an offset where no zone is known."""
    has_times = bool(hours.weekdays) or (hours.opens_at, hours.closes_at) != NO_HOURS
    whole = Span(first=hours.valid_from, last=hours.valid_to, offset=None)
    spans = spans_of(hours, zone, now.astimezone(ZoneInfo(zone)).date()) if zone and has_times else [whole]
    for number, span in enumerate(spans):
        yield {
            "id": str(uuid5(FOREIGN_IDS, f"{hours.id} from {span.first}") if number else hours.id),
            "freq": "MONTHLY" if hours.weeks_of_month else "WEEKLY" if hours.weekdays else None,
            "byday": ",".join(bydays(hours)),
            "opens_at": hours.opens_at + offset_of(span) if has_times else None,
            "closes_at": hours.closes_at + offset_of(span) if has_times else None,
            "timezone": None if span.offset is None else span.offset.total_seconds() / 3600,
            "valid_from": span.first and span.first.isoformat(),
            "valid_to": span.last and span.last.isoformat(),
            "notes": hours.note,
            "description": "closed" if hours.is_closure else None,
        }


def spans_of(hours: WholeHours, zone: str, today: date) -> list[Span]:
    """The days of some hours, cut where the clock changes: from today, or within their own time if that is another."""
    start = min(max(today, hours.valid_from or today), hours.valid_to or date.max)
    end = min(start + ahead_of(start), hours.valid_to or date.max)
    changes = [day for day in changes_of(zone, start) if day <= end]
    first_days: list[date | None] = [hours.valid_from, *changes]
    last_days: list[date | None] = [*(day - A_DAY for day in changes), hours.valid_to]
    return [
        Span(first=first, last=last, offset=offset_on(zone, day))
        for first, last, day in zip(first_days, last_days, [start, *changes], strict=True)
    ]


@lru_cache(maxsize=MOST_ZONES)
def changes_of(zone: str, start: date) -> tuple[date, ...]:
    """The days of the year after `start` by whose noon the clock is another than the day before."""
    days = [start + timedelta(days=number) for number in range(ahead_of(start).days + 1)]
    offsets = [offset_on(zone, day) for day in days]
    return tuple(day for day, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after)


def ahead_of(start: date) -> timedelta:
    """A year, or what is left: the last day there is stands in lists for "no end"."""
    return min(AHEAD, date.max - start)


def offset_on(zone: str, day: date) -> timedelta:
    return datetime.combine(day, NOON, ZoneInfo(zone)).utcoffset() or timedelta()


def offset_of(span: Span) -> str:
    """As it stands behind a time: "-05:00"."""
    if span.offset is None:
        return ""
    minutes = abs(span.offset) // timedelta(minutes=1)
    return f"{'-' if span.offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def bydays(hours: WholeHours) -> list[str]:
    weeks: Sequence[object] = hours.weeks_of_month or ("",)
    return [f"{week}{day.value}" for week in weeks for day in hours.weekdays]


# ------------------------------------------------------------- in
def joined(rows: Sequence[ListedSchedule]) -> list[ListedSchedule]:
    """The same hours, with rows in one where each goes on the day after another ends, and says the same."""
    last_of: dict[object, ListedSchedule] = {}
    found: dict[object, ListedSchedule] = {}
    for row in sorted(rows, key=lambda row: row.valid_from or date.min):
        alike = replace(row, id=NO_ID, valid_from=None, valid_to=None)
        before = last_of.get(alike)
        if before and before.valid_to and row.valid_from and row.valid_from - before.valid_to == A_DAY:
            row = replace(before, valid_to=row.valid_to)  # noqa: PLW2901 - it goes on
        last_of[alike] = found[row.id] = row
    return [found[row.id] for row in rows if row.id in found]
