"""Whoever edits, deletes, reorders or cuts the audit trail is found out, and where they did it is said."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from referral.foundation.actors import ActorKind
from referral.foundation.chain import anchors
from referral.foundation.chain.acts import START, Act, Link, chained
from referral.foundation.chain.anchors import Anchor, public_key
from referral.foundation.chain.damage import Damage, Fixed, Kind, examined
from referral.foundation.chain.verifying import fixed, judge

LENGTH = 120
BEGAN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ACTS = ("request_read", "person_read", "messages_read", "contact_released", "request_claimed")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRAIL = UUID(int=7)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same every time, that is what it is for


def acts(dice: Random, length: int = LENGTH) -> list[Act]:
    return [
        Act(
            id=number,
            at=BEGAN + timedelta(seconds=number, microseconds=dice.randrange(1_000_000)),
            actor=dice.choice(tuple(ActorKind)),
            actor_id=dice.choice((None, UUID(int=dice.getrandbits(128)))),
            act=dice.choice(ACTS),
            subject_id=UUID(int=dice.getrandbits(128)),
            counts=dice.choice((None, {"help_request": 1, "message": dice.randrange(9)})),
        )
        for number in range(1, length + 1)
    ]


def linked(told: list[Act], *, first: int = 1, before: bytes = START) -> list[Link]:
    found: list[Link] = []
    for position, act in enumerate(told, start=first):
        before = chained(before, act, position)
        found.append(Link(position=position, hash=before, act=act))
    return found


def anchored(links: list[Link], every: int = 10) -> list[Anchor]:
    """An anchor at every tenth act and one at the last."""
    found: list[Anchor] = []
    for link in links:
        if link.position % every and link is not links[-1]:
            continue
        unsigned = Anchor(
            number=len(found) + 1,
            trail=TRAIL,
            at=link.act.at,
            position=link.position,
            hash=link.hash,
            is_checkpoint=False,
            previous=found[-1].hashed if found else START,
            public_key=public_key(KEY),
            signature=b"",
        )
        found.append(replace(unsigned, signature=KEY.sign(unsigned.words)))
    return found


def known_of(links: list[Link], told: list[Anchor]) -> Fixed:
    judged = judge(told, TRAIL, [public_key(KEY)])
    assert not judged.damage
    return fixed(judged.believed, links[-1].position, links[-1].hash)


def edited(dice: Random, link: Link) -> Link:
    """One thing about an act is changed, or its hash."""
    act = link.act
    changes = (
        {"at": act.at + timedelta(microseconds=1)},
        {"actor": next(kind for kind in ActorKind if kind is not act.actor)},
        {"actor_id": UUID(int=dice.getrandbits(128))},
        {"act": act.act + "s"},
        {"subject_id": UUID(int=dice.getrandbits(128))},
        {"counts": {"help_request": 100}},
        {"id": act.id + 1000},
    )
    what = dice.randrange(len(changes) + 1)
    if what == len(changes):
        return replace(link, hash=dice.randbytes(32))
    return replace(link, act=replace(act, **changes[what]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done to a chain, and what has to be said of it."""

    name: str
    links: list[Link]
    expected: set[tuple[Kind, int, int]]


def edit(dice: Random, links: list[Link]) -> Deed:
    at = dice.randrange(LENGTH)
    done = [*links[:at], edited(dice, links[at]), *links[at + 1 :]]
    return Deed(name="edit", links=done, expected={(Kind.EDITED, at + 1, at + 1)})


def deletion(dice: Random, links: list[Link]) -> Deed:
    first = dice.randrange(LENGTH - 1)
    last = min(LENGTH - 2, first + dice.randrange(5))
    return Deed(
        name="deletion", links=links[:first] + links[last + 1 :], expected={(Kind.MISSING, first + 1, last + 1)}
    )


def renumbered_deletion(dice: Random, links: list[Link]) -> Deed:
    """What follows moves up, so that there is no gap; the end of the chain is set back with it."""
    first, count = dice.randrange(LENGTH - 8), dice.randrange(1, 5)
    rest = [replace(link, position=link.position - count) for link in links[first + count :]]
    return Deed(
        name="renumbered deletion", links=links[:first] + rest, expected={(Kind.MISSING, first + 1, first + count)}
    )


