"""Colleagues, the machine, providers and the person act on the same requests at the same moment: nothing hangs."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any
from uuid import uuid4

import given
from referrals_given import answered, placed, someone
from triage_given import claim, colleague, release

from referral.edges import worker
from referral.edges.house import House
from referral.foundation.actors import Staff, StaffRole
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import Refused
from referral.intake.requests import HelpRequest
from referral.intake.words import CloseReason
from referral.referrals import reading
from referral.referrals.words import DeclineReason, ReferralAnswer
from referral.triage import staff, triage
from referral.triage.states import TriageStep
from referral.triage.triage import Triage


async def shut(house: House, who: Staff) -> None:
    async with house.database.transaction() as tx:
        await staff.disable(tx, who.email, now=now())


async def decide(house: House, who: Staff, request: HelpRequest, step: TriageStep) -> None:
    reason = CloseReason.UNREACHABLE if step is TriageStep.CLOSE else None
    act = Triage(request_id=request.id, idempotency_key=str(uuid4()), step=step, close_reason=reason)
    async with house.database.transaction() as tx:
        await triage.triage(tx, house.vault, who, act, now=now())


async def answer(house: House, request: HelpRequest, reply: ReferralAnswer) -> None:
    for referral in await reading.of_request(house.database.reader, request.id):
        await answered(house, referral.id, reply, reason=DeclineReason.OTHER, words="Which court?")


async def tried(step: Coroutine[Any, Any, Any]) -> None:
    """A refusal is an answer; a deadlock, a timeout or a broken rule of the database is not."""
    try:
        await step
    except Refused:
        return


async def test_no_account_that_is_shut_keeps_a_request_however_the_moments_fall(house: House) -> None:
    requests = [await someone(house) for _ in range(12)]
    for round_ in range(3):
        anna = await colleague(house, f"anna{round_}")
        claims = [tried(claim(house, anna, request.id)) for request in requests]
        await asyncio.gather(*claims[:6], tried(shut(house, anna)), *claims[6:])
        await worker.work_off(house)
        assert await value(house.database.reader, "SELECT count(*) FROM request_claim") == 0


async def test_whatever_happens_at_once_places_add_up_and_what_is_closed_is_in_nobodys_hands(house: House) -> None:
    dice = Random(3)  # noqa: S311 - not for secrets
    for number in range(3):
        await given.office(house.database, name=f"Office {number}", places=4)
    team = [await colleague(house), await colleague(house, "chief", StaffRole.SUPERVISOR)]
    requests = [await someone(house) for _ in range(10)]
    for round_ in range(8):
        decisions = list(TriageStep) if round_ % 3 == 2 else [TriageStep.HAND_BACK, TriageStep.REOPEN]
        steps: list[Coroutine[Any, Any, Any]] = []
        for request in requests:
            who = dice.choice(team)
            steps += [
                claim(house, who, request.id, reason=dice.choice([None, "A synthetic reason."])),
                release(house, dice.choice(team), request.id),
                placed(house, request),
                answer(house, request, dice.choice(list(ReferralAnswer))),
                decide(house, who, request, dice.choice(decisions)),
            ]
        dice.shuffle(steps)
        await asyncio.gather(*(tried(step) for step in steps))
        await worker.work_off(house)
    wrong = await value(
        house.database.reader,
        """
        SELECT count(*)
          FROM capacity c,
               LATERAL (SELECT count(*) FILTER
                               (WHERE r.holds AND r.status IN ('offered', 'viewed', 'more_info')) AS held,
                               count(*) FILTER (WHERE r.status IN ('accepted', 'in_progress')) AS taken
                          FROM referral r WHERE r.capacity_id = c.id) AS counted
         WHERE c.held <> counted.held OR c.taken <> counted.taken""",
    )
    assert wrong == 0
    assert await value(house.database.reader, "SELECT count(*) FROM referral_event") > 20, "something must happen"
    closed = "SELECT count(*) FROM request_claim JOIN help_request h ON h.id = request_id WHERE h.status = 'closed'"
    assert await value(house.database.reader, closed) == 0
    parked = "SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL OR attempts > 1"
    assert await value(house.database.reader, parked) == 0
