"""May a fact be written so? One answer for what a list brings and for what somebody proposes. Pure.

Each takes what was written and gives it as it is kept, or raises NotUsable with a reason that a person understands.
"""

import re

LONGEST_TEXT = 20_000
LONGEST_NAME = 300  # an index on names takes no more
OLDEST_AGE = 130
NO_HOURS = "00:00"  # beside no weekdays: nobody is ever found open by it

EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+\.[^\s/?#@.]{2,}(?:[/?#]\S*)?", re.IGNORECASE)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
COUNTRY = re.compile(r"[A-Z]{2}")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII)


class NotUsable(Exception):  # noqa: N818 - not a mistake in the program but in what was written
    """The fact cannot be kept as it is written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def text(written: str, limit: int = LONGEST_TEXT) -> str:
    """Words, without the blanks around them."""
    words = written.strip()
    if len(words) > limit:
        raise NotUsable(f"is {len(words):,} characters long; at most {limit:,} are kept")
    if "\0" in words:
        raise NotUsable("holds a NUL character")
    return words


def email(written: str) -> str:
    if not EMAIL.fullmatch(written):
        raise NotUsable(f'"{shortened(written)}" is no e-mail address')
    return written


def web_address(written: str) -> str:
    """One without a scheme gets https."""
    address = written if SCHEME.match(written) else f"https://{written.removeprefix('//')}"
    if not WEB_ADDRESS.fullmatch(address):
        raise NotUsable(f'"{shortened(written)}" is no web address')
    return address


def age(number: float) -> int:
    if not (0 <= number <= OLDEST_AGE and float(number).is_integer()):
        raise NotUsable(f"{number:g} is no age in whole years")
    return int(number)


def country(written: str) -> str:
    if not COUNTRY.fullmatch(written.upper()):
        raise NotUsable(f'"{shortened(written)}" is no ISO 3166-1 code of two letters')
    return written.upper()


def phone_number(written: str) -> str:
    number = written.strip("\"'")
    if not any(letter.isdigit() for letter in number):
        raise NotUsable(f'"{shortened(number)}" has no digit')
    return number


def hour(written: str) -> str:
    """Time of day as written, on the place's own clock: "09:00"."""
    clock = CLOCK.fullmatch(written)
    ends_the_day = clock is not None and (clock[1], clock[2]) == ("24", "00")
    if clock is None or (int(clock[1]) > 23 and not ends_the_day) or int(clock[2]) > 59:
        raise NotUsable(f'"{shortened(written)}" is no time of day (HH:MM)')
    if clock[3] == "Z":
        raise NotUsable("the time is in UTC; hours are needed on the place's own clock")
    return "23:59" if ends_the_day else f"{int(clock[1]):02}:{clock[2]}"  # clocks elsewhere know no 24:00


def wrong_coordinate(latitude: float, longitude: float) -> tuple[str, str] | None:
    """Which of the two cannot be, and why; None for a point on Earth."""
    if not -90 <= latitude <= 90:
        return "latitude", f"{latitude:g} is not on Earth"
    if not -180 <= longitude <= 180:
        return "longitude", f"{longitude:g} is not on Earth"
    if latitude == longitude == 0:
        return "latitude", "0, 0 lies in the sea and stands for unknown"
    return None


def shortened(written: str) -> str:
    return written if len(written) <= 60 else f"{written[:57]}..."
