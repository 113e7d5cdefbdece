"""A request was corrected: offers that no longer fit are recalled, a yes stands, and the search goes on."""

from datetime import datetime

from referral.foundation import outbox
from referral.foundation.actors import ActorKind
from referral.foundation.db import Tx
from referral.foundation.outbox import JobKind
from referral.foundation.vault import Vault
from referral.intake import amending, requests
from referral.intake.amending import Changes
from referral.intake.form import LookedUp
from referral.intake.requests import HelpRequest
from referral.intake.words import HelpRequestStatus
from referral.matching import finding
from referral.matching.answers import Rule, RuleAnswer
from referral.matching.pair import Need
from referral.matching.verdicts import NOTHING_RELAXED
from referral.referrals import effects, needs, offers, states, steps
from referral.referrals.offers import THE_SYSTEM
from referral.referrals.reading import Referral, of_request
from referral.referrals.words import ReferralStatus


async def amend(
    tx: Tx,
    vault: Vault,
    receipt: str,
    changes: Changes,
    found: LookedUp,
    *,
    relaxed: frozenset[str] = NOTHING_RELAXED,
    now: datetime,
) -> HelpRequest:
    """Change the request of this receipt, and do what follows from it.

    Raises NotFound, Conflict for one that is closed, and ValidationFailed with every problem there is.
    """
    amended = await amending.amend(tx, vault, receipt, changes, found, now=now)
    if not amended.changed:
        return amended.request
    request = amended.request
    await recall_what_fits_no_longer(tx, vault, request, relaxed=relaxed, now=now)
    if request.status in {HelpRequestStatus.OFFERED, HelpRequestStatus.MATCHING}:
        await offers.go_on(tx, request.id, now=now)
    else:
        await outbox.put(tx, JobKind.MATCH, request.id)
    return requests.with_key(await requests.request(tx, request.id), request.key) or request


async def recall_what_fits_no_longer(
    tx: Tx, vault: Vault, request: HelpRequest, *, relaxed: frozenset[str], now: datetime
) -> None:
    """Recall each open offer that would not be made now, or that serves nothing still asked for."""
    whole = await finding.need_of(tx, vault, request, now=now)
    ended: list[Referral] = []
    for offer in await of_request(tx, request.id):
        if offer.status in states.OPEN and not await still_fits(tx, whole, offer, relaxed=relaxed, now=now):
            recalled = await steps.move(
                tx, offer.id, ReferralStatus.RECALLED, states.OPEN, THE_SYSTEM, not_again_for=effects.AT_ONCE
            )
            if recalled is not None:
                await requests.record(tx, request.id, "recalled", ActorKind.SYSTEM, at=now, subject_id=offer.id)
                ended.append(recalled)
    await offers.settle(tx, ended)


# That its provider has been asked, and has no room left, is so because of this very offer.
ITS_OWN_DOING = frozenset({Rule.EXCLUDED, Rule.ACCEPTING})


async def still_fits(
    tx: Tx, whole: Need, offer: Referral, *, relaxed: frozenset[str] = NOTHING_RELAXED, now: datetime
) -> bool:
    """Whether a machine would still make the offer. What staff chose, they chose knowing the rules: consent counts."""
    wanted = [one for one in whole.help_types if one in offer.needs]
    if not wanted:
        return False
    verdict = await finding.verdict(tx, needs.looking_for(whole, wanted[0], wanted), offer.provider_id, now=now)
    if verdict is None:
        return False
    against = {one.rule for one in verdict.results if one.answer is RuleAnswer.FAIL}
    if offer.offered_by is not ActorKind.SYSTEM:
        return Rule.CONSENT not in against
    doubted = {one.rule for one in verdict.results if one.answer is RuleAnswer.UNKNOWN}
    return against | {rule for rule in doubted if rule.value not in relaxed} <= ITS_OWN_DOING
