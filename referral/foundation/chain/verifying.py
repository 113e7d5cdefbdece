"""Is the trail as it was written? The chain in the database, against its own hashes and against the signed anchors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.foundation.chain import anchors, linking
from referral.foundation.chain.acts import START
from referral.foundation.chain.anchors import Anchor
from referral.foundation.chain.damage import Damage, Fixed, Kind, Walk
from referral.foundation.chain.linking import Unlinked
from referral.foundation.db import Reader

ALL = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Anchors that can be believed, and what is wrong with the others."""

    believed: tuple[Anchor, ...]
    damage: tuple[Damage, ...]
    of_others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of looking."""

    acts: int
    last: int
    anchors: int
    anchored_at: datetime | None
    anchors_of_others: int
    unlinked: Unlinked
    damage: tuple[Damage, ...]


async def verify(at: Reader, outside: Sequence[Anchor], keys: Sequence[bytes]) -> Verdict:
    """Go through the whole trail. `at` sees it as it stood at one moment, so that nothing moves meanwhile."""
    head = await linking.head(at)
    inside = await anchors.after(at, 0, at_most=ALL)
    judged = judge([*inside, *outside], head.trail, keys)
    walk, acts = Walk(fixed(judged.believed, head.position, head.hash)), 0
    async for link in linking.links(at):
        walk.take(link)
        acts += 1
    return Verdict(
        acts=acts,
        last=head.position,
        anchors=len(judged.believed),
        anchored_at=max((one.at for one in judged.believed), default=None),
        anchors_of_others=judged.of_others,
        unlinked=await linking.unlinked(at),
        damage=(*walk.end(), *judged.damage),
    )


def fixed(believed: Iterable[Anchor], head: int, head_hash: bytes) -> Fixed:
    known = list(believed)
    return Fixed(
        checkpoints={one.position: one.hash for one in known if one.is_checkpoint},
        anchored={one.position: one.hash for one in known},
        head=head,
        head_hash=head_hash,
    )


def judge(told: Iterable[Anchor], trail: UUID, keys: Sequence[bytes]) -> Judged:
    """Which anchors are signed by us, say one thing wherever they are kept, and follow one another."""
    ours, of_others, wrong = dict[int, Anchor](), 0, set[int]()
    for one in told:
        if one.trail != trail:
            of_others += 1
        elif not one.is_signed_by(keys) or ours.setdefault(one.number, one) != one:
            wrong.add(one.number)
    believed = tuple(ours[number] for number in sorted(ours))
    damage = [Damage(kind=Kind.ANCHOR, first=number, last=number) for number in sorted(wrong)]
    return Judged(believed=believed, damage=(*damage, *gaps(believed, wrong)), of_others=of_others)


def gaps(ours: Sequence[Anchor], wrong: set[int]) -> list[Damage]:
    """Anchors that are missing: between two, or before the first where no checkpoint says that they went by age."""
    found, number, before = list[Damage](), 0, START
    newest_checkpoint = max((one.number for one in ours if one.is_checkpoint), default=0)
    for one in ours:
        if one.number > number + 1:
            lost = {*range(number + 1, one.number)} - wrong
            if lost and one.number > newest_checkpoint:
                found.append(Damage(kind=Kind.ANCHOR, first=min(lost), last=max(lost)))
        elif one.previous != before and one.number not in wrong:
            found.append(Damage(kind=Kind.ANCHOR, first=one.number, last=one.number))
        number, before = one.number, one.hashed
    return found
