"""Of what is a question made? Closed answers, words, and the conditions under which a page is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# What has been answered, by the name of the field. An empty text is an answer: it was asked, and passed over.
Given = Mapping[str, str]
SEVERAL = ","  # between the answers of a field that takes several


class Kind(StrEnum):
    """What an answer looks like."""

    ONE = "one"  # of closed answers
    ANY = "any"  # as many of them as fit
    WORDS = "words"
    TEXT = "text"  # several lines
    DAY = "day"
    PLACE = "place"  # words that are looked up
    COUNTRY = "country"
    LANGUAGE = "language"  # one of the common ones, by tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing asked. Where it must be answered, that one would rather not say is among the answers, if it can be."""

    name: str
    kind: Kind = Kind.ONE
    answers: tuple[str, ...] = ()
    must: bool = False
    most: int = 100  # signs
    unless: "Is | None" = None  # then it need not be answered although it must


@dataclass(frozen=True, slots=True, kw_only=True)
class Is:
    """A condition: the answer to a field is one of these."""

    field: str
    among: frozenset[str]

    def holds(self, given: Given) -> bool:
        return given.get(self.field, "") in self.among


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the form: what it asks, and when. A page that asks nothing tells something."""

    id: str
    section: int = 0  # 1 to 4; 0 before the first
    fields: tuple[Field, ...] = ()
    when: tuple[Is, ...] = ()  # all of them
    stops: bool = False  # nobody goes on from here to sending: it leads to someone else
    hurries: bool = False  # asked even of who sends now with what they have
    sends_now: bool = False  # has the second button

    @property
    def musts(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.must)

    def is_asked(self, given: Given) -> bool:
        return all(condition.holds(given) for condition in self.when)

    def is_seen(self, given: Given) -> bool:
        """Whether the person has been here: every field has an answer, if an empty one."""
        names = [field.name for field in self.fields] or [self.id]
        return all(name in given for name in names)


def one_of(field: str, *among: str) -> Is:
    return Is(field=field, among=frozenset(among))
