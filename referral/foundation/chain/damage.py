"""What is wrong with a chain, and where? Pure: links, its end and signed anchors go in, damage comes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from referral.foundation.chain.acts import START, Link, chained

FURTHEST_MOVED = 1000  # of so many acts taken out or put in, with all that follow renumbered, it is said that it was so
MOST_COMPARED = 1000  # of so many acts in the wrong place it is said where they belong; of more, that they are wrong


class Kind(StrEnum):
    """What happened to the trail."""

    EDITED = "edited"
    MISSING = "missing"
    ADDED = "added"
    MOVED = "moved"
    CUT = "cut"
    REWRITTEN = "rewritten"
    HEAD = "head"
    ANCHOR = "anchor"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Damage:
    """From which position to which, of anchors from which number to which, and of what kind."""

    first: int
    last: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What is known of a chain from outside it."""

    checkpoints: Mapping[int, bytes]  # hashes by position, all up to there went by age
    anchored: Mapping[int, bytes]  # hashes by position
    head: int
    head_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An act whose hash does not follow from the one before it."""

    place: int
    link: Link
    before: bytes
    after: bytes


@dataclass(slots=True)
class Walk:
    """Goes along a chain, one link after the other, and looks one ahead."""

    fixed: Fixed
    place: int = 0
    hash: bytes | None = START
    waiting: Link | None = None
    moved_by: int = 0
    matched: int = 0  # up to here the anchors agree
    suspects: list[Suspect] = field(default_factory=list[Suspect])
    found: list[Damage] = field(default_factory=list[Damage])
    disagreeing: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def take(self, link: Link) -> None:
        if self.waiting is None:
            self.begin(link.position)
        else:
            self.judge(self.waiting, link)
        self.waiting = link

    def begin(self, first: int | None) -> None:
        """Start behind the newest checkpoint before the first act."""
        behind = [at for at in self.fixed.checkpoints if first is None or at < first]
        if behind:
            self.place = self.matched = max(behind)
            self.hash = self.fixed.checkpoints[self.place]

    def judge(self, link: Link, following: Link | None) -> None:
        place = link.position + self.moved_by
        if place > self.place + 1:
            self.found.append(Damage(kind=Kind.MISSING, first=self.place + 1, last=place - 1))
            self.hash = self.fixed.anchored.get(place - 1)
        after = link.hash
        if self.hash is not None and (expected := chained(self.hash, link.act, place)) != link.hash:
            by = self.renumbered(link, following, place)
            if by:
                self.found.append(gone(place, by))
                self.moved_by += by
                place += by
            else:
                if follows(expected, following, place) and not follows(link.hash, following, place):
                    after = expected  # the hash was changed, not the act
                self.suspects.append(Suspect(place=place, link=link, before=self.hash, after=after))
        self.compare(place, after)
        self.place, self.hash = place, after

    def renumbered(self, link: Link, following: Link | None, place: int) -> int:
        """By how much everything from here on was moved, if that is what happened."""
        if following is None or len(self.suspects) > MOST_COMPARED or follows(link.hash, following, place):
            return 0
        both_ways = (by for far in range(1, FURTHEST_MOVED + 1) for by in (far, -far))
        return next((by for by in both_ways if follows(link.hash, following, place + by)), 0)

    def compare(self, place: int, hashed: bytes) -> None:
        """What the anchor at this place says, if there is one."""
        known = self.fixed.anchored.get(place)
        if known is None:
            return
        if known != hashed:
            self.disagreeing.append((self.matched + 1, place))
        self.matched = place

    def end(self) -> list[Damage]:
        """All that is wrong, in order."""
        if self.waiting is None:
            self.begin(None)
        else:
            self.judge(self.waiting, None)
        self.found += settled(self.suspects)
        self.found += self.wrong_at_the_end()
        for first, last in self.disagreeing:
            if not any(one.first <= last and one.last >= first for one in self.found):
                self.found.append(Damage(kind=Kind.REWRITTEN, first=first, last=last))
        return sorted(self.found)

    def wrong_at_the_end(self) -> list[Damage]:
        head, wrong = self.fixed.head, list[Damage]()
        end = max(head, *self.fixed.anchored) if self.fixed.anchored else head
        if self.place < end:
            wrong.append(Damage(kind=Kind.CUT, first=self.place + 1, last=end))
        if head < end:
            wrong.append(Damage(kind=Kind.HEAD, first=head, last=end))
        elif head < self.place:
            wrong.append(Damage(kind=Kind.ADDED, first=head + 1, last=self.place))
        elif head == self.place and self.hash not in {None, self.fixed.head_hash} and not self.is_doubted(head):
            wrong.append(Damage(kind=Kind.HEAD, first=head, last=head))
        return wrong

    def is_doubted(self, place: int) -> bool:
        """Whether it is said already that the act at this place is not what it was."""
        return any(one.place == place for one in self.suspects) or any(place == last for _, last in self.disagreeing)


def examined(links: Iterable[Link], fixed: Fixed) -> list[Damage]:
    """What is wrong with these links."""
    walk = Walk(fixed)
    for link in links:
        walk.take(link)
    return walk.end()


def follows(before: bytes, following: Link | None, place: int) -> bool:
    """Whether the next act is chained to this hash, if its predecessor stood at this place."""
    return following is not None and chained(before, following.act, place + 1) == following.hash


def gone(place: int, by: int) -> Damage:
    """Acts taken out before this place, or put in, and all that follow renumbered."""
    if by > 0:
        return Damage(kind=Kind.MISSING, first=place, last=place + by - 1)
    return Damage(kind=Kind.ADDED, first=place + by, last=place - 1)


def settled(suspects: Sequence[Suspect]) -> list[Damage]:
    """Which suspects were edited, which only stand in another's place, and which merely follow one that does."""
    rivals = suspects if len(suspects) <= MOST_COMPARED else ()
    right, found = dict[int, bytes](), list[Damage]()
    for one in suspects:
        before = right.get(one.place - 1, one.before)
        if chained(before, one.link.act, one.place) == one.link.hash:
            continue
        another = belonging(before, one, rivals)
        right[one.place] = another or one.after
        kind = Kind.MOVED if another else Kind.EDITED
        found.append(Damage(kind=kind, first=one.place, last=one.place))
    return found


def belonging(before: bytes, at: Suspect, rivals: Sequence[Suspect]) -> bytes | None:
    """The hash of the act that belongs here, where it stands in another's place; with its hash or without."""
    for other in rivals:
        hashed = chained(before, other.link.act, at.place)
        if other is not at and hashed in {other.link.hash, at.link.hash}:
            return hashed
    return None
