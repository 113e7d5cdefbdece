"""How many listings would each choice find? Counts by language, kind of help and openness, under the other filters."""

from dataclasses import dataclass, replace

from referral.directory.searching.filters import Search, arguments, around, condition
from referral.directory.searching.spelling import understood
from referral.directory.words import Openness
from referral.foundation.db import Reader, many
from referral.foundation.vocabulary import HelpType


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCount:
    """How many listings offer a language, under the other filters."""

    tag: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpTypeCount:
    """How many listings offer a kind of help, under the other filters."""

    help_type: HelpType
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpennessCount:
    """How many listings stand so, under the other filters."""

    openness: Openness
    count: int


async def languages(at: Reader, search: Search) -> list[LanguageCount]:
    others = replace(await understood(at, search), languages=None)
    return await many(
        at,
        LanguageCount,
        f"""
        SELECT tag, count(*) AS count
          FROM listing, unnest(listing.tags) AS tag
         WHERE {condition(others)}
           AND {around(others)}
         GROUP BY tag
         ORDER BY count DESC, tag""",
        *arguments(others),
    )


async def help_types(at: Reader, search: Search) -> list[HelpTypeCount]:
    others = replace(await understood(at, search), help_types=None)
    return await many(
        at,
        HelpTypeCount,
        f"""
        SELECT help_type, count(*) AS count
          FROM listing, unnest(listing.help_types) AS help_type
         WHERE {condition(others)}
           AND {around(others)}
         GROUP BY help_type
         ORDER BY count DESC, help_type""",
        *arguments(others),
    )


async def openness(at: Reader, search: Search) -> list[OpennessCount]:
    others = replace(await understood(at, search), openness=None)
    return await many(
        at,
        OpennessCount,
        f"""
        SELECT openness, count(*) AS count
          FROM listing
         WHERE {condition(others)}
           AND {around(others)}
         GROUP BY openness
         ORDER BY count DESC, openness""",
        *arguments(others),
    )
