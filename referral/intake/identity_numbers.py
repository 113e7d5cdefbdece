"""Does a text hold a number that names a person to the authorities? Such numbers are never stored, not even sealed.

Patterns, not proof: a number in words, or taken apart in a way nobody thought of, gets through.
"""

import re
import unicodedata

AFTER_ITS_NAME = r"\W{0,4}(?:[^\W\d]{1,8}\W{1,3}){0,3}[A-Z]{0,3}[\s-]?\d(?:[\s.]?\d){5,9}"
NAMED = (
    r"passport|pasaporte|passeport|paspò|passaporte|паспорт|جواز|护照|護照",
    r"\b(?:ssn|social security|seguro social|alien (?:registration )?number)\b",
)
PATTERNS = (
    re.compile(r"\bA[\s#:.-]*\d{3}[\s.-]?\d{3}[\s.-]?\d{2,3}\b", re.IGNORECASE),  # A-number
    re.compile(r"\b\d{3}[\s.-]\d{2}[\s.-]\d{4}\b"),  # US Social Security number
    re.compile(r"(?<![\d+(.-])\d{9}(?![\d-])"),  # an A-number or a Social Security number, bare
    re.compile(r"\b\d{4}[\s.-]?\d{4}[\s.-]?\d{5}\b"),  # identity card of Honduras and Guatemala
    re.compile(r"\b[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b", re.IGNORECASE),  # CURP of Mexico
    *(re.compile(f"(?:{name}){AFTER_ITS_NAME}", re.IGNORECASE) for name in NAMED),
)


def holds_one(text: str) -> bool:
    """However its digits are written: full-width, Arabic, or with signs between them that nobody sees."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(plain(sign) for sign in folded if unicodedata.category(sign) != "Cf")
    return any(pattern.search(seen) for pattern in PATTERNS)


def plain(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
