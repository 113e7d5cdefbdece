"""Can what somebody proposes stand in a listing? Every problem names its fact. Pure, but for languages and time zones,
which the caller looks up.

The rules are those of a list that is imported (`written`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar, cast

from referral.directory import written
from referral.directory.facts import Fact, Value
from referral.directory.words import (
    Answer,
    Credential,
    DeliveryMode,
    LanguageMode,
    ServiceDepth,
    ServiceStatus,
    Weekday,
)
from referral.directory.written import LONGEST_NAME, LONGEST_TEXT, NO_HOURS, NotUsable
from referral.foundation.errors import FieldProblem, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim

Said = Mapping[str, Any]
Given = TypeVar("Given")
Kept = TypeVar("Kept")

MOST_ROWS = 60
WEEKS = frozenset(range(-5, 6)) - {0}
REQUIRED = frozenset({Fact.NAME, Fact.SERVICE_NAME})
LENGTHS: Mapping[Fact, int] = dict.fromkeys((Fact.NAME, Fact.SERVICE_NAME, Fact.PLACE_NAME), LONGEST_NAME)
SETS: Mapping[Fact, type[StrEnum]] = {
    Fact.HELP_TYPES: HelpType,
    Fact.CLAIMS: ProtectionClaim,
    Fact.POSTURES: CasePosture,
    Fact.DELIVERY_MODES: DeliveryMode,
    Fact.CREDENTIALS: Credential,
}
CHOICES: Mapping[Fact, tuple[StrEnum, ...]] = {
    Fact.STATUS: (ServiceStatus.ACTIVE, ServiceStatus.TEMPORARILY_CLOSED, ServiceStatus.DEFUNCT),
    Fact.DEPTH: tuple(ServiceDepth),
    Fact.FREE: (Answer.YES, Answer.NO, Answer.UNKNOWN),
    Fact.INTERPRETER_FOR_OTHER: (Answer.YES, Answer.NO, Answer.UNKNOWN),
    Fact.ACCEPTS_DETAINED: tuple(Answer),
    Fact.ACCEPTS_MINORS: tuple(Answer),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was looked up: canonical tags by the tag as written, and the time zones that Postgres keeps."""

    tags: Mapping[str, str]
    zones: frozenset[str]


def tags_in(said: Mapping[Fact, Value]) -> list[str]:
    """Every language that is named."""
    found = [str(one["tag"]) for one in rows(said.get(Fact.LANGUAGES))]
    return [*found, *(str(tag) for phone in rows(said.get(Fact.PHONES)) for tag in phone["languages"])]


