"""Which spellings count as the same? Data and questions are folded alike, so "Cd. Juárez" meets "Ciudad Juarez"."""

import re
import unicodedata

from anyascii import anyascii

APOSTROPHES = re.compile(r"['`´]+")
NOT_WORDS = re.compile(r"[^a-z0-9]+")

# One spelling for words that people shorten. US and Mexican habits; "saint" goes short because "st" is also "street".
SHORTENED = {
    "saint": "st",
    "sainte": "ste",
    "cd": "ciudad",
    "sta": "santa",
    "sto": "santo",
    "ft": "fort",
    "mt": "mount",
    "nvo": "nuevo",
    "nva": "nueva",
    "pto": "puerto",
    "gral": "general",
}


def fold(text: str) -> str:
    """Lower-case ASCII words with single spaces; digits of any script become ASCII, apostrophes vanish."""
    written = "".join(sign for sign in text if unicodedata.category(sign) != "So")  # an emoji has an English name
    ascii_text = APOSTROPHES.sub("", anyascii(written)).lower()
    return " ".join(SHORTENED.get(word, word) for word in NOT_WORDS.sub(" ", ascii_text).split())
