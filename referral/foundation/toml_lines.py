"""On which line of a TOML file does each key stand? The parser of the standard library does not say.

It reads what that parser has accepted already, so it need not know what is wrong TOML.
"""

import re
from collections import Counter

Path = tuple[str | int, ...]

HEADER = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=\s*""")
PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
OPENERS, CLOSERS = "[{", "]}"


def key_lines(text: str) -> dict[Path, int]:
    """The first line of each table and key, by the path to it; numbers stand for places in lists of tables."""
    found, table, counted, depth = dict[Path, int](), Path(), Counter[Path](), 0
    for number, (line, bare) in enumerate(zip(text.split("\n"), bared(text).split("\n"), strict=True), start=1):
        if depth == 0 and (header := HEADER.match(line)) and bare.strip().startswith("["):
            table = parts(header[2])
            if header[1] == "[[":
                counted[table] += 1
                table = (*table, counted[table] - 1)
            found.setdefault(table, number)
            continue
        behind = 0
        if depth == 0 and (key := KEY.match(line)):
            behind, path = key.end(), (*table, *parts(key[1]))
            for longest in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:longest], number)
        depth += sum(bare.count(sign, behind) for sign in OPENERS) - sum(bare.count(sign, behind) for sign in CLOSERS)
    return found


def bared(text: str) -> str:
    """The text without what stands in strings and comments; every line stays a line as long as it was."""
    return STRING_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in PART.findall(dotted))


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of the longest beginning of the path that stands somewhere."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), None)
