"""Hours as HSDS knows them: a time with an offset is right in January and in July."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from referral.directory.lists.listed import ListedSchedule
from referral.directory.publishing.whole import WholeHours
from referral.directory.words import Weekday
from referral.edges.hsds import hours, published

AUTUMN = datetime(2026, 10, 1, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"
OPEN = WholeHours(
    id=UUID(int=7), weekdays=(Weekday.MONDAY,), opens_at="09:00", closes_at="17:00", valid_from=None, valid_to=None,
    note=None, weeks_of_month=(), is_closure=False,
)  # fmt: skip


def rows(one: WholeHours, zone: str | None = NEW_YORK, at: datetime = AUTUMN) -> list[published.Document]:
    return published.schedules([one], zone, at)


def told(one: WholeHours, zone: str | None = NEW_YORK, at: datetime = AUTUMN) -> list[tuple[object, ...]]:
    return [
        (row.get("valid_from"), row.get("valid_to"), row["opens_at"], row["timezone"]) for row in rows(one, zone, at)
    ]


def test_hours_that_go_on_are_cut_where_the_clock_changes() -> None:
    assert told(OPEN) == [
        (None, "2026-10-31", "09:00-04:00", -4.0),
        ("2026-11-01", "2027-03-13", "09:00-05:00", -5.0),
        ("2027-03-14", None, "09:00-04:00", -4.0),
    ]
    assert len({row["id"] for row in rows(OPEN)}) == 3
    assert rows(OPEN)[0]["id"] == str(OPEN.id)
    assert rows(OPEN) == rows(OPEN, at=AUTUMN + timedelta(days=9))


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Phoenix", "Europe/London", "Asia/Kolkata", "Africa/Casablanca"]
)
def test_each_day_of_a_year_has_one_row_and_its_offset_is_that_of_the_place(zone: str) -> None:
    for number in range(366):
        day = AUTUMN.date() + timedelta(days=number)
        (row,) = [row for row in rows(OPEN, zone) if covers(row, day)]
        there = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).replace(hour=9)
        assert datetime.fromisoformat(f"{day}T{row['opens_at']}").astimezone(UTC) == there.astimezone(UTC)


def covers(row: published.Document, day: date) -> bool:
    return str(row.get("valid_from", "0001-01-01")) <= day.isoformat() <= str(row.get("valid_to", "9999-12-31"))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2027, 1, 10), date(2027, 2, 10), [("2027-01-10", "2027-02-10", "09:00-05:00", -5.0)]),  # all of it later
        (date(2025, 1, 1), date(2025, 2, 1), [("2025-01-01", "2025-02-01", "09:00-05:00", -5.0)]),  # long over
        (
            date(2026, 7, 1),
            date(2026, 12, 24),
            [("2026-07-01", "2026-10-31", "09:00-04:00", -4.0), ("2026-11-01", "2026-12-24", "09:00-05:00", -5.0)],
        ),
    ],
)
def test_hours_of_some_days_keep_to_them(first: date, last: date, expected: list[tuple[object, ...]]) -> None:
    assert told(replace(OPEN, valid_from=first, valid_to=last)) == expected


@pytest.mark.parametrize("first", [date(9999, 12, 31), date(9999, 2, 1), date(9998, 12, 1)])
def test_hours_at_the_end_of_the_calendar_are_written(first: date) -> None:
    found = told(replace(OPEN, valid_from=first))
    assert (found[0][:3], found[-1][1]) == ((first.isoformat(), found[0][1], "09:00-05:00"), None)
    assert told(replace(OPEN, valid_to=date.max))[-1][1] == "9999-12-31"
    assert told(replace(OPEN, valid_from=date.min, valid_to=date.min))[0][:2] == ("0001-01-01", "0001-01-01")


def test_without_a_zone_or_a_time_there_is_no_offset() -> None:
    assert "timezone" not in rows(OPEN, None)[0]
    closed = replace(OPEN, weekdays=(), opens_at="00:00", closes_at="00:00", is_closure=True)
    assert [set(row) for row in rows(closed)] == [{"id", "description"}]
    at_noon = replace(closed, opens_at="12:00", closes_at="13:00")  # every day
    assert [row["opens_at"] for row in rows(at_noon)] == ["12:00-04:00", "12:00-05:00", "12:00-04:00"]


def test_rows_that_go_on_from_each_other_are_one_and_others_are_not() -> None:
    row = ListedSchedule(
        id=uuid4(), service_id=uuid4(), weekdays=(Weekday.MONDAY,), opens_at="09:00", closes_at="17:00",
        valid_to=date(2026, 10, 31),
    )  # fmt: skip
    later = replace(row, id=uuid4(), valid_from=date(2026, 11, 1), valid_to=None)
    assert hours.joined([later, row]) == [replace(row, valid_to=None)]
    for other in (
        replace(later, opens_at="10:00"),
        replace(later, service_id=uuid4()),
        replace(later, valid_from=date(2026, 11, 2)),
        replace(later, valid_from=None),
        replace(row, id=uuid4()),
    ):
        assert hours.joined([row, other]) == [row, other]
    # How lists write that something has no end, or no beginning.
    endless = replace(row, valid_from=date.min, valid_to=date.max)
    assert hours.joined([endless, replace(endless, id=later.id)]) == [endless, replace(endless, id=later.id)]
