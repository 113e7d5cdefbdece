"""Which words of the directory may a searcher mean? Misspelt ones are told once, from all the words that listings use;
listings are then found by an index of whole words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import LiteralString
from uuid import UUID

from referral.directory.searching.filters import Search, words, wrong_text
from referral.foundation.db import Reader, many, value

MOST_RARE = 1_000  # listings: fewer are looked at one by one, more are met on the way wherever one begins

# A long word may be wrong in one letter, a very long one in two, and two may stand the wrong way round: more would find
# what nobody meant.
ALIKE: LiteralString = """
    SELECT asked.word, coalesce(array_agg(DISTINCT known.word) FILTER (WHERE known.word IS NOT NULL), '{}') AS known
      FROM unnest($1::text[]) AS asked(word)
     CROSS JOIN LATERAL (SELECT CASE WHEN length(asked.word) < 9 THEN 1 ELSE 2 END AS wrong) AS most
      LEFT JOIN listing_word known
        ON length(asked.word) >= 5
       AND known.length BETWEEN length(asked.word) - most.wrong AND length(asked.word) + most.wrong
       AND levenshtein_less_equal(known.word, asked.word, 2) <= 2
       AND (levenshtein_less_equal(known.word, asked.word, most.wrong) <= most.wrong
            OR (SELECT array_agg(letter ORDER BY letter) FROM string_to_table(known.word, NULL) AS letter)
             = (SELECT array_agg(letter ORDER BY letter) FROM string_to_table(asked.word, NULL) AS letter))
     GROUP BY asked.word"""


MET: LiteralString = """
    SELECT coalesce(array_agg(id), '{}')
      FROM (SELECT id FROM listing_card WHERE lexemes @@ $1::text::tsquery LIMIT $2) AS met"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A word asked for, and the words of listings that it may be a misspelling of."""

    word: str
    known: tuple[str, ...]


async def understood(at: Reader, search: Search) -> Search:
    """The same search with its text as a query of Postgres, or, where few listings hold it, with their ids."""
    if search.text is None or search.meant is not None or wrong_text(search.text):
        return search
    meant = query(await many(at.steady, Alike, ALIKE, words(search.text)))
    met: list[UUID] = await value(at, MET, meant, MOST_RARE + 1)
    return replace(search, meant=meant, met=None if len(met) > MOST_RARE else tuple(met))


async def meant(at: Reader, text: str) -> str:
    """A text as a query of Postgres, every word of it, however short; empty where it has none."""
    asked: list[str] = await value(at.steady, "SELECT string_to_array(trim(searchable($1)), ' ')", text)
    return query(await many(at.steady, Alike, ALIKE, asked))


def query(asked: Sequence[Alike]) -> str:
    """Every word must be there: as it is, as the beginning of a longer one, or misspelt. All are letters and digits."""
    return " & ".join(f"({' | '.join([quoted(one.word) + ':*', *map(quoted, one.known)])})" for one in asked)


def quoted(word: str) -> str:
    return f"'{word}'"
