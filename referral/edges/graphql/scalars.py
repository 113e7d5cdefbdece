"""Scalars of the published schema, and how a described field is declared."""

from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from referral.foundation.clock import in_utc

LanguageTag = NewType("LanguageTag", str)
CountryCode = NewType("CountryCode", str)
Cursor = NewType("Cursor", str)


def described(description: str, **options: Any) -> Any:  # noqa: ANN401 - a field stands where any type is declared
    """A field with its sentence; `graphql_type=` where the domain object stands in for the published type."""
    return strawberry.field(description=description, **options)


def language_tag(text: object) -> str:
    """The tag as it was written; Postgres knows no text with a zero, and no language is written with one."""
    return str(text).replace("\0", "\ufffd")


def country_code(text: object) -> str:
    if not isinstance(text, str) or len(text) != 2 or not text.isascii() or not text.isalpha():
        raise ValueError("Send two letters (ISO 3166-1), such as HN.")
    return text.upper()


def a_date(text: object) -> date:
    if not isinstance(text, str):
        raise ValueError("Send a date as YYYY-MM-DD.")  # noqa: TRY004 - graphql-core turns ValueError into a coded error
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("Send a date as YYYY-MM-DD.") from None


def a_moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
        in_utc(moment)  # or no database could compare with it
    except ValueError:
        raise ValueError("Send a date and time with offset, such as 2026-11-24T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise ValueError("Send the offset too, such as Z.")
    return moment


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, RFC 3339 with offset.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=datetime.isoformat,
        parse_value=a_moment,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day, YYYY-MM-DD.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date",
        serialize=date.isoformat,
        parse_value=a_date,
    ),
    LanguageTag: strawberry.scalar(
        name="LanguageTag",
        description="A BCP 47 tag; ISO 639-3 where 639-1 has none: es, ht, mam, quc, zh-Hant.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc5646",
        serialize=str,
        parse_value=language_tag,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="Two letters, ISO 3166-1 alpha-2: US, MX, HN.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=country_code,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="Where a page ends. Opaque: take it from pageInfo, give it back as after or before.",
        serialize=str,
        parse_value=str,
    ),
}
