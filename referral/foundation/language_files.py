"""Loads the languages: languages.csv, language_tags.csv and language_pairs.csv into their tables."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from referral.foundation.db import Tx, copy_rows, execute, to_json
from referral.foundation.folding import fold

LANGUAGE_COLUMNS = [
    "tag", "position", "name_en", "name_es", "autonym", "direction", "script", "kind", "scope", "family",
    "court_codes", "names", "aliases",
]  # fmt: skip
READERS = ("en", "es", "fr", "pt", "ht", "ar", "ru", "zh")

Row = tuple[object, ...]


async def load(tx: Tx, folder: Path) -> int:
    """Insert, update and remove languages, the ways to write them, and the reviewed pairs."""
    changed = await load_languages(tx, read(folder / "languages.csv"))
    changed += await load_names(tx, read(folder / "languages.csv"))
    changed += await load_tags(tx, read(folder / "language_tags.csv"))
    return changed + await load_pairs(tx, read(folder / "language_pairs.csv"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


async def load_languages(tx: Tx, rows: list[dict[str, str]]) -> int:
    await execute(tx, "CREATE TEMP TABLE new_language (LIKE language) ON COMMIT DROP")
    await execute(tx, "ALTER TABLE new_language ALTER names TYPE text")  # COPY is binary, and jsonb comes as text
    await copy_rows(tx, "new_language", LANGUAGE_COLUMNS, [language_row(n, row) for n, row in enumerate(rows)])
    return await execute(
        tx,
        """INSERT INTO language AS l (tag, position, name_en, name_es, autonym, direction, script, kind, scope, family,
                                      court_codes, names, aliases)
           SELECT tag, position, name_en, name_es, autonym, direction, script, kind, scope, family,
                  court_codes, names::jsonb, aliases
             FROM new_language
           ON CONFLICT (tag) DO UPDATE
              SET position = excluded.position, name_en = excluded.name_en, name_es = excluded.name_es,
                  autonym = excluded.autonym, direction = excluded.direction, script = excluded.script,
                  kind = excluded.kind, scope = excluded.scope, family = excluded.family,
                  court_codes = excluded.court_codes, names = excluded.names, aliases = excluded.aliases
            WHERE (l.position, l.name_en, l.name_es, l.autonym, l.direction, l.script, l.kind, l.scope, l.family,
                   l.court_codes, l.names, l.aliases)
                  IS DISTINCT FROM
                  (excluded.position, excluded.name_en, excluded.name_es, excluded.autonym, excluded.direction,
                   excluded.script, excluded.kind, excluded.scope, excluded.family, excluded.court_codes,
                   excluded.names, excluded.aliases)""",
    )


def language_row(position: int, row: dict[str, str]) -> Row:
    names = {reader: row[f"name_{reader}"] for reader in READERS if row[f"name_{reader}"]}
    return (
        row["code"], position, row["name_en"], row["name_es"], row["autonym"], row["direction"], row["script"],
        row["kind"], row["scope"], row["group"] or None, parts(row["eoir_codes"]), to_json(names),
        parts(row["aliases"]),
    )  # fmt: skip


def parts(joined: str) -> list[str]:
    return [part.strip() for part in joined.split(";") if part.strip()]


async def load_names(tx: Tx, rows: list[dict[str, str]]) -> int:
    await execute(tx, "CREATE TEMP TABLE new_language_name (LIKE language_name) ON COMMIT DROP")
    names = [name for row in rows for name in name_rows(row)]
    await copy_rows(tx, "new_language_name", ["tag", "folded", "sense", "readers"], names)
    removed = await execute(
        tx,
        """DELETE FROM language_name n
            WHERE NOT EXISTS (SELECT FROM new_language_name w WHERE w.tag = n.tag AND w.folded = n.folded)""",
    )
    return removed + await execute(
        tx,
        """INSERT INTO language_name AS n (tag, folded, sense, readers)
           SELECT tag, folded, sense, readers
             FROM new_language_name
           ON CONFLICT (tag, folded) DO UPDATE SET sense = excluded.sense, readers = excluded.readers
            WHERE (n.sense, n.readers) IS DISTINCT FROM (excluded.sense, excluded.readers)""",
    )


def name_rows(row: dict[str, str]) -> Iterator[Row]:
    """Each folded way to call a language once: as its tag, as a name somewhere, or as an alias."""
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for reader in READERS:
        readers[fold(row[f"name_{reader}"])].append(reader)
    readers[fold(row["autonym"])].append(row["code"])
    tag = fold(row["code"])
    for folded in sorted({tag, *readers, *map(fold, parts(row["aliases"]))} - {""}):
        sense = "tag" if folded == tag else "name" if folded in readers else "alias"
        yield row["code"], folded, sense, sorted(readers.get(folded, []))


async def load_tags(tx: Tx, rows: list[dict[str, str]]) -> int:
    await execute(tx, "CREATE TEMP TABLE new_language_tag (LIKE language_tag) ON COMMIT DROP")
    tags: list[Row] = [(row["written"].lower(), row["tag"], row["described_by"]) for row in rows]
    await copy_rows(tx, "new_language_tag", ["written", "tag", "described_by"], tags)
    removed = await execute(
        tx,
        "DELETE FROM language_tag t WHERE NOT EXISTS (SELECT FROM new_language_tag w WHERE w.written = t.written)",
    )
    return removed + await execute(
        tx,
        """INSERT INTO language_tag AS t (written, tag, described_by)
           SELECT written, tag, described_by
             FROM new_language_tag
           ON CONFLICT (written) DO UPDATE SET tag = excluded.tag, described_by = excluded.described_by
            WHERE (t.tag, t.described_by) IS DISTINCT FROM (excluded.tag, excluded.described_by)""",
    )


async def load_pairs(tx: Tx, rows: list[dict[str, str]]) -> int:
    await execute(tx, "CREATE TEMP TABLE new_language_pair (LIKE language_pair) ON COMMIT DROP")
    pairs: list[Row] = [(row["spoken"], row["served"], row["note"]) for row in rows]
    await copy_rows(tx, "new_language_pair", ["spoken", "served", "note"], pairs)
    removed = await execute(
        tx,
        """DELETE FROM language_pair p
            WHERE NOT EXISTS (SELECT FROM new_language_pair w WHERE w.spoken = p.spoken AND w.served = p.served)""",
    )
    return removed + await execute(
        tx,
        """INSERT INTO language_pair AS p (spoken, served, note)
           SELECT spoken, served, note
             FROM new_language_pair
           ON CONFLICT (spoken, served) DO UPDATE SET note = excluded.note
            WHERE p.note IS DISTINCT FROM excluded.note""",
    )
