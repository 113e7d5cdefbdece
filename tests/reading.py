"""How hard is an English text to read? The grade of Flesch and Kincaid, by words, sentences and syllables."""

import re
from collections.abc import Iterable

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d[\d,.]*")  # a number is read as one word
LETTER = re.compile(r"[A-Za-z]")
TWO = re.compile(r"(?<![tcsg])i[ao]|(?<![gq])ua|rious$|dea$|rea$")  # two vowels, and two syllables: "lion", "usual"
VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """About how many; of compounds like "somewhere" rather one too many."""
    written = re.split(r"['’]", word.lower())[0]
    said = len(VOWELS.findall(written)) + len(TWO.findall(written))
    is_silent = re.search(r"(?:[^aeiouyl]|[aeiouy]l)e$|[^aeiouysxzcgh]es$|[^aeiouytd]ed$", written)
    return max(1, said - bool(is_silent))


def sentences(text: str) -> list[str]:
    """A text's sentences; what ends without a full stop, like a button, is one too."""
    return [part for part in re.split(r"(?<=[.!?:])\s+|\n+", text) if LETTER.search(part)]


def words(sentence: str) -> list[str]:
    return WORD.findall(sentence)


def grade(texts: Iterable[str]) -> float:
    """The school year in which one reads such texts with ease."""
    found = [sentence for text in texts for sentence in sentences(text)]
    said = [word for sentence in found for word in words(sentence)]
    sounds = sum(syllables(word) for word in said)
    return 0.39 * len(said) / len(found) + 11.8 * sounds / len(said) - 15.59
