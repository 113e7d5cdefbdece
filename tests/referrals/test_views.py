"""A provider sees facets until it says yes, and whoever opens a person is written down before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import given
import pytest
from given import terms
from referrals_given import HERE, PROVIDER, SOMEONE, answered, as_it_stands, offered, someone, submitted

from referral.edges.house import House
from referral.foundation.actors import ActorKind, StaffId
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.errors import NotFound
from referral.foundation.keys.refusals import KeyElsewhere
from referral.foundation.vault import Secret, Vault
from referral.foundation.vocabulary import CasePosture, HelpType
from referral.intake.access import Depth, NoAccess, Opened
from referral.intake.form import OnBehalf
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, HelpRequestStatus, Relationship, UrgencyCriterion
from referral.referrals import leaving, states, views
from referral.referrals.notes import By
from referral.referrals.reading import Referral, ReferralId
from referral.referrals.views import Beholder, RequestView, SeenPerson
from referral.referrals.words import ReferralAnswer, ReferralStatus

WHOLE = SeenPerson(name=SOMEONE.name, contacts=SOMEONE.contacts, note=SOMEONE.note, withheld=False)
STAFF = By(kind=ActorKind.INTAKE_STAFF, id=UUID(int=1))
ASKED = {ReferralStatus.PROPOSED, ReferralStatus.OFFERED, ReferralStatus.VIEWED, ReferralStatus.MORE_INFO}
ACCEPTED = {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS}
SECRET = (UrgencyCriterion.GBV_SURVIVOR, UrgencyCriterion.LGBTQ_AT_RISK, UrgencyCriterion.TORTURE_SURVIVOR)


def referral(request: HelpRequest, status: ReferralStatus) -> Referral:
    """An offer of this request that stands so."""
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    return Referral(
        id=ReferralId(uuid4()),
        request_id=request.id,
        provider_id=uuid4(),
        organization_id=uuid4(),
        help_type=HelpType.LEGAL_ASYLUM,
        needs=(HelpType.LEGAL_ASYLUM,),
        status=status,
        capacity_id=None,
        holds=False,
        offered_at=moment,
        expires_at=moment + timedelta(days=1),
        responded_at=None,
        decline_reason=None,
        outcome=None,
        offered_by=ActorKind.SYSTEM,
        score=500,
    )


async def seen(house: House, request: HelpRequest, status: ReferralStatus) -> RequestView:
    found = await views.for_provider(house.database.reader, house.vault, request, referral(request, status), now=now())
    assert found
    return found


async def audits(house: House) -> list[tuple[str, UUID | None, str, UUID]]:
    rows = await house.database.pool.fetch("SELECT actor, actor_id, act, subject_id FROM audit_event ORDER BY id")
    return [tuple(row) for row in rows]


async def opened(house: House, view: RequestView, by: By, depth: Depth | None = Depth.WHOLE) -> SeenPerson | None:
    """The person as somebody sees them; staff have been let into the case, as deep as is said."""
    async with house.database.transaction() as tx:
        return await views.person(tx, house.vault, view, by, opened=let_in(view, by, depth))


def let_in(view: RequestView, by: By, depth: Depth | None = Depth.WHOLE) -> Opened | None:
    return Opened(request_id=view.id, staff_id=StaffId(by.id), depth=depth) if by.id and depth else None


async def a_survivor(house: House) -> HelpRequest:
    """Someone of whom much could be told, and little may be."""
    return await someone(
        house,
        circumstances=(*SECRET, UrgencyCriterion.APPEAL_DEADLINE_WITHIN_10D),
        next_hearing_on=now().date() + timedelta(days=30),
        on_behalf=OnBehalf(relationship=Relationship.SHELTER, person_knows=True),
    )


# ---------------------------------------------------------------- who sees what
@pytest.mark.parametrize("status", sorted(ASKED))
async def test_before_its_yes_a_provider_sees_facets_and_deadlines_only(house: House, status: ReferralStatus) -> None:
    request = await a_survivor(house)
    view = await seen(house, request, status)
    assert (view.beholder, view.languages, view.help_types) == (
        Beholder.PROVIDER_ASKED,
        ("es",),
        (HelpType.LEGAL_ASYLUM,),
    )
    assert (view.country, view.state, view.place) == ("US", "TX", None)
    assert (view.posture, view.on_behalf, view.next_steps) == (CasePosture.UNKNOWN, None, ())
    assert set(view.urgency.criteria) == {
        UrgencyCriterion.APPEAL_DEADLINE_WITHIN_10D,
        UrgencyCriterion.HEARING_WITHIN_60D,
    }
    assert view.referral
    assert view.referral.status is status


@pytest.mark.parametrize("criterion", UrgencyCriterion)
async def test_what_happened_to_a_person_is_nobodys_before_a_yes(house: House, criterion: UrgencyCriterion) -> None:
    request = await someone(house, circumstances=(criterion,))
    shown = (await seen(house, request, ReferralStatus.OFFERED)).urgency.criteria
    assert set(shown) <= views.SHOWN_BEFORE_ACCEPTANCE
    told = {"survivor", "danger", "trafficking", "kidnapping", "lgbtq", "illness", "medical", "pregnancy"}
    assert not any(word in one.value for one in shown for word in told)


@pytest.mark.parametrize(
    ("posture", "shown"),
    [
        (CasePosture.DETAINED_ICE, CasePosture.DETAINED_ICE),
        (CasePosture.ORR_CUSTODY, CasePosture.ORR_CUSTODY),
        (CasePosture.ORDER_OF_REMOVAL, CasePosture.UNKNOWN),
        (CasePosture.WAITING_IN_MEXICO, CasePosture.UNKNOWN),
    ],
)
async def test_before_its_yes_a_provider_knows_whether_the_person_is_held_and_no_more_of_the_case(
    house: House, posture: CasePosture, shown: CasePosture
) -> None:
    view = await seen(house, await someone(house, posture=posture), ReferralStatus.OFFERED)
    assert view.posture is shown


@pytest.mark.parametrize("status", sorted(ACCEPTED))
async def test_after_its_yes_a_provider_sees_the_whole_request(house: House, status: ReferralStatus) -> None:
    request = await a_survivor(house)
    view = await seen(house, request, status)
    assert view.beholder is Beholder.PROVIDER_ACCEPTED
    assert (view.place, view.posture) == (HERE, CasePosture.IN_REMOVAL_PROCEEDINGS)
    assert set(SECRET) < set(view.urgency.criteria)
    assert view.on_behalf
    assert view.next_steps == ()  # they are the person's


@pytest.mark.parametrize("status", sorted(set(ReferralStatus) - states.LIVE))
async def test_once_an_offer_has_ended_a_provider_sees_nothing(house: House, status: ReferralStatus) -> None:
    request = await someone(house)
    assert (
        await views.for_provider(house.database.reader, house.vault, request, referral(request, status), now=now())
        is None
    )


@pytest.mark.parametrize("status", ReferralStatus)
async def test_of_an_erased_request_nobody_sees_anything(house: House, status: ReferralStatus) -> None:
    sent = await submitted(house)
    async with house.database.transaction() as tx:
        erased = await leaving.withdraw(tx, house.vault, sent.receipt, erase=True, now=now())
    assert (
        await views.for_provider(house.database.reader, house.vault, erased, referral(erased, status), now=now())
        is None
    )
    with pytest.raises(NotFound):
        await views.for_requester(house.database.reader, house.vault, erased, now=now())
    with pytest.raises(NotFound):
        views.for_staff(house.vault, erased, now=now())


async def test_the_person_and_staff_see_what_was_given(house: House) -> None:
    request = await a_survivor(house)
    theirs = await views.for_requester(house.database.reader, house.vault, request, now=now())
    ours = views.for_staff(house.vault, request, now=now())
    for view, beholder in ((theirs, Beholder.REQUESTER), (ours, Beholder.STAFF)):
        assert (view.beholder, view.place, view.posture) == (beholder, HERE, CasePosture.IN_REMOVAL_PROCEEDINGS)
        assert set(SECRET) < set(view.urgency.criteria)
        assert view.next_steps


async def test_urgency_is_as_it_stands_now_and_due_from_when_it_was_asked(house: House) -> None:
    request = await someone(house, next_hearing_on=now().date() + timedelta(days=30))
    later = views.for_staff(house.vault, request, now=now() + timedelta(days=20))
    assert later.urgency.criteria[0] is UrgencyCriterion.HEARING_WITHIN_14D
    assert later.urgency.respond_by == request.created_at + timedelta(hours=72)


# ---------------------------------------------------------------- the person
async def test_the_person_reads_themselves_and_nobody_writes_that_down(house: House) -> None:
    view = await views.for_requester(house.database.reader, house.vault, await someone(house), now=now())
    assert await opened(house, view, By(kind=ActorKind.REQUESTER)) == WHOLE
    assert await audits(house) == []


async def test_staff_who_open_a_person_are_written_down_each_time(house: House) -> None:
    request = await someone(house)
    view = views.for_staff(house.vault, request, now=now())
    for _ in range(2):
        assert await opened(house, view, STAFF) == WHOLE
    assert await audits(house) == [("intake_staff", STAFF.id, "person_read", request.id)] * 2


@pytest.mark.parametrize("status", sorted(ASKED))
async def test_a_provider_that_was_only_asked_opens_nobody(house: House, status: ReferralStatus) -> None:
    assert await opened(house, await seen(house, await someone(house), status), PROVIDER) is None
    assert await audits(house) == []


async def test_a_provider_that_accepted_opens_the_person_and_is_written_down(house: House) -> None:
    request = await someone(house)
    view = await seen(house, request, ReferralStatus.ACCEPTED)
    assert view.referral
    assert await opened(house, view, PROVIDER) == WHOLE
    app = By(kind=ActorKind.PARTNER_APP, id=UUID(int=7))
    assert await opened(house, view, app) == WHOLE
    assert await audits(house) == [
        ("provider_staff", view.referral.provider_id, "person_read", request.id),  # a link speaks for its provider
        ("partner_app", app.id, "person_read", request.id),
    ]


async def test_who_did_not_agree_to_be_contacted_stays_a_summary_though_a_provider_accepted(house: House) -> None:
    request = await someone(house, consents=(ConsentScope.SHARE_SUMMARY,))
    view = await seen(house, request, ReferralStatus.ACCEPTED)
    assert (view.beholder, view.place, view.posture) == (Beholder.PROVIDER_ASKED, None, CasePosture.UNKNOWN)
    assert await opened(house, view, PROVIDER) is None
    assert await audits(house) == []


async def test_who_takes_the_agreement_back_is_opened_no_more(house: House) -> None:
    request = await someone(house)
    view = await seen(house, request, ReferralStatus.ACCEPTED)
    await house.database.pool.execute("UPDATE consent SET withdrawn_at = now() WHERE scope = 'share_contact'")
    assert await opened(house, view, PROVIDER) is None


async def test_who_took_the_request_back_is_opened_to_staff_no_more(house: House) -> None:
    sent = await submitted(house)
    async with house.database.transaction() as tx:
        closed = await leaving.withdraw(tx, house.vault, sent.receipt, erase=False, now=now())
    assert await opened(house, views.for_staff(house.vault, closed, now=now()), STAFF) is None
    assert await audits(house) == []


async def test_staff_whom_nobody_let_into_the_case_open_nobody(house: House) -> None:
    request, other = await someone(house), await someone(house)
    view = views.for_staff(house.vault, request, now=now())
    elsewhere = let_in(views.for_staff(house.vault, other, now=now()), STAFF)
    for proof in (None, elsewhere, let_in(view, By(kind=ActorKind.INTAKE_STAFF, id=uuid4()))):
        async with house.database.transaction() as tx:
            with pytest.raises(NoAccess):
                await views.person(tx, house.vault, view, STAFF, opened=proof)
    assert await audits(house) == []


async def test_who_was_let_in_to_contacts_alone_sees_no_name_and_no_story(house: House) -> None:
    view = views.for_staff(house.vault, await someone(house), now=now())
    seen = await opened(house, view, STAFF, Depth.CONTACT)
    assert seen == SeenPerson(name=None, contacts=SOMEONE.contacts, note=None, withheld=True)
    assert [act for _, _, act, _ in await audits(house)] == ["person_read"]


async def test_the_row_is_written_before_anything_is_opened(house: House) -> None:
    request = await someone(house)
    view = views.for_staff(house.vault, request, now=now())
    keyless = Vault(Secret(bytes(32)))  # these keys open nothing
    async with house.database.transaction() as tx:
        with pytest.raises(KeyElsewhere):
            await views.person(tx, keyless, view, STAFF, opened=let_in(view, STAFF))
        assert await value(tx, "SELECT count(*) FROM audit_event") == 1


async def test_where_the_row_cannot_be_written_nothing_is_shown(house: House) -> None:
    request = await someone(house)
    accepted = await seen(house, request, ReferralStatus.ACCEPTED)
    for view, by in ((views.for_staff(house.vault, request, now=now()), STAFF), (accepted, PROVIDER)):
        shown: list[SeenPerson | None] = []
        with pytest.raises(Exception, match="read-only"):
            await read_only(house, view, by, shown)
        assert shown == []


async def read_only(house: House, view: RequestView, by: By, shown: list[SeenPerson | None]) -> None:
    """Open a person where the database takes no writes."""
    async with house.database.transaction() as tx:
        await tx.source.execute("SET TRANSACTION READ ONLY")
        shown.append(await views.person(tx, house.vault, view, by, opened=let_in(view, by)))


async def test_who_gave_nothing_of_themselves_has_nothing_to_open(house: House) -> None:
    request = await someone(house, person=None)
    assert await opened(house, views.for_staff(house.vault, request, now=now()), STAFF) is None


# ---------------------------------------------------------------- through a life
async def test_what_a_provider_sees_follows_its_offer(house: House) -> None:
    request = await someone(house)
    made = await offered(house, request, terms(await given.office(house.database)))
    before = await views.for_provider(
        house.database.reader, house.vault, await as_it_stands(house, request), made, now=now()
    )
    assert before
    assert await opened(house, before, PROVIDER) is None
    accepted = await answered(house, made.id, ReferralAnswer.ACCEPT)
    after = await views.for_provider(
        house.database.reader, house.vault, await as_it_stands(house, request), accepted, now=now()
    )
    assert after
    assert after.status is HelpRequestStatus.REFERRED
    assert await opened(house, after, PROVIDER) == WHOLE


async def test_a_view_that_is_printed_shows_no_place_and_no_person(house: House) -> None:
    view = views.for_staff(house.vault, await someone(house), now=now())
    printed = repr(view) + repr(replace(view, referral=referral(view.request, ReferralStatus.ACCEPTED)))
    told = ("Synthetic Person", "555 0100", "A synthetic note", "after six", HERE.name, "Cameron")
    assert not [word for word in told if word in printed]