def addition(dice: Random, links: list[Link]) -> Deed:
    """A forged act is put between two, chained as it should be; what follows moves down."""
    at = dice.randrange(1, LENGTH - 2)
    forged = linked(acts(dice, 1), first=at + 1, before=links[at - 1].hash)
    rest = [replace(link, position=link.position + 1) for link in links[at:]]
    return Deed(name="addition", links=[*links[:at], *forged, *rest], expected={(Kind.ADDED, at + 1, at + 1)})


def exchange(dice: Random, links: list[Link]) -> Deed:
    """Two acts stand in each other's place, each with its own hash."""
    one, other = sorted(dice.sample(range(LENGTH), 2))
    done = list(links)
    done[one] = replace(links[other], position=one + 1)
    done[other] = replace(links[one], position=other + 1)
    return Deed(
        name="exchange", links=done, expected={(Kind.MOVED, one + 1, one + 1), (Kind.MOVED, other + 1, other + 1)}
    )


def exchange_of_words(dice: Random, links: list[Link]) -> Deed:
    """The same, but the hashes stay where they were."""
    one, other = sorted(dice.sample(range(LENGTH), 2))
    done = list(links)
    done[one] = replace(links[one], act=links[other].act)
    done[other] = replace(links[other], act=links[one].act)
    return Deed(
        name="exchange of words",
        links=done,
        expected={(Kind.MOVED, one + 1, one + 1), (Kind.MOVED, other + 1, other + 1)},
    )


def cut(dice: Random, links: list[Link]) -> Deed:
    kept = dice.randrange(LENGTH)
    return Deed(name="tail cut", links=links[:kept], expected={(Kind.CUT, kept + 1, LENGTH)})


def rewriting(dice: Random, links: list[Link]) -> Deed:
    """An act is changed and every hash after it made anew: only the anchors outside know."""
    at = dice.randrange(LENGTH)
    changed = replace(links[at].act, actor_id=UUID(int=1))
    told = [changed, *(link.act for link in links[at + 1 :])]
    before = links[at - 1].hash if at else START
    first, last = at // 10 * 10 + 1, at // 10 * 10 + 10
    return Deed(
        name="rewriting",
        links=links[:at] + linked(told, first=at + 1, before=before),
        expected={(Kind.REWRITTEN, first, last)},
    )


DEEDS = (
    edit, deletion, renumbered_deletion, addition, exchange, exchange_of_words, cut, rewriting,
)  # fmt: skip


def deeds(number: int) -> Iterator[tuple[Deed, list[Link], Fixed]]:
    """That many, of each kind alike, on a few chains."""
    chains = [linked(acts(seeded(seed))) for seed in range(20)]
    known = [known_of(links, anchored(links)) for links in chains]
    for seed in range(number):
        links = chains[seed % len(chains)]
        yield DEEDS[seed % len(DEEDS)](seeded(seed), links), links, known[seed % len(chains)]


def said(found: list[Damage]) -> set[tuple[Kind, int, int]]:
    return {(one.kind, one.first, one.last) for one in found}


def test_a_thousand_deeds_are_each_found_and_located() -> None:
    by_name: dict[str, int] = {}
    for deed, links, known in deeds(1000):
        assert examined(links, known) == []
        found = said(examined(deed.links, known))
        by_name[deed.name] = by_name.get(deed.name, 0) + 1
        if deed.name == "rewriting":
            # All hashes from there on are others: each anchor that follows says so too.
            assert deed.expected <= found, (deed.name, deed.expected, found)
            assert min(first for _, first, _ in found) == min(first for _, first, _ in deed.expected)
        else:
            assert found == deed.expected, (deed.name, deed.expected, found)
    assert by_name == {deed(seeded(0), linked(acts(seeded(0)))).name: 125 for deed in DEEDS}


