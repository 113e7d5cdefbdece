"""What does a reader of the HSDS API ask? Query parameters, or the same as a form or JSON in a POST, as typed values.

Parameters combine with AND. One that is not known, or cannot be read, is a problem that names it: a filter that is
silently ignored would answer another question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from referral.directory.whole import LARGEST_PAGE, Wanted
from referral.edges import bodies
from referral.edges.auth import FORM, JSON, media_type
from referral.edges.hsds.published import TAXONOMY_ID, kind_of
from referral.foundation.errors import FieldProblem, ValidationFailed, problem

DEFAULT_PAGE = 25
LARGEST_NUMBER = 1_000_000
LONGEST_TEXT = 200
MOST_BYTES = 16_384
MOST_FIELDS = 20
PAGING = frozenset({"page", "per_page", "format"})
OF_SERVICES = PAGING | {
    "search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full",
}  # fmt: skip
OF_ORGANIZATIONS = PAGING | {"search", "taxonomy_term_id", "taxonomy_id", "full", "full_service"}
OF_TAXONOMIES = PAGING | {"search"}
OF_TERMS = PAGING | {"search", "taxonomy_id", "top_only", "parent_id"}
OF_ORGANIZATION = frozenset({"full_service"})


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


async def read(request: Request, known: frozenset[str]) -> Asked:
    """Raises ValidationFailed, naming every parameter that is wrong; HTTPException for a body that cannot be read."""
    fields = {**request.query_params, **(await body(request) if request.method == "POST" else {})}
    problems = [
        problem(name, "UNKNOWN", f"There is no such parameter here. There are: {', '.join(sorted(known))}.")
        for name in fields
        if name not in known
    ]
    asked = Asked(
        wanted=Wanted(
            text=text(fields, problems),
            help_type=kind_of(fields.get("taxonomy_term_id", "")),
            organization=uuid(fields, "organization_id", problems),
            modified_after=moment(fields, "modified_after", problems),
            nobody=is_of_nobody(fields, problems),
        ),
        page=number(fields, "page", 1, LARGEST_NUMBER, problems),
        per_page=number(fields, "per_page", DEFAULT_PAGE, LARGEST_PAGE, problems),
        is_ndjson=choice(fields, "format", ("json", "ndjson"), problems) == "ndjson",
        is_minimal=choice(fields, "minimal", ("false", "true"), problems) == "true",
        is_full=choice(fields, "full", ("false", "true"), problems) == "true",
        has_services=choice(fields, "full_service", ("false", "true"), problems) == "true",
        fields=fields,
    )
    if problems:
        raise ValidationFailed(problems)
    return asked


async def body(request: Request) -> dict[str, str]:
    """What was posted: a form, or a JSON object of plain values. Sensitive searches need not stand in an address."""
    sent = await bodies.read(request, most_bytes=MOST_BYTES)
    if not sent:
        return {}
    kind = media_type(request)
    try:
        if kind == FORM:
            return dict(parse_qsl(sent.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        if kind == JSON:
            return plain(orjson.loads(sent))
    except ValueError:
        raise HTTPException(400) from None
    raise HTTPException(415)


def plain(document: object) -> dict[str, str]:
    if not isinstance(document, dict):
        raise HTTPException(400)
    return {str(name): written(value) for name, value in document.items() if value is not None}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any JSON


def written(value: object) -> str:
    """A JSON value as a query would spell it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise HTTPException(400)


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
    except ValueError:
        problems.append(problem(name, "BAD_DATE", "Send a date or a date and time, such as 2026-09-01."))
        return None
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


def is_of_nobody(fields: Mapping[str, str], problems: list[FieldProblem]) -> bool:
    """A term or a taxonomy that is none of ours is on nothing we list."""
    term, taxonomy = uuid(fields, "taxonomy_term_id", problems), uuid(fields, "taxonomy_id", problems)
    is_strange_term = term is not None and kind_of(str(term)) is None
    return is_strange_term or (taxonomy is not None and str(taxonomy) != TAXONOMY_ID)
