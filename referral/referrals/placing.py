"""To whom is a request offered next? To the best provider that a machine may ask; if there is none, to a person."""

from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx, attempt
from referral.foundation.errors import Conflict, NoCapacity
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import HelpType
from referral.intake import claims, requests
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus, UrgencyLevel
from referral.matching import finding, rules, tables
from referral.matching.pair import Need
from referral.matching.ranking import NOTHING_RELAXED, Verdict
from referral.referrals import offers, states
from referral.referrals.offers import THE_SYSTEM, Terms
from referral.referrals.reading import Referral, of_request

# After so many offers a person looks: something about the request is not what it seems.
MOST_OFFERS = 8
# Whoever is in the gravest danger is offered to two organizations at once; the first yes wins.
OFFERS_AT_ONCE = {UrgencyLevel.CRITICAL: 2}
LOOKING = frozenset({HelpRequestStatus.SUBMITTED, HelpRequestStatus.MATCHING, HelpRequestStatus.OFFERED})


async def offer_best(
    tx: Tx, vault: Vault, request_id: UUID, *, now: datetime, relaxed: frozenset[str] = NOTHING_RELAXED
) -> Referral | None:
    """Offer a waiting request to the best provider that may be asked by machine; nobody left is a person's work.

    One offer in each transaction: two would lock two counts in the order of this person's list, and someone else's
    list has another order. A request that needs a second offer at once is put back.
    """
    request = await requests.locked(tx, request_id)
    if request is None or not request.is_live or request.status not in LOOKING:
        return None
    asked = await of_request(tx, request_id)
    if any(referral.shows_person for referral in asked):
        return None
    waiting = [referral for referral in asked if referral.status in states.OPEN]
    if await claims.is_held(tx, request_id):  # a person has it in hand: what comes back goes to them
        if not waiting:
            await ask_a_person(tx, request, now)
        return None
    need = await finding.need_of(tx, vault, request, now=now)
    wanted = OFFERS_AT_ONCE.get(need.urgency, 1) - len(waiting)
    if wanted <= 0:
        return None
    made = None
    if len(asked) < MOST_OFFERS and ConsentScope.MATCH_AUTOMATICALLY in need.consents:
        made = await first_that_takes(tx, request, need, {one.organization_id for one in waiting}, relaxed, now)
    if made is None and not waiting:
        await ask_a_person(tx, request, now)
    if made is not None and wanted > 1:
        await outbox.put(tx, JobKind.MATCH, request_id)
    return made


async def first_that_takes(
    tx: Tx, request: HelpRequest, need: Need, besides: set[UUID], relaxed: frozenset[str], now: datetime
) -> Referral | None:
    """Down the list until someone has a place left; whoever gave away the last one a moment ago is passed over.

    So is whoever would never hear of the offer: the person would wait for nothing until it runs out.
    """
    for verdict in await finding.ranked(tx, need, now=now, relaxed=relaxed):
        if not verdict.is_offerable or not verdict.candidate.can_be_told:
            continue
        if verdict.candidate.organization_id in besides:
            continue
        try:
            async with attempt(tx):
                return await offers.offer(tx, request, terms(need, verdict), THE_SYSTEM, now=now)
        except (NoCapacity, Conflict):
            continue
    return None


def terms(need: Need, verdict: Verdict) -> Terms:
    """The offer that a verdict leads to."""
    return Terms(
        provider_id=verdict.candidate.provider_id,
        organization_id=verdict.candidate.organization_id,
        help_type=help_offered(need, verdict),
        score=verdict.points,
        rules_version=tables.VERSION,
        lives=need.urgency.offer_lives,
    )


def help_offered(need: Need, verdict: Verdict) -> HelpType:
    """The kind of help that the provider would give; the one asked for where it states none."""
    offered, asked = verdict.candidate.help_types, need.help_types[0]
    return rules.best_help(asked, offered)[0] if offered else asked


async def ask_a_person(tx: Tx, request: HelpRequest, now: datetime) -> None:
    await requests.set_status(tx, request.id, HelpRequestStatus.IN_TRIAGE, now=now)
    await requests.record(tx, request.id, "needs_person", ActorKind.SYSTEM, at=now)