def test_setting_the_end_back_with_the_tail_does_not_hide_a_cut() -> None:
    links = linked(acts(seeded(1)))
    told = anchored(links)
    for kept in (0, 1, 57, LENGTH - 1):
        end = links[kept - 1] if kept else None
        known = fixed(told, end.position if end else 0, end.hash if end else START)
        assert said(examined(links[:kept], known)) == {(Kind.CUT, kept + 1, LENGTH), (Kind.HEAD, kept, LENGTH)}


def test_without_anchors_a_cut_with_the_end_set_back_is_not_seen() -> None:
    """Why there are anchors: the chain alone holds together."""
    links = linked(acts(seeded(2)))[:50]
    assert examined(links, fixed([], 50, links[-1].hash)) == []


def test_several_deeds_at_once_are_all_named() -> None:
    links = linked(acts(seeded(3)))
    known = known_of(links, anchored(links))
    dice = seeded(4)
    done = [edited(dice, link) if link.position in {3, 4, 80} else link for link in links if link.position != 50]
    assert {(kind, first) for kind, first, _ in said(examined(done[:-20], known))} == {
        (Kind.EDITED, 3), (Kind.EDITED, 4), (Kind.MISSING, 50), (Kind.EDITED, 80), (Kind.CUT, 101)
    }  # fmt: skip


def test_acts_that_went_by_age_are_not_missed_and_no_others_may_go_with_them() -> None:
    links = linked(acts(seeded(5)))
    told = anchored(links)
    known = fixed([*told[:2], replace(told[3], is_checkpoint=True), *told[4:]], LENGTH, links[-1].hash)
    assert examined(links[40:], known) == []
    assert said(examined(links[43:], known)) == {(Kind.MISSING, 41, 43)}


@pytest.mark.parametrize("change", ["position", "hash", "at", "number", "signature", "key"])
def test_an_anchor_that_was_changed_is_named_and_not_believed(change: str) -> None:
    links = linked(acts(seeded(6)))
    told = anchored(links)
    forged = {
        "position": replace(told[4], position=51),
        "hash": replace(told[4], hash=bytes(32)),
        "at": replace(told[4], at=told[4].at + timedelta(seconds=1)),
        "number": replace(told[4], number=50),
        "signature": replace(told[4], signature=bytes(64)),
        "key": signed_by_another(told[4]),
    }[change]
    judged = judge([*told[:4], forged, *told[5:]], TRAIL, [public_key(KEY)])
    assert forged not in judged.believed
    assert {one.kind for one in judged.damage} == {Kind.ANCHOR}
    assert forged.number in {one.first for one in judged.damage}


def signed_by_another(anchor: Anchor) -> Anchor:
    key = Ed25519PrivateKey.generate()
    unsigned = replace(anchor, public_key=public_key(key))
    return replace(unsigned, signature=key.sign(unsigned.words))


def test_a_good_copy_outside_stands_in_for_a_bad_anchor_inside() -> None:
    links = linked(acts(seeded(7)))
    told = anchored(links)
    judged = judge([replace(told[0], hash=bytes(32)), *told[1:], *told], TRAIL, [public_key(KEY)])
    assert said(list(judged.damage)) == {(Kind.ANCHOR, 1, 1)}
    assert judged.believed == tuple(told)


def test_anchors_that_were_taken_away_are_missed() -> None:
    told = anchored(linked(acts(seeded(8))))
    judged = judge([*told[:3], *told[5:]], TRAIL, [public_key(KEY)])
    assert said(list(judged.damage)) == {(Kind.ANCHOR, 4, 5)}


def test_anchors_of_another_trail_are_counted_and_not_believed() -> None:
    told = anchored(linked(acts(seeded(9))))
    judged = judge(told, UUID(int=8), [public_key(KEY)])
    assert (judged.believed, judged.of_others, judged.damage) == ((), len(told), ())


def test_nothing_written_is_nothing_wrong() -> None:
    assert examined([], fixed([], 0, START)) == []
    assert anchors.FORM in anchored(linked(acts(seeded(0))))[0].words.decode()
