"""Whom does a service take? Facts written as key=value pairs become answers and sentences; the rest is for reading.

Every fact has a third value: what is not stated is unknown, and stays so.
"""

import re

from referral.directory.words import Answer

PAIR = re.compile(r"\s*([a-z][a-z0-9_]*)\s*=\s*([^\s=;]+)\s*", re.IGNORECASE)

DETAINED = {"accepts_detained": Answer.YES, "no_detained": Answer.NO, "only_detained": Answer.ONLY}

# What lists write where they mean free, and no more than that: "free for members" must be read.
FREE = re.compile(
    r"(?:free(?: of charge)?|no (?:cost|charge|fee)|pro bono|gratis|gratuito|sin costo)(?: \(pro bono\))?\.?",
    re.IGNORECASE,
)

# "Any language" is no language: it says that an interpreter can be had.
INTERPRETER_FOR_OTHER = "interpretation for other languages available"

RESTRICTIONS = {
    ("children_only", "yes"): "Children only",
    ("low_income_only", "yes"): "People with low income only",
    ("residence_limit", "yes"): "Limits where people must live",
    ("population_limit", "yes"): "Certain groups of people only",
    ("asylum", "asylum_only"): "Asylum cases only",
    ("asylum", "must_fear_return"): "People who fear return only",
    ("asylum", "no_asylum"): "No asylum cases",
    ("criminal_history", "not_accepted"): "No people with a criminal history",
}


def facts_of(eligibility: str | None) -> tuple[dict[str, str], str | None]:
    """The pairs of an eligibility description, and what is left for people to read."""
    facts: dict[str, str] = {}
    words: list[str] = []
    for part in (eligibility or "").split(";"):
        pair = PAIR.fullmatch(part)
        if pair:
            facts[pair[1].lower()] = pair[2].lower()
        elif part.strip():
            words.append(part.strip())
    return facts, "; ".join(words) or None


def written(facts: dict[str, str], rest: str | None) -> str | None:
    """The same as one description again: what `facts_of` reads."""
    return "; ".join([*(f"{name}={said}" for name, said in facts.items()), *([rest] if rest else [])]) or None


def agreeing(facts: dict[str, str], *, detained: Answer, minors: Answer) -> dict[str, str]:
    """The facts, where something else was agreed on since the list stated them."""
    told = dict(facts)
    if accepts_detained(facts) is not detained:
        told.pop("detained", None)
        if written_so := next((said for said, answer in DETAINED.items() if answer is detained), None):
            told["detained"] = written_so
    if accepts_minors(facts) is not minors and (minors is Answer.ONLY or facts.get("children_only") == "yes"):
        told.pop("children_only", None)
        told |= {"children_only": "yes"} if minors is Answer.ONLY else {}
    return told


def accepts_detained(facts: dict[str, str]) -> Answer:
    return DETAINED.get(facts.get("detained", ""), Answer.UNKNOWN)


def free(fees: str | None) -> Answer:
    """Whether help costs nothing, by the words about fees. Other words may mean anything: they say nothing of it."""
    return Answer.YES if FREE.fullmatch((fees or "").strip()) else Answer.UNKNOWN


def accepts_minors(facts: dict[str, str]) -> Answer:
    """Only where the list says "children only": that others take children, or do not, it never says."""
    return Answer.ONLY if facts.get("children_only") == "yes" else Answer.UNKNOWN


def interpreter_for_other(interpretation: str | None) -> Answer:
    said = (interpretation or "").strip().rstrip(".").lower()
    return Answer.YES if said == INTERPRETER_FOR_OTHER else Answer.UNKNOWN


def restrictions(facts: dict[str, str]) -> tuple[str, ...]:
    return tuple(words for (key, said), words in RESTRICTIONS.items() if facts.get(key) == said)
