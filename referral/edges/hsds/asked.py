"""What does a reader of the HSDS API ask? Query parameters, or the same as a form or JSON in a POST, as typed values.

Parameters combine with AND. One that is not known, or cannot be read, is a problem that names it: a filter that is
silently ignored would answer another question.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from referral.directory.publishing.pages import LARGEST_PAGE
from referral.directory.publishing.wanted import Around, Postcode, Wanted
from referral.directory.searching.filters import Point
from referral.edges import bodies, lookups
from referral.edges.auth import FORM, JSON, media_type
from referral.edges.house import House
from referral.edges.hsds.parameters import (
    DEFAULT_PAGE,
    DEGREES,
    FARTHEST_M,
    LARGEST_NUMBER,
    LONGEST_TEXT,
    METRES,
    NEAR_M,
    PARAMETERS,
    POSTCODE,
    TAGS,
    Names,
)
from referral.edges.hsds.published import TAXONOMY_ID, kind_of
from referral.foundation import places
from referral.foundation.clock import in_utc
from referral.foundation.errors import FieldProblem, ValidationFailed, problem
from referral.foundation.meanings import PlaceKind

Words = TypeVar("Words", str, str | None)

KINDS: Sequence[tuple[str, tuple[type, ...]]] = (("boolean", (bool,)), ("number", (int, float)), ("string", (str,)))
TYPES = {"boolean": "true or false", "number": "a number", "string": "text"}
MOST_BYTES = 16_384
MOST_FIELDS = 30
ROUTE = re.compile(r"([0-9]{5})-[0-9]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: which, which page of them, and how they are written."""

    wanted: Wanted
    page: int
    per_page: int
    is_ndjson: bool
    is_minimal: bool
    is_full: bool
    has_services: bool
    fields: Mapping[str, str]


async def read(house: House, request: Request, known: Names) -> Asked:
    """Raises ValidationFailed, naming every parameter that is wrong; HTTPException for a body that cannot be read.

    What the body says counts before what the address says; that must make sense all the same.
    """
    problems: list[FieldProblem] = []
    address = once(request.query_params.multi_items(), problems)
    sent = once(await body(request, problems), problems) if request.method == "POST" else {}
    others = f"There are: {', '.join(sorted(known))}." if known else "There is none."
    problems += [
        problem(name, "UNKNOWN", f"There is no such parameter here. {others}")
        for name in {**address, **sent}
        if name not in known
    ]
    sent = {name: words for name, words in sent.items() if words is not None}
    asked = await understood(house, {**address, **sent}, problems)
    if any(address[name] != sent[name] for name in address.keys() & sent.keys()):
        await understood(house, {**sent, **address}, problems)
    if problems:
        raise ValidationFailed(list(dict.fromkeys(problems)))
    return asked


def once(pairs: Iterable[tuple[str, Words]], problems: list[FieldProblem]) -> dict[str, Words]:
    """Each parameter once: of two values one would be ignored."""
    fields: dict[str, Words] = {}
    for name, words in pairs:
        if name in fields:
            problems.append(problem(name, "REPEATED", "Send it once."))
        fields[name] = words
    return fields


async def understood(house: House, fields: Mapping[str, str], problems: list[FieldProblem]) -> Asked:
    """All parameters as typed values; what is wrong with them joins the problems."""
    asked = Asked(
        wanted=Wanted(
            text=text(fields, problems),
            help_type=kind_of(fields.get("taxonomy_term_id", "")),
            organization=uuid(fields, "organization_id", problems),
            modified_after=moment(fields, "modified_after", problems),
            languages=await languages(house, fields, problems),
            is_open_now=flag(fields, "open_now", problems),
            is_accepting=flag(fields, "accepting", problems),
            around=around_point(fields, problems),
            nobody=is_of_nobody(fields, problems),
        ),
        page=number(fields, "page", 1, LARGEST_NUMBER, problems),
        per_page=number(fields, "per_page", DEFAULT_PAGE, LARGEST_PAGE, problems),
        is_ndjson=choice(fields, "format", ("json", "ndjson"), problems) == "ndjson",
        is_minimal=flag(fields, "minimal", problems),
        is_full=flag(fields, "full", problems),
        has_services=flag(fields, "full_service", problems),
        fields=fields,
    )
    flag(fields, "top_only", problems)
    uuid(fields, "parent_id", problems)
    return replace(asked, wanted=await at_postcode(house, asked.wanted, fields, problems))


