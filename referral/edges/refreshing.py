"""Was a translation made from the English that stands there now? Each says of which, and else becomes a draft again.

An entry names its English by a fingerprint: `#. source: 1f2e3d4c`. The files are changed line by line, so that all else
in them stays as its translators wrote it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from referral.edges import catalogues
from referral.edges.catalogues import Entry
from referral.foundation.autonyms import LANGUAGES, SOURCE

MADE_FROM = "source: "
OF_REVIEW = ("#. draft:", "#. reviewed:", f"#. {MADE_FROM}")
FUZZY = "#, fuzzy"
BETWEEN = re.compile(r"(\n{2,})")
MSGID = re.compile(r'^msgid "(.+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """A file with every fingerprint as it must be now, and the ids that are drafts again."""

    text: str
    drafts: tuple[str, ...]


def fingerprint(source: Entry) -> str:
    """Eight digits that change with the English text."""
    return sha256("\0".join(source.forms).encode()).hexdigest()[:8]


def made_from(entry: Entry) -> str | None:
    """The fingerprint of the English that a translation was made from, if it says so."""
    return next((said.removeprefix(MADE_FROM) for said in entry.remarks if said.startswith(MADE_FROM)), None)


def refresh(today: date) -> dict[str, tuple[str, ...]]:
    """Write every file anew where it must be; which ids of which file are drafts again."""
    found = dict[str, tuple[str, ...]]()
    for lang in LANGUAGES:
        for path in sorted((catalogues.LOCALES / lang).glob("*.po")) if lang != SOURCE else ():
            written = path.read_text(encoding="utf-8")
            made = refreshed(written, catalogues.read(SOURCE, path.stem), today)
            if made.text != written:
                path.write_text(made.text, encoding="utf-8")
            if made.drafts:
                found[f"{lang}/{path.name}"] = made.drafts
    return found


def refreshed(written: str, source: Mapping[str, Entry], today: date) -> Refreshed:
    """The text of a file, entry by entry."""
    entries, drafts = list[str](), list[str]()
    for entry in BETWEEN.split(written):  # and what stands between them
        named = MSGID.search(entry)
        english = source.get(named[1]) if named else None
        if named is None or english is None:
            entries.append(entry)
            continue
        now, before = fingerprint(english), re.search(rf"^#\. {MADE_FROM}(.*)$", entry, re.MULTILINE)
        if before is None:
            entries.append(f"#. {MADE_FROM}{now}\n{entry}")
        elif before[1] != now:
            entries.append(as_draft(entry, now, today))
            drafts.append(named[1])
        else:
            entries.append(entry)
    return Refreshed(text="".join(entries), drafts=tuple(drafts))


def as_draft(entry: str, source: str, today: date) -> str:
    """The same words, which nobody has held against this English yet."""
    lines = [line for line in entry.split("\n") if not line.startswith(OF_REVIEW) and line != FUZZY]
    return "\n".join([f"#. {MADE_FROM}{source}", f"#. draft: {today}", FUZZY, *lines])
