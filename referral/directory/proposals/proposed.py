"""Which proposals are there, and how do they differ from what is listed? For staff, and for whoever proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from referral.directory import facts
from referral.directory.facts import Fact, Value
from referral.directory.lists import saying
from referral.directory.lists.saying import Saying
from referral.directory.proposals.proposing import TABLE
from referral.directory.words import ProposalState, RejectionReason, SaidBy
from referral.foundation import audit, cursors
from referral.foundation.actors import Staff
from referral.foundation.cursors import Page
from referral.foundation.db import Reader, Tx, many, one
from referral.foundation.vault import Vault, unseal

ORDER = "listing proposals"
OWN_ORDER = "own listing proposals"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedFact:
    """One fact of a proposal: what the listing said then, what it says now, and what it should say.

    `others` is of how many other listings it is true too; `is_changed` where the listing has changed since.
    """

    fact: Fact
    state: ProposalState
    base: Value
    listed: Value
    wanted: Value
    is_changed: bool
    others: int
    decided_at: datetime | None
    reason: RejectionReason | None
    answer: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal with its facts, in the order of `Fact`."""

    id: UUID
    provider_id: UUID
    provider_name: str
    said_by: SaidBy
    partner_name: str | None
    state: ProposalState
    proposed_at: datetime
    facts: tuple[ProposedFact, ...]
    words: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """A page of them."""

    found: tuple[Proposal, ...]
    cursors: tuple[str, ...]
    page: Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A proposal as it is kept."""

    id: UUID
    provider_id: UUID
    provider_name: str
    said_by: SaidBy
    partner_id: UUID | None
    partner_name: str | None
    state: ProposalState
    proposed_at: datetime
    data_key: bytes | None = field(repr=False)
    words: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """One of its facts."""

    proposal_id: UUID
    fact: Fact
    state: ProposalState
    base: Value
    wanted: Value
    decided_at: datetime | None
    reason: RejectionReason | None
    data_key: bytes | None = field(repr=False)
    words: bytes | None = field(repr=False)


STORED: LiteralString = """
    SELECT q.id, q.provider_id, p.name AS provider_name, q.said_by, q.partner_id, a.name AS partner_name, q.state,
           q.proposed_at, q.data_key, q.words
      FROM listing_proposal q
      JOIN provider p ON p.id = q.provider_id
      LEFT JOIN partner a ON a.id = q.partner_id"""
STORED_FACT: LiteralString = "proposal_id, fact, state, base, wanted, decided_at, reason, data_key, words"


async def waiting(
    tx: Tx,
    vault: Vault,
    staff: Staff,
    states: Sequence[ProposalState],
    *,
    before: datetime | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Proposals:
    """Proposals that stand so and were made before a moment, the oldest first; an audit row for each that is shown.

    Raises ValidationFailed.
    """
    window = cursors.window(ORDER, datetime, first=first, after=after)
    rows = await many(
        tx,
        Stored,
        f"""{STORED}
            WHERE q.state = ANY($1::text[]) AND ($2::timestamptz IS NULL OR q.proposed_at < $2)
              AND ($3::timestamptz IS NULL OR (q.proposed_at, q.id) > ($3, $4::uuid))
            ORDER BY q.proposed_at, q.id
            LIMIT $5""",
        [state.value for state in states],
        before,
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    shown = cursors.in_order(window, rows)
    await audit.record_each(
        tx, actor=staff.kind, actor_id=staff.id, act="proposal_read", subject_ids=[each.id for each in shown]
    )
    return Proposals(
        found=await opened(tx, vault, shown),
        cursors=tuple(cursors.written(ORDER, each.proposed_at, each.id) for each in shown),
        page=cursors.page_of(window, len(rows)),
    )


async def of_partner(
    at: Reader, vault: Vault, partner: UUID, *, first: int | None = None, after: str | None = None
) -> Proposals:
    """What a partner has proposed, the newest first. Raises ValidationFailed."""
    window = cursors.window(OWN_ORDER, datetime, first=first, after=after)
    rows = await many(
        at,
        Stored,
        f"""{STORED}
            WHERE q.partner_id = $1 AND ($2::timestamptz IS NULL OR (q.proposed_at, q.id) < ($2, $3::uuid))
            ORDER BY q.proposed_at DESC, q.id DESC
            LIMIT $4""",
        partner,
        window.mark.key if window.mark else None,
        window.mark.id if window.mark else None,
        window.size + 1,
    )
    shown = cursors.in_order(window, rows)
    return Proposals(
        found=await opened(at, vault, shown),
        cursors=tuple(cursors.written(OWN_ORDER, each.proposed_at, each.id) for each in shown),
        page=cursors.page_of(window, len(rows)),
    )


async def proposal(at: Reader, vault: Vault, id: UUID) -> Proposal | None:
    """One proposal; None where there is none."""
    stored = await one(at, Stored, f"{STORED} WHERE q.id = $1", id)
    return None if stored is None else (await opened(at, vault, (stored,)))[0]


async def opened(at: Reader, vault: Vault, stored: Sequence[Stored]) -> tuple[Proposal, ...]:
    rows = await many(
        at,
        StoredFact,
        f"SELECT {STORED_FACT} FROM proposed_fact WHERE proposal_id = ANY($1::uuid[])",
        [each.id for each in stored],
    )
    listings = await saying.now(at, list({each.provider_id for each in stored}))
    order = list(Fact)
    found: dict[UUID, list[StoredFact]] = {}
    for row in sorted(rows, key=lambda row: order.index(row.fact)):
        found.setdefault(row.proposal_id, []).append(row)
    return tuple(
        Proposal(
            id=each.id,
            provider_id=each.provider_id,
            provider_name=each.provider_name,
            said_by=each.said_by,
            partner_name=each.partner_name,
            state=each.state,
            proposed_at=each.proposed_at,
            facts=tuple(compared(vault, row, listings[each.provider_id]) for row in found.get(each.id, ())),
            words=words_of(vault, each.id, each.data_key, each.words, "words"),
        )
        for each in stored
    )


def compared(vault: Vault, row: StoredFact, listing: Saying) -> ProposedFact:
    listed = listing.value(row.fact) if listing.may_say(row.fact) else None
    is_open = row.state is ProposalState.OPEN
    return ProposedFact(
        fact=row.fact,
        state=row.state,
        base=row.base,
        listed=listed,
        wanted=row.wanted,
        is_changed=is_open and not is_unchanged(row.fact, listed, row.base, row.wanted),
        others=listing.touches(row.fact, row.wanted) if is_open else 0,
        decided_at=row.decided_at,
        reason=row.reason,
        answer=words_of(vault, row.proposal_id, row.data_key, row.words, row.fact.value),
    )


def is_unchanged(fact: Fact, listed: Value, base: Value, wanted: Value) -> bool:
    """Whether the listing still says what it was proposed against, or what is wanted already."""
    if listed is None and fact is Fact.PLACE:
        return False
    return listed == base or facts.is_agreed(fact, listed, wanted)


def words_of(vault: Vault, id: UUID, key: bytes | None, words: bytes | None, name: str) -> str | None:
    if key is None or words is None:
        return None
    return unseal(vault.unwrap(id, key, table=TABLE), words, table=TABLE, row=id, name=name).decode()