def zones_in(said: Mapping[Fact, Value]) -> list[str]:
    place = cast("Said | None", said.get(Fact.PLACE))
    zone = place.get("time_zone") if place else None
    return [zone] if zone and "\0" not in zone else []  # Postgres knows no such text, and so no such zone


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is proposed being read, and what is wrong with it."""

    known: Known
    problems: list[FieldProblem] = field(default_factory=list[FieldProblem])

    def complain(self, path: str, code: str, reason: str) -> None:
        self.problems.append(problem(f"changes.{path}", code, reason))

    def usable(self, path: str, check: Callable[[Given], Kept], given: Given | None) -> Kept | None:
        try:
            return None if given is None else check(given)
        except NotUsable as refusal:
            self.complain(path, "NOT_USABLE", f"This {refusal.reason}." if is_clause(refusal) else sentence(refusal))
            return None

    def text(self, path: str, given: object, limit: int = LONGEST_TEXT) -> str | None:
        return self.usable(path, lambda words: written.text(str(words), limit), given) or None

    def value(self, fact: Fact, given: Value) -> Value:
        """What is proposed of one fact, as it would be kept."""
        return READERS.get(fact, Reading.words)(self, fact, given)

    def words(self, fact: Fact, given: Value) -> Value:
        said = self.text(fact.value, given, LENGTHS.get(fact, LONGEST_TEXT))
        if fact in REQUIRED and not str(given or "").strip():
            self.complain(fact.value, "EMPTY", "Every listing has one.")
        return said

    def address(self, fact: Fact, given: Value) -> Value:
        return self.usable(
            fact.value, written.email if fact is Fact.EMAIL else written.web_address, self.text(fact.value, given)
        )

    def age(self, fact: Fact, given: Value) -> Value:
        return self.usable(fact.value, written.age, cast("int | None", given))

    def several(self, fact: Fact, given: Value) -> Value:
        texts = [self.text(f"{fact.value}.{index}", one) for index, one in enumerate(self.few(fact.value, given))]
        return [text for text in texts if text]

    def phones(self, fact: Fact, given: Value) -> Value:
        return [self.phone(f"{fact.value}.{index}", one) for index, one in enumerate(self.few(fact.value, given))]

    def schedules(self, fact: Fact, given: Value) -> Value:
        return [self.hours(f"{fact.value}.{index}", one) for index, one in enumerate(self.few(fact.value, given))]

    def few(self, path: str, given: Value) -> Sequence[Any]:
        found = cast("Sequence[Any]", given or ())
        if len(found) > MOST_ROWS:
            self.complain(path, "TOO_MANY", f"Send at most {MOST_ROWS}.")
            return ()
        return found

    def choice(self, fact: Fact, given: Value) -> Value:
        if fact in SETS:
            return [SETS[fact](one).value for one in self.few(fact.value, given)]
        if given not in CHOICES[fact]:
            self.complain(fact.value, "OUT_OF_RANGE", f"Say {', '.join(one.name for one in CHOICES[fact])}.")
        return given

    def tag(self, path: str, given: object) -> str:
        known = self.known.tags.get(str(given))
        if known is None:
            self.complain(path, "UNKNOWN_LANGUAGE", "This is no language tag we know. Look it up with languages.")
        return known or ""

    def phone(self, path: str, given: Said) -> Said:
        if not given["number"].strip():
            self.complain(f"{path}.number", "EMPTY", "Write the number.")
        number = self.text(f"{path}.number", given["number"], LONGEST_NAME)
        spoken = self.few(f"{path}.languages", given["languages"])
        return {
            "number": self.usable(f"{path}.number", written.phone_number, number),
            "extension": self.text(f"{path}.extension", given["extension"], LONGEST_NAME),
            "kind": (self.text(f"{path}.kind", given["kind"], LONGEST_NAME) or "").lower() or None,
            "languages": sorted({self.tag(f"{path}.languages.{index}", one) for index, one in enumerate(spoken)}),
        }

    def languages(self, fact: Fact, given: Value) -> Value:
        path, found = fact.value, list[Said]()
        for index, one in enumerate(self.few(path, given)):
            tag = self.tag(f"{path}.{index}.tag", one["tag"])
            if any((tag, one["mode"]) == (other["tag"], other["mode"]) for other in found):
                self.complain(f"{path}.{index}", "TWICE", "This language stands there twice in the same way.")
            note = self.text(f"{path}.{index}.note", one["note"])
            found.append({"tag": tag, "mode": LanguageMode(one["mode"]).value, "note": note})
        return found

    def hours(self, path: str, given: Said) -> Said:
        """Hours of some weekdays; without one, told in words, or a closure of all days."""
        days = [day.value for day in Weekday if day in given["weekdays"]]
        note = self.text(f"{path}.note", given["note"])
        opens, closes = (self.clock(f"{path}.{name}", given[name]) for name in ("opens_at", "closes_at"))
        missing = [name for name in ("opens_at", "closes_at") if not (given[name] or "").strip()]
        if len(missing) == 1 or (missing and not note and not given["is_closure"]):
            self.complain(f"{path}.{missing[0]}", "EMPTY", "Say from when to when.")
        if opens and not days and not note and not given["is_closure"]:
            self.complain(f"{path}.weekdays", "EMPTY", "Say on which days.")
        if not set(given["weeks_of_month"]) <= WEEKS:
            self.complain(f"{path}.weeks_of_month", "OUT_OF_RANGE", "Send 1 to 5, or -1 to -5 from the end.")
        first, last = cast("date | None", given["valid_from"]), cast("date | None", given["valid_to"])
        if first and last and first > last:
            self.complain(f"{path}.valid_to", "OUT_OF_RANGE", "This is before valid_from.")
        return {
            "weekdays": days if opens else [],
            "opens_at": opens or NO_HOURS,
            "closes_at": closes or NO_HOURS,
            "valid_from": first.isoformat() if first else None,
            "valid_to": last.isoformat() if last else None,
            "note": note,
            "weeks_of_month": sorted(set(given["weeks_of_month"])) if opens else [],
            "is_closure": given["is_closure"],
        }

    def clock(self, path: str, given: object) -> str | None:
        return self.usable(path, written.hour, self.text(path, given))

    def place(self, fact: Fact, said: Value) -> Value:
        path, given = fact.value, cast("Said | None", said) or {}
        lines = enumerate(self.few(f"{path}.lines", given.get("lines")))
        latitude, longitude = given.get("latitude"), given.get("longitude")
        if (latitude is None) != (longitude is None):
            self.complain(
                f"{path}.{'latitude' if latitude is None else 'longitude'}", "EMPTY", "Send both, or neither."
            )
        elif (
            latitude is not None and longitude is not None and (wrong := written.wrong_coordinate(latitude, longitude))
        ):
            self.complain(f"{path}.{wrong[0]}", "OUT_OF_RANGE", f"{wrong[1]}.")
        zone = given.get("time_zone") or None
        if zone and zone not in self.known.zones:
            self.complain(f"{path}.time_zone", "UNKNOWN_TIME_ZONE", "Send an IANA time zone, such as America/Chicago.")
        country = self.usable(f"{path}.country", written.country, self.text(f"{path}.country", given.get("country")))
        city = self.text(f"{path}.city", given.get("city"), LONGEST_NAME)
        for name in ("country", "city"):
            if not str(given.get(name) or "").strip():
                self.complain(f"{path}.{name}", "EMPTY", "An address has one.")
        return {
            "lines": [line for index, one in lines if (line := self.text(f"{path}.lines.{index}", one, LONGEST_NAME))],
            "city": city,
            "state": self.text(f"{path}.state", given.get("state"), LONGEST_NAME),
            "postal_code": self.text(f"{path}.postal_code", given.get("postal_code"), LONGEST_NAME),
            "country": country,
            "latitude": latitude,
            "longitude": longitude,
            "time_zone": zone,
        }


READERS: Mapping[Fact, Callable[[Reading, Fact, Value], Value]] = {
    **dict.fromkeys((*SETS, *CHOICES), Reading.choice),
    **dict.fromkeys((Fact.ACCESSIBILITY, Fact.REQUIRED_DOCUMENTS, Fact.RESTRICTIONS), Reading.several),
    **dict.fromkeys((Fact.MINIMUM_AGE, Fact.MAXIMUM_AGE), Reading.age),
    **dict.fromkeys((Fact.WEBSITE, Fact.URL, Fact.EMAIL), Reading.address),
    Fact.PHONES: Reading.phones,
    Fact.HOURS: Reading.schedules,
    Fact.LANGUAGES: Reading.languages,
    Fact.PLACE: Reading.place,
}


def is_clause(refusal: NotUsable) -> bool:
    """Whether the reason goes on where a list's error names the field: "is too long"."""
    return refusal.reason.startswith(("is ", "holds "))


def sentence(refusal: NotUsable) -> str:
    return refusal.reason[:1].upper() + refusal.reason[1:] + "."


def rows(given: Value) -> Iterator[Said]:
    return iter(cast("Sequence[Said]", given or ()))


def wrong_ages(youngest: Value, oldest: Value) -> list[FieldProblem]:
    """The two must leave somebody in between, whichever of them is proposed."""
    if isinstance(youngest, int) and isinstance(oldest, int) and youngest > oldest:
        return [problem("changes.maximum_age", "OUT_OF_RANGE", f"This is below the minimum age, {youngest}.")]
    return []
