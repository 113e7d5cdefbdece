"""To whom is a request offered next? To the best provider that a machine may ask; if there is none, to a person."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from referral.foundation import outbox
from referral.foundation.db import Reader, Tx, attempt, value
from referral.foundation.errors import Conflict, NoCapacity
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import HelpType
from referral.intake import claims, requests
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus, UrgencyLevel
from referral.matching import finding, rules, tables
from referral.matching.answers import Room
from referral.matching.pair import Need
from referral.matching.verdicts import NOTHING_RELAXED, Verdict
from referral.referrals import needs, offers, states
from referral.referrals.offers import THE_SYSTEM, Terms
from referral.referrals.reading import Referral, of_request

# After so many offers a person looks: something about the request is not what it seems.
MOST_OFFERS = 8
# Whoever is in the gravest danger is offered to two organizations at once; the first yes wins.
OFFERS_AT_ONCE = {UrgencyLevel.CRITICAL: 2}
# Nobody of these waits for a plan.
AT_ONCE = frozenset({UrgencyLevel.CRITICAL, UrgencyLevel.URGENT})
PLANNED_FOR = frozenset({HelpRequestStatus.SUBMITTED, HelpRequestStatus.MATCHING})
NEEDED_TO_OFFER = frozenset({ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY})
ROOM_TO_COME = frozenset({Room.OPEN, Room.FULL})
# After a yes too: another need may still be without anybody.
LOOKING = frozenset(
    {
        HelpRequestStatus.SUBMITTED,
        HelpRequestStatus.MATCHING,
        HelpRequestStatus.OFFERED,
        HelpRequestStatus.REFERRED,
        HelpRequestStatus.IN_SERVICE,
    }
)


async def offer_best(
    tx: Tx,
    vault: Vault,
    request_id: UUID,
    *,
    now: datetime,
    relaxed: frozenset[str] = NOTHING_RELAXED,
    calm_wait: bool = False,
) -> Referral | None:
    """Offer a waiting request to the best provider that may be asked by machine; nobody left is a person's work.

    Each need is looked for by itself, the first need first. One offer in each transaction: two would lock two counts in
    the order of this person's list, and someone else's list has another order. A request that needs another offer is
    put back. Where `calm_wait`, whoever is not urgent and can be offered by machine waits for the plan of all.
    """
    request = await requests.locked(tx, request_id)
    if request is None or not request.is_live or request.status not in LOOKING or request.quarantined is not None:
        return None
    asked = await of_request(tx, request_id)
    without_anybody = needs.unmet(request.help_types, asked)
    if not without_anybody:
        return None
    if await claims.is_held(tx, request_id):  # a person has it in hand: what comes back goes to them
        if not any(one.status in states.OPEN for one in asked) and not await told_already(tx, request_id):
            await offers.leave_to_a_person(tx, request_id, now=now)
        return None
    whole = await finding.need_of(tx, vault, request, now=now)
    first = needs.looking_for(whole, without_anybody[0], without_anybody)
    if calm_wait and await waits_for_the_plan(tx, request, first, asked, now=now):
        return None
    return await for_each_need(tx, request, whole, asked, without_anybody, relaxed, now)


async def waits_for_the_plan(
    at: Reader, request: HelpRequest, need: Need, asked: list[Referral], *, now: datetime
) -> bool:
    """Whether a plan will see to it: it is calm, in nobody's hands, and for somebody there is no doubt about, full or
    not. Anybody else is offered at once, or is a person's work at once.
    """
    if need.urgency in AT_ONCE or request.status not in PLANNED_FOR or any(one.status in states.LIVE for one in asked):
        return False
    if (
        needs.asked_for(need.help_types[0], asked) >= MOST_OFFERS
        or ConsentScope.MATCH_AUTOMATICALLY not in need.consents
    ):
        return False
    return bool(await finding.ranked(at, need, now=now, first=1, counts=may_have_a_place))


def is_left_to_the_plan(status: HelpRequestStatus, level: UrgencyLevel, consents: Collection[ConsentScope]) -> bool:
    """Whether a request of this kind waits for the plan of all, as far as the person's own side tells."""
    return status in PLANNED_FOR and level not in AT_ONCE and set(consents) >= NEEDED_TO_OFFER


def may_have_a_place(verdict: Verdict) -> bool:
    """Now or once one opens, without a person's look."""
    return not verdict.is_doubtful and verdict.room in ROOM_TO_COME and verdict.candidate.can_be_told


async def for_each_need(
    tx: Tx,
    request: HelpRequest,
    whole: Need,
    asked: list[Referral],
    without_anybody: tuple[HelpType, ...],
    relaxed: frozenset[str],
    now: datetime,
) -> Referral | None:
    """The first offer that can be made for a need without anybody; a person looks where one is left alone."""
    left_alone = False
    for wanted in without_anybody:
        waiting = needs.open_for(wanted, asked)
        lacking = OFFERS_AT_ONCE.get(whole.urgency, 1) - len(waiting)
        if lacking <= 0:
            continue
        made = None
        if needs.asked_for(wanted, asked) < MOST_OFFERS and ConsentScope.MATCH_AUTOMATICALLY in whole.consents:
            need = needs.looking_for(whole, wanted, without_anybody)
            besides = {one.organization_id for one in waiting}
            made = await first_that_takes(tx, request, need, besides, relaxed, now)
        if made is not None:
            if lacking > 1 or len(without_anybody) > 1:
                await outbox.put(tx, JobKind.MATCH, request.id)
            return made
        left_alone = left_alone or not waiting
    if left_alone and not await told_already(tx, request.id):
        await offers.leave_to_a_person(tx, request.id, now=now)
    return None


async def first_that_takes(
    tx: Tx, request: HelpRequest, need: Need, besides: set[UUID], relaxed: frozenset[str], now: datetime
) -> Referral | None:
    """Down the list until someone has a place left; whoever gave away the last one a moment ago is passed over.

    So is whoever would never hear of the offer: the person would wait for nothing until it runs out.
    """

    def may_be_asked(verdict: Verdict) -> bool:
        told = verdict.is_offerable and verdict.candidate.can_be_told
        return told and verdict.candidate.organization_id not in besides

    for verdict in await finding.ranked(tx, need, now=now, relaxed=relaxed, counts=may_be_asked):
        try:
            async with attempt(tx):
                return await offers.offer(tx, request, terms(need, verdict), THE_SYSTEM, now=now)
        except (NoCapacity, Conflict):
            continue
    return None


def terms(need: Need, verdict: Verdict) -> Terms:
    """The offer that a verdict leads to."""
    return Terms(
        needs=needs.served(need, verdict.candidate.help_types),
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


async def told_already(at: Reader, request_id: UUID) -> bool:
    """Whether a person was asked to look since the last offer; once is enough while a yes to another need stands."""
    return await value(
        at,
        """
        SELECT EXISTS (SELECT FROM help_request
                        WHERE id = $1 AND status IN ('referred', 'in_service'))
           AND EXISTS (SELECT FROM request_event
                        WHERE request_id = $1 AND kind = 'needs_person'
                          AND at >= (SELECT max(offered_at) FROM referral WHERE request_id = $1))""",
        request_id,
    )
