"""What makes a fresh directory a living one: fictional statements of openness, and fictional requests.

Everything says that it is synthetic. Offices are real, so no letter may reach them: every address ends in .invalid,
which no mail system delivers to (RFC 2606).
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import LiteralString
from uuid import UUID

from referral.directory import capacity, providers
from referral.directory.capacity import Count, Statement
from referral.directory.words import CapacityUnit, Openness
from referral.edges import worker
from referral.edges.house import House
from referral.edges.lookups import Near, looked_up
from referral.foundation.actors import ActorKind, Visitor
from referral.foundation.clock import now
from referral.foundation.db import Reader, many, value
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import submitting
from referral.intake.form import Answers, Person, SafeContact
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    ContactChannel,
    Representation,
    UrgencyCriterion,
)
from referral.referrals import answering, reading
from referral.referrals.notes import By
from referral.referrals.words import DeclineReason, ReferralAnswer, ReferralStatus

Progress = Callable[[str, int, int], None]

LANGUAGE_MIX = Path(__file__).resolve().parents[2] / "data" / "reference" / "us_court_language_mix.csv"
STATED_BY = "demo (synthetic)"
OFFICES = 40
MOST_PLACES = 8
REQUESTS = 60
ANSWERED = 14  # so that the queue shows every stage
SEED = 2026

# How open the chosen offices are said to be, in turn.
OPENNESS = (
    Openness.OPEN, Openness.OPEN, Openness.LIMITED, Openness.OPEN, Openness.WAITLIST, Openness.OPEN, Openness.CLOSED,
    Openness.OPEN, Openness.ASSESSMENT_NEEDED, Openness.OPEN,
)  # fmt: skip
PLACES = (
    "Brownsville TX", "El Paso TX", "San Ysidro", "Los Angeles CA", "Houston TX", "New York NY", "Miami FL",
    "Matamoros, Tamps", "Ciudad Juárez", "Tijuana", "San Antonio TX", "Chicago IL", "Newark NJ", "Dallas TX",
    "Boston MA", "Reynosa, Tamps", "San Diego CA", "Atlanta GA", "Tapachula", "San Francisco CA",
)  # fmt: skip
POSTURES = (
    CasePosture.IN_REMOVAL_PROCEEDINGS, CasePosture.IN_REMOVAL_PROCEEDINGS, CasePosture.AFFIRMATIVE_PENDING,
    CasePosture.UNKNOWN, CasePosture.PAROLE_OR_RELEASED, CasePosture.DETAINED_ICE, CasePosture.FEAR_INTERVIEW_PENDING,
)  # fmt: skip
CIRCUMSTANCES = (
    (), (), (), (UrgencyCriterion.NO_SHELTER_TONIGHT,), (UrgencyCriterion.HEARING_WITHIN_60D,),
    (UrgencyCriterion.TORTURE_SURVIVOR,), (UrgencyCriterion.PREGNANCY_OR_NEWBORN,),
    (UrgencyCriterion.IMMEDIATE_DANGER_TO_LIFE,), (UrgencyCriterion.HEARING_WITHIN_14D,),
)  # fmt: skip
HELP = (
    (HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_ASYLUM,), (HelpType.LEGAL_REMOVAL_DEFENSE, HelpType.LEGAL_ASYLUM),
    (HelpType.LEGAL_DETENTION_BOND,), (HelpType.LEGAL_ASYLUM, HelpType.HUM_SHELTER),
)  # fmt: skip
SHARING = (ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A real listing for fictional statements; `is_due` where it needs one."""

    id: UUID
    is_due: bool


# Offices that name Spanish come first, so that the demonstration has someone whom a machine may ask. What a visitor
# has stated for an office since stays; a statement of ours is due again when it ages, or when its places run out.
CHOSEN: LiteralString = """
    SELECT l.id,
           p.openness_stated_by IS NULL
           OR (p.openness_stated_by = $2
               AND (p.openness_expires_at < now() + interval '2 days'
                    OR (p.openness <> 'closed'
                        AND NOT EXISTS (SELECT FROM capacity c
                                         WHERE c.provider_id = l.id AND c.stated - c.taken - c.held > 1)))) AS is_due
      FROM listing l
      JOIN provider p ON p.id = l.id
     WHERE l.point IS NOT NULL
     ORDER BY NOT EXISTS (SELECT FROM language_offered g
                           WHERE (g.service_id = l.service_id OR g.location_id = l.location_id) AND g.tag = 'es'),
              md5(l.id::text)
     LIMIT $1"""


async def belongs_to_others(at: Reader) -> bool:
    """Whether this database does real work: it has requests or answers of providers, and was never a demonstration."""
    return await value(
        at,
        """
        SELECT NOT EXISTS (SELECT FROM provider WHERE openness_stated_by = $1)
               AND (EXISTS (SELECT FROM help_request)
                    OR EXISTS (SELECT FROM provider
                                WHERE openness_stated_by IS NOT NULL OR referral_email IS NOT NULL))""",
        STATED_BY,
    )


