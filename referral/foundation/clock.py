"""What time it is, asked in one place. The domain gets the answer as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """The same moment; ValueError for one that its offset puts before the first or after the last year there is."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This is outside the calendar.") from None
