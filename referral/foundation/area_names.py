"""What is a country or a state called? In English and Spanish, from the lists that the places come from."""

import csv
from functools import cache
from pathlib import Path

LISTS = Path(__file__).resolve().parent.parent / "data" / "reference"


def country_name(code: str, lang: str) -> str:
    """In Spanish where Spanish is read, else in English; a code that we do not know is its own name."""
    english, spanish = countries().get(code, (code, code))
    return spanish if lang == "es" else english


def state_name(country: str, state: str) -> str:
    """Where states have codes (the United States, Mexico, Canada), the name of one; elsewhere it is a name already."""
    return states().get((country, state), state)


@cache
def countries() -> dict[str, tuple[str, str]]:
    return {row["code"]: (row["name_en"], row["name_es"]) for row in rows("countries.csv")}


@cache
def states() -> dict[tuple[str, str], str]:
    return {(row["country"], row["code"]): row["name"] for row in rows("states.csv")}


def rows(name: str) -> list[dict[str, str]]:
    with (LISTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
