"""What number is meant by what somebody wrote? As +, the country and the rest (E.164): one for all ways to write it."""

from dataclasses import dataclass

NORTH_AMERICA = ("US", "CA", "PR", "GU", "VI", "AS", "MP", "DO", "JM", "BS", "BB", "TT")
FROM_ABROAD = ("011", "00")  # dialled in place of the + in the Americas, and in most other countries
LONGEST_SHORT, LONGEST = 6, 15  # digits: those of 911 and 211 are dialled at home only, and E.164 has no longer ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a country numbers: its code, how many digits follow, and what people write before these at home."""

    code: str
    lengths: frozenset[int]
    before: tuple[str, ...] = ()


PLANS = {
    **dict.fromkeys(NORTH_AMERICA, Plan(code="1", lengths=frozenset({10}), before=("1",))),
    "MX": Plan(code="52", lengths=frozenset({10}), before=("52", "01", "044", "045", "521")),
    "GT": Plan(code="502", lengths=frozenset({8}), before=("502",)),
    "SV": Plan(code="503", lengths=frozenset({8}), before=("503",)),
    "HN": Plan(code="504", lengths=frozenset({8}), before=("504",)),
    "NI": Plan(code="505", lengths=frozenset({8}), before=("505",)),
    "CR": Plan(code="506", lengths=frozenset({8}), before=("506",)),
    "PA": Plan(code="507", lengths=frozenset({7, 8}), before=("507",)),
    "HT": Plan(code="509", lengths=frozenset({8}), before=("509",)),
    "CU": Plan(code="53", lengths=frozenset({8}), before=("53",)),
    "CO": Plan(code="57", lengths=frozenset({10}), before=("57",)),
}


def international(plain: str, plan: Plan | None) -> tuple[str | None, str]:
    """The number as it is dialled (None where it cannot be) and as it is shown."""
    dial = digits(plain)
    if plain.startswith("+"):
        return (f"+{dial}" if LONGEST_SHORT < len(dial) <= LONGEST else None), plain
    if (abroad := next((start for start in FROM_ABROAD if dial.startswith(start)), None)) and len(dial) > 10:
        return (f"+{dial.removeprefix(abroad)}" if len(dial) <= LONGEST + len(abroad) else None), plain
    if plan is None:
        return (dial if 0 < len(dial) <= LONGEST else None), plain
    if len(dial) in plan.lengths:
        return f"+{plan.code}{dial}", f"+{plan.code} {plain}"
    for start in (*plan.before, "1"):  # a number of North America is often written with its 1, elsewhere too
        rest, code, lengths = dial.removeprefix(start), plan.code, plan.lengths
        if start == "1":
            code, lengths = "1", PLANS["US"].lengths
        if dial.startswith(start) and len(rest) in lengths:
            return f"+{code}{rest}", f"+{code} {rest}" if code != start else f"+{plain}"
    is_short = 0 < len(dial) <= LONGEST_SHORT and not any(sign.isalpha() for sign in plain)  # not 1-800-CALL-NOW
    return (dial if is_short else None), plain


def digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isdecimal())