async def lay(house: House, progress: Progress) -> None:
    """Lay the overlay over the directory. A second time only statements that age or run out are made anew."""
    await state_openness(house, progress)
    if await value(house.database.reader, "SELECT count(*) FROM help_request") >= REQUESTS:
        return
    await ask_for_help(house, progress)
    await worker.work_off(house)
    await answer_some(house)
    await worker.work_off(house)


async def state_openness(house: House, progress: Progress) -> None:
    """Fictional statements for real offices, where one is due."""
    chosen = await many(house.database.reader, Office, CHOSEN, OFFICES, STATED_BY)
    due = [(number, office) for number, office in enumerate(chosen, start=1) if office.is_due]
    async with house.database.transaction() as tx:
        for done, (number, office) in enumerate(due, start=1):
            await capacity.state(tx, office.id, fictional_statement(number), by=STATED_BY, now=now())
            await providers.set_referral_email(tx, office.id, f"office-{str(office.id)[:8]}@demo.invalid")
            progress("fictional statements", done, len(due))


def fictional_statement(number: int) -> Statement:
    openness = OPENNESS[number % len(OPENNESS)]
    free = Random(SEED + number).randint(2, 6) if openness is not Openness.CLOSED else 0  # noqa: S311 - the same everywhere
    return Statement(
        openness=openness, counts=(Count(unit=CapacityUnit.FULL_CASES, available=free, maximum=MOST_PLACES),)
    )


async def ask_for_help(house: House, progress: Progress) -> None:
    """Fictional people ask, through the same door as anyone."""
    chance = Random(SEED)  # noqa: S311 - a demonstration that is the same everywhere
    tags, weights = language_mix()
    for number in range(1, REQUESTS + 1):
        language = chance.choices(tags, weights)[0]
        answers = fictional(number, language, chance)
        found = await looked_up(house, answers, Near(text=PLACES[number % len(PLACES)]))
        async with house.database.transaction() as tx:
            await submitting.submit(tx, house.vault, Visitor(), answers, found, now=now())
        progress("fictional requests", number, REQUESTS)


def fictional(number: int, language: str, chance: Random) -> Answers:
    is_child = chance.random() < 0.1
    posture = CasePosture.ORR_CUSTODY if is_child else chance.choice(POSTURES)
    consents = (ConsentScope.STORE_REQUEST, *SHARING) if chance.random() < 0.85 else (ConsentScope.STORE_REQUEST,)
    return Answers(
        idempotency_key=f"demo-request-{number}",
        representation=chance.choice((Representation.NONE, Representation.NONE, Representation.HAD_BEFORE)),
        can_afford=chance.choice((CanAfford.NO, CanAfford.NO, CanAfford.PARTLY)),
        help_types=chance.choice(HELP),
        claims=(ProtectionClaim.ASYLUM,),
        posture=posture,
        languages=(language, "en") if chance.random() < 0.2 and language != "en" else (language,),
        age=AgeBand.UNDER_18 if is_child else AgeBand.ADULT,
        circumstances=chance.choice(CIRCUMSTANCES),
        person=Person(
            name=f"Synthetic Person {number}",
            contacts=(SafeContact(channel=ContactChannel.PHONE, value=f"+1 555 0100 {number:03d}"),),
            note="Synthetic request, made by the demo.",
        ),
        consents=consents,
        ui_language=language,
    )


def language_mix() -> tuple[list[str], list[float]]:
    """Languages of people before US immigration courts and their shares, from the shipped table."""
    with LANGUAGE_MIX.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["code"] and float(row["share_fy2023_pct"] or 0) > 0]
    return [row["code"] for row in rows], [float(row["share_fy2023_pct"]) for row in rows]


async def answer_some(house: House) -> None:
    """Providers answer some of the offers: most say yes, some no, one has a question."""
    for number, id in enumerate(await open_offers(house.database.reader)):
        reply, reason, words = replies(number)
        async with house.database.transaction() as tx:
            await answering.answer(
                tx,
                house.vault,
                id,
                reply,
                By(kind=ActorKind.PROVIDER_STAFF),
                reason=reason,
                words=words,
                now=now(),
            )


def replies(number: int) -> tuple[ReferralAnswer, DeclineReason | None, str | None]:
    if number % 7 == 3:
        return ReferralAnswer.DECLINE, DeclineReason.DEADLINE_TOO_CLOSE, None
    if number % 7 == 5:
        return ReferralAnswer.ASK, None, "Synthetic question: is there a hearing date?"
    return ReferralAnswer.ACCEPT, None, None


async def open_offers(at: Reader) -> Sequence[UUID]:
    rows = await many(
        at,
        reading.Referral,
        f"SELECT {reading.REFERRAL} FROM referral WHERE status = $1 ORDER BY offered_at, id LIMIT $2",
        ReferralStatus.OFFERED.value,
        ANSWERED,
    )
    # One answer for each request: the first yes recalls the other offer.
    return [row.id for row in {row.request_id: row for row in rows}.values()]
