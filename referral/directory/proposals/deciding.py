"""Staff decide what becomes of a proposal: all of it or some, with a reason for a no. The first one decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from referral.directory import history
from referral.directory.facts import Fact
from referral.directory.lists import overriding, saying
from referral.directory.lists.overriding import Agreed, ImportRunning
from referral.directory.lists.saying import Saying
from referral.directory.proposals import proposing
from referral.directory.proposals.proposed import Proposal, ProposedFact, proposal
from referral.directory.proposals.proposing import LONGEST_NOTE, TABLE
from referral.directory.proposals.usable import wrong_ages
from referral.directory.words import ProposalState, RejectionReason, SaidBy
from referral.foundation import audit
from referral.foundation.actors import Staff
from referral.foundation.db import Tx, execute, value
from referral.foundation.errors import Conflict, NotFound, ValidationFailed, problem
from referral.foundation.vault import Kept, Vault, seal


class AlreadyDecided(Conflict):
    """Somebody else has decided it."""

    code = "ALREADY_DECIDED"


class ChangedSince(Conflict):
    """The listing says something else than when it was proposed; `facts` are those that must be confirmed."""

    code = "CHANGED_SINCE"

    def __init__(self, facts: tuple[ProposedFact, ...]) -> None:
        self.facts = facts
        super().__init__("The listing has changed since this was proposed. Look at both, then confirm.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided. No `facts`: all that are open."""

    proposal: UUID
    facts: frozenset[Fact] | None = None


async def approve(
    tx: Tx,
    vault: Vault,
    staff: Staff,
    decision: Decision,
    *,
    confirmed: Collection[Fact] = (),
    now: datetime,
) -> None:
    """The listing says so from now on, whatever its list goes on saying.

    Raises NotFound, AlreadyDecided, ImportRunning, and ChangedSince where a fact is listed otherwise than it was when
    it was proposed, unless it is `confirmed`.
    """
    if not await saying.alone(tx):
        raise ImportRunning("A list is being imported. Try again when it is done.")
    found, chosen = await locked(tx, vault, decision)
    changed = tuple(one for one in chosen if one.is_changed and one.fact not in confirmed)
    if changed:
        raise ChangedSince(changed)
    listing = (await saying.now(tx, [found.provider_id]))[found.provider_id]
    writable(listing, chosen)
    await history.on_word_of(tx, f"{told(found)}, approved by staff: proposal {found.id}")
    await overriding.agree(
        tx,
        listing,
        [
            Agreed(fact=one.fact, wanted=one.wanted, said_by=found.said_by, at=now, proposal_id=found.id)
            for one in chosen
        ],
    )
    await execute(
        tx,
        """UPDATE proposed_fact SET state = 'approved', decided_at = $3, decided_by = $4
            WHERE proposal_id = $1 AND fact = ANY($2::text[])""",
        found.id,
        [one.fact.value for one in chosen],
        now,
        staff.id,
    )
    await proposing.settle(tx, [found.id])
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="proposal_approved", subject_id=found.id)


async def reject(
    tx: Tx,
    vault: Vault,
    staff: Staff,
    decision: Decision,
    reason: RejectionReason,
    *,
    words: str | None = None,
    now: datetime,
) -> None:
    """The listing stays as it is; the proposer reads why. Raises NotFound, AlreadyDecided, ValidationFailed."""
    note = (words or "").strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise ValidationFailed([problem("note", "TOO_LONG", f"Write at most {LONGEST_NOTE} characters.")])
    found, chosen = await locked(tx, vault, decision)
    for one in chosen:
        key, wrapped = vault.new_key(found.id, table=TABLE, kept=Kept.WORDS, now=now) if note else (None, None)
        await execute(
            tx,
            """UPDATE proposed_fact
                  SET state = 'rejected', decided_at = $3, decided_by = $4, reason = $5, data_key = $6, words = $7
                WHERE proposal_id = $1 AND fact = $2""",
            found.id,
            one.fact.value,
            now,
            staff.id,
            reason.value,
            wrapped,
            seal(key, note.encode(), table=TABLE, row=found.id, name=one.fact.value) if key else None,
        )
    await proposing.settle(tx, [found.id])
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="proposal_rejected", subject_id=found.id)


async def locked(tx: Tx, vault: Vault, decision: Decision) -> tuple[Proposal, list[ProposedFact]]:
    """The proposal, held until the end of the transaction, and the facts of it that are decided.

    Locked like a new proposal of the listing, which may supersede it: the listing first.
    """
    listing = await value(tx, "SELECT provider_id FROM listing_proposal WHERE id = $1", decision.proposal)
    await execute(tx, "SELECT FROM provider WHERE id = $1 FOR NO KEY UPDATE", listing)
    found = await proposal(tx, vault, decision.proposal)
    if found is None:
        raise NotFound("There is no such proposal.")
    wanted = decision.facts
    chosen = [one for one in found.facts if wanted is None or one.fact in wanted]
    if wanted is not None and (not wanted or len(chosen) < len(wanted)):
        raise ValidationFailed([problem("facts", "UNKNOWN", "Name facts of this proposal, or leave it out.")])
    still_open = [one for one in chosen if one.state is ProposalState.OPEN]
    if not still_open or (wanted is not None and len(still_open) < len(chosen)):
        raise AlreadyDecided("Somebody has decided this already, or the proposer has said something newer.")
    return found, still_open


def writable(listing: Saying, chosen: list[ProposedFact]) -> None:
    """What has become of the listing since it was proposed may stand in the way."""
    if listing.is_merged:
        raise Conflict("This listing was merged into another one since.")
    for one in chosen:
        if not listing.may_say(one.fact):
            raise Conflict(f"The place of this listing is not shown: {one.fact.value} is not kept.")
    said = {one.fact: one.wanted for one in chosen}
    if wrong_ages(*(said.get(fact, listing.value(fact)) for fact in (Fact.MINIMUM_AGE, Fact.MAXIMUM_AGE))):
        raise Conflict("The maximum age would be below the minimum age.")


def told(found: Proposal) -> str:
    return f"partner: {found.partner_name}" if found.said_by is SaidBy.PARTNER else "the provider"
