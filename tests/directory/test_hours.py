"""Is it open now? The database's answer against a calendar walked by hand, over two years of daylight saving."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import given
import pytest

from referral.directory import providers
from referral.foundation.db import Database

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Texas, and Chihuahua beside it without daylight saving; Tijuana with San Diego's; and a half-hour zone.
ZONES = ("America/Chicago", "America/Ciudad_Juarez", "America/Tijuana", "Australia/Lord_Howe")
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=31)
OPEN_AT = """
    SELECT array_agg(is_open_at($1, $2, moment) ORDER BY moment)
      FROM unnest($3::timestamptz[]) AS moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A line of a schedule, as the view shows it."""

    weekdays: tuple[str, ...]
    opens_at: str
    closes_at: str
    valid_from: date | None = None
    valid_to: date | None = None
    weeks_of_month: tuple[int, ...] = ()
    is_closure: bool = False

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "weekdays": self.weekdays,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_to": self.valid_to and self.valid_to.isoformat(),
            "weeks_of_month": self.weeks_of_month,
            "is_closure": self.is_closure,
        }

    def holds_on(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def begins_on(self, day: date) -> bool:
        if self.weekdays and DAYS[day.weekday()] not in self.weekdays:
            return False
        same = [d for week in calendar.monthcalendar(day.year, day.month) if (d := week[day.weekday()])]
        nth = same.index(day.day)
        return not self.weeks_of_month or nth + 1 in self.weeks_of_month or nth - len(same) in self.weeks_of_month

    def minutes(self) -> range:
        """Minutes since the midnight it begins on."""
        opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in (self.opens_at, self.closes_at))
        return range(opens, closes if closes > opens else closes + 24 * 60)

    def covers(self, clock: datetime) -> bool:
        for back in (0, 1):
            day = clock.date() - timedelta(days=back)
            minute = back * 24 * 60 + clock.hour * 60 + clock.minute
            if self.holds_on(day) and self.begins_on(day) and minute in self.minutes():
                return True
        return False

    def is_known_on(self, clock: datetime) -> bool:
        return any(self.holds_on(clock.date() - timedelta(days=back)) for back in (0, 1))


def by_hand(hours: list[Hours], clock: datetime) -> bool | None:
    if any(one.is_closure and one.covers(clock) for one in hours):
        return False
    regular = [one for one in hours if not one.is_closure and one.weekdays and one.is_known_on(clock)]
    return any(one.covers(clock) for one in regular) if regular else None


def some_hours(chance: Random) -> list[Hours]:
    """Weekly hours, an nth weekday, a night shift, a season, a holiday and a lunch break, by chance."""

    def clock() -> str:
        return f"{chance.randrange(24):02d}:{chance.choice((0, 15, 30, 45)):02d}"

    def days() -> tuple[str, ...]:
        return tuple(chance.sample(DAYS, chance.randrange(1, 6)))

    start = date(2026, 1, 1) + timedelta(days=chance.randrange(500))
    lines = [
        Hours(weekdays=days(), opens_at="09:00", closes_at="17:00"),
        Hours(weekdays=days(), opens_at=clock(), closes_at=clock()),
        Hours(weekdays=days(), opens_at="22:00", closes_at="03:30"),
        Hours(weekdays=days(), opens_at=clock(), closes_at="24:00", weeks_of_month=(chance.choice((1, 2, 5, -1, -2)),)),
        Hours(weekdays=days(), opens_at=clock(), closes_at=clock(), valid_from=start, valid_to=start + timedelta(99)),
        Hours(weekdays=(), opens_at="00:00", closes_at="00:00", valid_from=start, valid_to=start, is_closure=True),
        Hours(weekdays=(), opens_at="12:00", closes_at="13:00", is_closure=True),
    ]
    return chance.sample(lines, chance.randrange(1, len(lines) + 1))


def moments(zone: ZoneInfo) -> Iterator[datetime]:
    """Two years in short steps, and every minute of the three hours around each change of the clock."""
    moment, offset = FROM, FROM.astimezone(zone).utcoffset()
    while moment < UNTIL:
        yield moment
        later = moment + STEP
        if (changed := later.astimezone(zone).utcoffset()) != offset:
            offset = changed
            yield from (later + timedelta(minutes=minute) for minute in range(-90, 91))
        moment = later


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ZONES)
async def test_open_now_is_what_the_calendar_on_the_wall_says(database: Database, name: str, seed: int) -> None:
    zone = ZoneInfo(name)
    hours = some_hours(Random(f"{name}{seed}"))  # noqa: S311 - the same hours each time
    asked = sorted(set(moments(zone)))
    answers = await database.pool.fetchval(OPEN_AT, [one.as_json for one in hours], name, asked)
    expected = [by_hand(hours, moment.astimezone(zone)) for moment in asked]
    wrong = [(moment, answer) for moment, answer, hand in zip(asked, answers, expected, strict=True) if answer != hand]
    assert wrong == []
    assert len(asked) > 33_000


@pytest.mark.parametrize("name", ZONES)
async def test_hours_that_every_week_repeats_say_the_same_by_the_minute_of_the_week(
    database: Database, name: str
) -> None:
    chance = Random(name)  # noqa: S311 - the same hours each time
    for _ in range(12):
        regular = [one for one in some_hours(chance) if not (one.is_closure or one.valid_from or one.weeks_of_month)]
        hours = [one.as_json for one in regular]
        asked = sorted(chance.sample(sorted(set(moments(ZoneInfo(name)))), 2_000))
        week, alike = await database.pool.fetchrow(
            """SELECT week_of($1)::text, bool_and(is_open_in(week_of($1), $1, $2, moment)
                                                  IS NOT DISTINCT FROM is_open_at($1, $2, moment))
                 FROM unnest($3::timestamptz[]) AS moment""",
            hours,
            name,
            asked,
        )
        assert week is not None
        assert (week == "{}") == (regular == [])
        assert alike


async def test_hours_that_change_have_no_week(database: Database) -> None:
    for odd in ({"weeks_of_month": (1,)}, {"valid_to": date(2027, 1, 1)}, {"is_closure": True}):
        line = Hours(weekdays=("MO",), opens_at="09:00", closes_at="17:00", **odd)  # pyright: ignore[reportArgumentType]
        assert await database.pool.fetchval("SELECT week_of($1)", [line.as_json]) is None


async def test_the_test_itself_sees_open_shut_and_unknown() -> None:
    noon, night = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC)
    shift = Hours(weekdays=("MO",), opens_at="22:00", closes_at="02:00")
    past = Hours(weekdays=("MO",), opens_at="09:00", closes_at="17:00", valid_to=date(2026, 2, 1))
    assert [by_hand([shift], noon), by_hand([shift], night), by_hand([past], noon)] == [False, True, None]


# ---------------------------------------------------------------- whose hours
async def hours(database: Database, office: given.Office, owner: str, opens_at: str, closes_at: str) -> None:
    await database.pool.execute(
        f"""INSERT INTO schedule (id, {owner}_id, weekdays, opens_at, closes_at)
            SELECT gen_random_uuid(), {"id" if owner == "provider" else f"{owner}_id"}, $2, $3, $4
              FROM provider WHERE id = $1""",
        office.id,
        list(DAYS),
        opens_at,
        closes_at,
    )


async def test_the_hours_nearest_to_the_listing_count(fresh_db: Database) -> None:
    office = await given.office(fresh_db)
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing is not None
    assert (listing.is_open_now, listing.schedules) == (None, ())
    await hours(fresh_db, office, "location", "00:00", "24:00")
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing is not None
    assert listing.is_open_now is True
    await hours(fresh_db, office, "service", "00:00", "00:01")
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing is not None
    assert [one.closes_at for one in listing.schedules] == ["00:01"]
    await hours(fresh_db, office, "provider", "00:00", "24:00")
    listing = await providers.provider(fresh_db.reader, office.id)
    assert listing is not None
    assert listing.is_open_now is True
