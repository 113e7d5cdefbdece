"""Whom does a reader look for? At most four words behind a place, always in the same order, so that every list has one
address, which is the same for everybody and holds nothing about anyone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from referral.directory.searching.search import Search
from referral.directory.words import Openness
from referral.edges.web.serving import Who, search_for

SPEAKS = "speaks-"
FREE, TAKING = "free", "taking"
# Whoever says so first, then whoever says nothing.
TAKING_IN_TURN = ((Openness.OPEN, Openness.LIMITED, Openness.ASSESSMENT_NEEDED), (Openness.UNKNOWN,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who needs help, and what else a group should say of itself; one that says nothing of it stays in the list."""

    who: Who = Who.ADULT
    speaks: str | None = None
    is_free: bool = False
    is_taking: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return (
            *(() if self.who is Who.ADULT else (str(self.who),)),
            *((SPEAKS + self.speaks,) if self.speaks else ()),
            *((FREE,) if self.is_free else ()),
            *((TAKING,) if self.is_taking else ()),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked than who needs help."""
        return bool(self.speaks or self.is_free or self.is_taking)

    def searches(self, where: Search, spoken: tuple[str, ...] | None) -> tuple[Search, ...]:
        """The searches for these groups, one after the other; `spoken` are the language and those that serve its
        speakers too.
        """
        found = replace(search_for(self.who, where), languages=spoken, free=True if self.is_free else None)
        return tuple(replace(found, openness=one) for one in TAKING_IN_TURN) if self.is_taking else (found,)


def read(words: Sequence[str]) -> Wanted | None:
    """The words behind a place; None for a word of none of ours, or for words in another order than ours."""
    found = Wanted()
    for word in words:
        if word.startswith(SPEAKS):
            found = replace(found, speaks=word.removeprefix(SPEAKS))
        elif word == FREE:
            found = replace(found, is_free=True)
        elif word == TAKING:
            found = replace(found, is_taking=True)
        elif word in {one.value for one in Who if one is not Who.ADULT}:
            found = replace(found, who=Who(word))
        else:
            return None
    return found if found.words == tuple(words) else None


def is_word(word: str) -> bool:
    """Whether a word of an address says what is wanted, and is no name of a place."""
    return read((word,)) is not None
