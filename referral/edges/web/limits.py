"""Which limits do offices name, whatever list they come from? The pages have a sentence for each."""

from enum import StrEnum


class Limit(StrEnum):
    """A limit by the words that a listing's `restrictions` name it with."""

    LOW_INCOME = "people with low income only"
    RESIDENCE = "limits where people must live"
    GROUPS = "certain groups of people only"
    ASYLUM = "asylum cases only"
    FEAR = "people who fear return only"
    NOT_ASYLUM = "no asylum cases"
    NO_CRIMES = "no people with a criminal history"
    WOMEN = "women only"
    MEN = "men only"
    FAMILIES = "families only"


VAGUE = frozenset({Limit.RESIDENCE, Limit.GROUPS})  # which places or groups, only the office's own words say
CHILDREN_ONLY = "children only"  # said once already, by whether it takes children and by its ages


def limit_of(restriction: str) -> Limit | None:
    """The limit that these words name; None for words of the office's own."""
    written = restriction.strip().rstrip(".").casefold()
    return next((limit for limit in Limit if limit.value == written), None)
