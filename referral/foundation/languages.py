"""Which language is meant, and which languages serve each other? Answered from the reviewed list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from referral.foundation.db import Reader, many, one
from referral.foundation.folding import fold
from referral.foundation.vocabulary import Word

LONGEST_QUERY = 100
MOST_LANGUAGES = 200


class Direction(Word):
    """Which way a language is written."""

    LTR = "ltr", "From left to right."
    RTL = "rtl", "From right to left."


class LanguageKind(Word):
    """Whether a language is spoken or signed."""

    SPOKEN = "spoken", "Spoken."
    SIGNED = "signed", "Signed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language of the reviewed list; `names` is by the language of the reader."""

    tag: str
    name_en: str
    name_es: str
    autonym: str
    direction: Direction
    script: str
    kind: LanguageKind
    names: dict[str, str]
    aliases: tuple[str, ...]

    def name_in(self, reader: str) -> str:
        """Its name for a reader of `reader` ("fr", "pt-BR"), else in English."""
        return self.names.get(reader) or self.names.get(reader.partition("-")[0].lower()) or self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Someone who speaks `spoken` can be served in `served`; reviewed by people, never computed."""

    spoken: str
    served: str
    note: str

    @property
    def is_partial(self) -> bool:
        """Whether it must be confirmed with the speaker; the reviewed note then begins with that word."""
        return self.note.startswith("partly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One way to write a tag, and the language of the list that describes it."""

    written: str
    tag: str
    described_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The whole reviewed list at hand: languages by tag, tags by the ways to write them, what describes every tag that
    can be asked for (zh as Mandarin), and who is served in what.
    """

    languages: Mapping[str, Language]
    tags: Mapping[str, str]
    described: Mapping[str, Language]
    served: Mapping[str, tuple[str, ...]]

    def tag(self, written: str) -> str | None:
        """The canonical tag, as `known_tags` finds it."""
        plain = self.tags.get(written)
        return plain or next((self.tags[way] for way in ways_to_shorten(written) if way in self.tags), None)


LANGUAGE = "l.tag, l.name_en, l.name_es, l.autonym, l.direction, l.script, l.kind, l.names, l.aliases"


async def search(at: Reader, query: str | None, in_: str = "en", first: int = 20) -> list[Language]:
    """Languages called like `query`, best first; without one, in the order of the list: common ones first.

    Exact before beginning before misspelled; a name that the reader of `in_` uses before the same in another language.
    """
    if query is None or not query.strip():
        return await listed(at, first)
    folded = fold(query[:LONGEST_QUERY])
    if not folded:
        return []
    return await many(
        at,
        Language,
        f"""WITH called AS (
                SELECT n.tag, n.sense,
                       CASE WHEN n.folded = $1 THEN 3
                            WHEN starts_with(n.folded, $1) THEN 2
                            WHEN position(' ' || $1 IN n.folded) > 0 THEN 1
                            ELSE 0 END AS fit,
                       similarity(n.folded, $1) AS likeness,
                       $2 = ANY(n.readers) AS is_readers_word
                  FROM language_name n
            ), best AS (
                SELECT DISTINCT ON (c.tag) c.*
                  FROM called c
                 WHERE c.fit > 0 OR c.likeness >= 0.4
                 ORDER BY c.tag, c.fit DESC, c.likeness DESC, c.is_readers_word DESC
            )
            SELECT {LANGUAGE}
              FROM best b
              JOIN language l ON l.tag = b.tag
             WHERE b.fit > 0 OR NOT EXISTS (SELECT FROM best WHERE fit = 3)
             ORDER BY b.fit DESC, (b.sense = 'tag' AND b.fit = 3) DESC, b.is_readers_word DESC,
                      CASE WHEN b.fit = 0 THEN b.likeness END DESC, l.position
             LIMIT $3""",
        folded,
        in_.partition("-")[0].lower(),
        min(first, MOST_LANGUAGES),
    )


async def listed(at: Reader, first: int = MOST_LANGUAGES) -> list[Language]:
    """The reviewed list in its own order."""
    return await many(
        at,
        Language,
        f"SELECT {LANGUAGE} FROM language l ORDER BY l.position LIMIT $1",
        min(first, MOST_LANGUAGES),
    )


async def language(at: Reader, tag: str) -> Language | None:
    """What describes a tag, however it is written: "spa", "pt-br" (as Portuguese), "zh-Hant" (as Mandarin)."""
    return await one(
        at,
        Language,
        f"""SELECT {LANGUAGE}
              FROM language_tag t
              JOIN language l ON l.tag = t.described_by
             WHERE t.written = ANY($1)
             ORDER BY length(t.written) DESC
             LIMIT 1""",
        ways_to_shorten(tag),
    )


async def known_tags(at: Reader, tags: Iterable[str]) -> dict[str, str]:
    """The canonical tag for each tag we know: "eng" is en, "PT-br" is pt-BR, "es-MX" is es. Unknown ones are absent."""
    asked = {tag: ways_to_shorten(tag) for tag in tags}
    known = await ways_to_write(at, {way for ways in asked.values() for way in ways})
    canonical = {written.written: written.tag for written in known}
    found = {tag: next((canonical[way] for way in ways if way in canonical), None) for tag, ways in asked.items()}
    return {tag: known_as for tag, known_as in found.items() if known_as is not None}


async def names(at: Reader, reader: str) -> dict[str, str]:
    """The name of every tag that can be asked for, for a reader of `reader`."""
    known = await lexicon(at)
    return {tag: language.name_in(reader) for tag, language in known.described.items()}


async def reviewed_pairs(at: Reader) -> list[Pair]:
    """Every pair of languages that serve each other."""
    return await many(at, Pair, "SELECT p.spoken, p.served, p.note FROM language_pair p ORDER BY p.spoken, p.served")


async def lexicon(at: Reader) -> Lexicon:
    """Everything we know of languages; a pair that must be confirmed with the speaker serves nobody by itself."""
    served: dict[str, tuple[str, ...]] = {}
    for pair in await reviewed_pairs(at):
        if not pair.is_partial:
            served[pair.spoken] = (*served.get(pair.spoken, ()), pair.served)
    written = await many(at, Written, "SELECT t.written, t.tag, t.described_by FROM language_tag t")
    known = {language.tag: language for language in await listed(at)}
    return Lexicon(
        languages=known,
        tags={one.written: one.tag for one in written},
        described={**{one.tag: known[one.described_by] for one in written if one.described_by in known}, **known},
        served=served,
    )


async def ways_to_write(at: Reader, written: Iterable[str]) -> list[Written]:
    return await many(
        at,
        Written,
        "SELECT t.written, t.tag, t.described_by FROM language_tag t WHERE t.written = ANY($1)",
        [way for way in written if "\0" not in way],  # Postgres knows no such text
    )


def ways_to_shorten(tag: str) -> list[str]:
    """A tag in lower case, then without its last subtags: region and script say nothing about who understands whom."""
    subtags = tag[:LONGEST_QUERY].strip().replace("_", "-").lower().split("-")
    shortest = 2 if subtags[0] == "x" else 1
    return ["-".join(subtags[:length]) for length in range(len(subtags), shortest - 1, -1)]
