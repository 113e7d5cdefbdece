"""People spell as they can; folding makes their spellings meet."""

import pytest
from hypothesis import given, strategies

from referral.foundation.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cd. Juárez", "ciudad juarez"),
        ("CIUDAD  JUÁREZ", "cd juarez"),
        ("Saint Paul", "St. Paul"),
        ("Ft. Worth", "Fort Worth"),
        ("Nvo. Laredo", "Nuevo Laredo"),
        ("Sta. Ana", "Santa Ana"),
        ("Port-au-Prince", "port au prince"),
        ("N'Djamena", "N’Djamena"),
        ("Q’anjob’al", "qanjobal"),
        ("٧٨٥٢٠", "78520"),
        ("７８５２０", "78520"),
        ("Łódź", "lodz"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("San Juan", "Santa Juana"), ("Laredo", "Nuevo Laredo"), ("Mam", "Mame")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", "   ", "!?", "😀"[:0], "\x00"])
def test_nothing_folds_to_nothing(text: str) -> None:
    assert fold(text) == ""


@given(strategies.text(max_size=60))
def test_folded_words_are_plain_and_fold_to_themselves(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert all(word.isascii() and word.isalnum() for word in folded.split())