async def body(request: Request, problems: list[FieldProblem]) -> Sequence[tuple[str, str | None]]:
    """What was posted: a form, or a JSON object of plain values, where null says nothing.

    Sensitive searches need not stand in an address.
    """
    sent = await bodies.read(request, most_bytes=MOST_BYTES)
    if not sent:
        return []
    kind = media_type(request)
    try:
        if kind == FORM:
            return parse_qsl(sent.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        if kind == JSON:
            return plain(msgspec.json.decode(sent, type=dict[str, object]), problems)
    except ValueError:
        raise HTTPException(400) from None
    raise HTTPException(415)


def plain(document: Mapping[str, object], problems: list[FieldProblem]) -> list[tuple[str, str | None]]:
    """JSON has types: a postal code that came as a number has lost its zeros already."""
    problems += [
        problem(name, "WRONG_TYPE", f"Send {' or '.join(TYPES[one] for one in types_of(name))}, or null.")
        for name, value in document.items()
        if value is not None and name in PARAMETERS and type_of(value) not in types_of(name)
    ]
    return [(name, written(value)) for name, value in document.items()]


def types_of(name: str) -> tuple[str, ...]:
    """As JSON Schema calls them; a whole number is a number."""
    said = {str(PARAMETERS[name].schema["type"]), *(("number",) if PARAMETERS[name].is_counted else ())}
    return tuple(sorted("number" if one == "integer" else one for one in said))


def type_of(value: object) -> str | None:
    return next((name for name, kinds in KINDS if isinstance(value, kinds)), None)


def written(value: object) -> str | None:
    """A JSON value as a query would spell it; 7.0 is a whole number there. What cannot be spelled says nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else None


# ------------------------------------------------------------- one value at a time
def text(fields: Mapping[str, str], problems: list[FieldProblem]) -> str | None:
    words = fields.get("search", "").strip()
    if len(words) > LONGEST_TEXT or "\0" in words:
        problems.append(problem("search", "TOO_LONG", f"At most {LONGEST_TEXT} printable characters."))
        return None
    return words or None


def number(fields: Mapping[str, str], name: str, otherwise: int, largest: int, problems: list[FieldProblem]) -> int:
    words = fields.get(name, str(otherwise))
    if words.isascii() and words.isdecimal() and len(words) <= len(str(largest)) and 1 <= int(words) <= largest:
        return int(words)
    problems.append(problem(name, "OUT_OF_RANGE", f"Send a whole number from 1 to {largest:,}."))
    return otherwise


def choice(fields: Mapping[str, str], name: str, known: tuple[str, str], problems: list[FieldProblem]) -> str:
    """The first of them if nothing is said."""
    words = fields.get(name, known[0]).lower()
    if words in known:
        return words
    problems.append(problem(name, "UNKNOWN", f"Send {known[0]} or {known[1]}."))
    return known[0]


def flag(fields: Mapping[str, str], name: str, problems: list[FieldProblem]) -> bool:
    return choice(fields, name, ("false", "true"), problems) == "true"


def uuid(fields: Mapping[str, str], name: str, problems: list[FieldProblem]) -> UUID | None:
    try:
        return UUID(fields[name]) if name in fields else None
    except ValueError:
        problems.append(problem(name, "BAD_ID", "This is no UUID."))
        return None


def moment(fields: Mapping[str, str], name: str, problems: list[FieldProblem]) -> datetime | None:
    """A date, which begins at midnight UTC, or a date and time."""
    try:
        read = datetime.fromisoformat(fields[name].replace(" ", "+")) if name in fields else None
        return in_utc(read if read.tzinfo else read.replace(tzinfo=UTC)) if read else None
    except ValueError:
        problems.append(problem(name, "BAD_DATE", "Send a date or a date and time, such as 2026-09-01."))
        return None


def is_of_nobody(fields: Mapping[str, str], problems: list[FieldProblem]) -> bool:
    """A term or a taxonomy that is none of ours is on nothing we list."""
    term, taxonomy = uuid(fields, "taxonomy_term_id", problems), uuid(fields, "taxonomy_id", problems)
    is_strange_term = term is not None and kind_of(str(term)) is None
    return is_strange_term or (taxonomy is not None and str(taxonomy) != TAXONOMY_ID)


async def languages(house: House, fields: Mapping[str, str], problems: list[FieldProblem]) -> tuple[str, ...] | None:
    if "language" not in fields:
        return None
    tags = fields["language"].split(",")
    try:
        if re.fullmatch(TAGS, fields["language"]):
            return await lookups.search_languages(house, tags, "language")
    except ValidationFailed:
        pass
    problems.append(problem("language", "UNKNOWN_LANGUAGE", "Send language tags we know, such as es or es,ht."))
    return None


# ------------------------------------------------------------- where
def around_point(fields: Mapping[str, str], problems: list[FieldProblem]) -> Around | None:
    asked = [name for name in ("lat", "lon", "radius_m") if name in fields]
    latitude, longitude = degrees(fields, "lat", 90, problems), degrees(fields, "lon", 180, problems)
    radius_m = number(fields, "radius_m", NEAR_M, FARTHEST_M, problems)
    if asked:
        problems += [
            problem(name, "MISSING", f"{' and '.join(asked)} needs lat and lon.")
            for name in ("lat", "lon")
            if name not in fields
        ]
    if latitude is None or longitude is None:
        return None
    return Around(point=Point(latitude=latitude, longitude=longitude), radius_m=radius_m)


def degrees(fields: Mapping[str, str], name: str, most: int, problems: list[FieldProblem]) -> float | None:
    words = fields.get(name)
    if words is None or (re.fullmatch(DEGREES, words) and abs(float(words)) <= most):
        return None if words is None else float(words)
    problems.append(problem(name, "OUT_OF_RANGE", f"Send degrees from -{most} to {most}, such as 25.9018."))
    return None


async def at_postcode(house: House, wanted: Wanted, fields: Mapping[str, str], problems: list[FieldProblem]) -> Wanted:
    """The postcode, and with proximity the circle around its middle. A postcode we cannot place is no question."""
    code, metres = fields.get("postcode"), fields.get("proximity")
    before = len(problems)
    if metres is not None and not re.fullmatch(METRES, metres):
        problems.append(problem("proximity", "OUT_OF_RANGE", "Send whole metres from 1 to 20,000,000."))
    if code is None and metres is not None:
        problems.append(problem("postcode", "MISSING", "proximity needs a postcode."))
    if code is not None and {"lat", "lon"} & fields.keys():
        problems.append(problem("postcode", "TWICE", "Ask about a postcode or about a point, not both."))
    if code is not None and not re.fullmatch(POSTCODE, code):
        problems.append(problem("postcode", "UNREADABLE", "Send a postal code such as 78520."))
    if code is None or len(problems) > before:
        return wanted
    written = ROUTE.sub(r"\1", code.upper())
    found = await places.resolve(house.database.reader, written)
    there = next((one for one in found.candidates if one.kind is PlaceKind.POSTAL_CODE), None)
    if there is None or found.guessed:
        problems.append(problem("postcode", "UNKNOWN_PLACE", "We do not know this postcode."))
        return wanted
    postcode = Postcode(code=written, covered_by=lookups.areas_of(there))
    point = Point(latitude=there.latitude, longitude=there.longitude)
    around = None if metres is None else Around(point=point, radius_m=int(metres))
    return replace(wanted, postcode=postcode, around=around)
