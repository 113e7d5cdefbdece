"""The statements that run all day find their rows by an index, in tables as large as a few years make them.

The product's own statements are explained, as Postgres plans them for these rows; nothing is forbidden to the planner.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from explaining import Explaining

from referral.directory import providers
from referral.directory.publishing import pages, whole
from referral.directory.publishing.pages import Kind
from referral.directory.publishing.wanted import Around, Postcode, Wanted
from referral.directory.searching import open_now, search
from referral.directory.searching.search import Point, Search
from referral.directory.words import Openness
from referral.foundation import actors, outbox, places
from referral.foundation.actors import StaffId, StaffRole
from referral.foundation.db import Database, Reader
from referral.foundation.vault import Secret, Vault
from referral.foundation.vocabulary import HelpType
from referral.intake import consents, receipts, requests
from referral.referrals import reading
from referral.triage import queue, stuck
from referral.triage.queue import AssigneeIs, QueueFilter, QueueOrder
from referral.triage.stuck import StuckReason

Statement = Callable[[Reader], Awaitable[object]]
VAULT = Vault(Secret(bytes(32)))
STAFF = actors.Staff(id=StaffId(UUID(int=1)), email="anna@demo.invalid", name="Anna", role=StaffRole.INTAKE)
ROWS = 20_000
FILLED = f"""
    DELETE FROM referral; DELETE FROM help_request; DELETE FROM staff;
    DELETE FROM outbox; DELETE FROM partner; DELETE FROM organization;
    INSERT INTO organization (id, name, source)
    SELECT gen_random_uuid(), 'Office ' || n, 'synthetic' FROM generate_series(1, 2000) n;
    INSERT INTO service (id, organization_id, name, help_types, status, last_modified, source)
    SELECT gen_random_uuid(), id, name, '{{legal.asylum}}', 'active', now(), source FROM organization;
    INSERT INTO location (id, organization_id, latitude, longitude, time_zone, source)
    SELECT gen_random_uuid(), id, 25 + right(name, 3)::int / 50.0, -97.5, 'America/Chicago', source
      FROM (SELECT id, source, '000' || substr(name, 8) AS name FROM organization) AS organizations
     ORDER BY id;  -- not along a line: points that come in order split the index at every row
    INSERT INTO provider (id, organization_id, service_id, location_id, name, source)
    SELECT gen_random_uuid(), s.organization_id, s.id, l.id, s.name, s.source
      FROM service s JOIN location l USING (organization_id)
     ORDER BY s.id;
    INSERT INTO language_offered (id, service_id, tag) SELECT gen_random_uuid(), id, 'es' FROM service;
    INSERT INTO phone (id, provider_id, number) SELECT gen_random_uuid(), id, '1' FROM provider;
    INSERT INTO schedule (id, provider_id, weekdays, opens_at, closes_at)
    SELECT gen_random_uuid(), id, CASE WHEN right(name, 1) < '7' THEN '{{MO,TU}}'::text[] ELSE '{{}}' END,
           '09:00', '17:00'
      FROM provider;
    INSERT INTO service_area (id, service_id, name, kind) SELECT gen_random_uuid(), id, 'Texas', 'state' FROM service;
    INSERT INTO capacity (provider_id, unit, stated, stated_at, expires_at)
    SELECT id, 'full_cases', 1, now(), now() + interval '1 day' FROM provider;

    INSERT INTO help_request (id, status, close_reason, created_at, updated_at, help_types, languages, urgency,
                              respond_by, question_set, data_key, facts, receipt_hash, idempotency_hash, body_hash)
    SELECT gen_random_uuid(), CASE WHEN n % 4 = 0 THEN 'in_triage' ELSE 'closed' END,
           CASE WHEN n % 4 = 0 THEN NULL ELSE 'served_full' END, now(), now(), '{{legal.asylum}}', '{{es}}', 'normal',
           now() + n * interval '1 minute', '1', 'k', 'f', sha256(('r' || n)::bytea), sha256(('i' || n)::bytea), 'b'
      FROM generate_series(1, {ROWS}) n;
    INSERT INTO consent (request_id, scope, given_at, text_version, language)
    SELECT id, 'store_request', now(), '1', 'es' FROM help_request;
    ANALYZE help_request, provider;
    INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, needs, status, holds, offered_at,
                          expires_at, offered_by, score, rules_version, idempotency_hash)
    SELECT gen_random_uuid(), h.id, p.id, p.organization_id, 'legal.asylum', '{{legal.asylum}}', 'declined', false,
           now(), now(), 'system', 1, '1', h.receipt_hash
      FROM (SELECT *, row_number() OVER () AS n FROM help_request) h
      JOIN (SELECT *, row_number() OVER () AS n FROM provider) p ON p.n = h.n % 2000 + 1;
    INSERT INTO referral_event (referral_id, status, actor) SELECT id, 'offered', 'system' FROM referral;
    INSERT INTO referral_note (id, referral_id, actor, sealed)
    SELECT gen_random_uuid(), id, 'system', 's' FROM referral;
    INSERT INTO outbox (kind, subject_id, run_at)
    SELECT 'expire_offer', gen_random_uuid(), now() + n * interval '1 minute' FROM generate_series(-50, {ROWS}) n;
    INSERT INTO staff (id, email, name, role, password_hash, created_at)
    SELECT gen_random_uuid(), n || '@demo.invalid', 'Synthetic', 'intake', 'x', now() FROM generate_series(1, 50) n;
    INSERT INTO request_claim (request_id, staff_id, claimed_at, until)
    SELECT h.id, s.id, now(), now() + interval '1 day'
      FROM (SELECT id, row_number() OVER () AS n FROM help_request WHERE status <> 'closed' LIMIT 1000) h
      JOIN (SELECT id, row_number() OVER () AS n FROM staff) s ON s.n = h.n % 50 + 1;
    SET CONSTRAINTS ALL IMMEDIATE;
    -- What other tests wrote and took back would count as pages to read.
    REINDEX TABLE listing_offer; REINDEX TABLE listing_card;
    ANALYZE organization, location, service, provider, language_offered, phone, schedule, service_area, capacity,
            listing_card, listing_offer, help_request, consent, referral, referral_event, referral_note, outbox,
            request_claim"""


@pytest.fixture(scope="module")
async def years(database: Database) -> AsyncGenerator[Any]:
    """A connection that sees years of work, which nobody else ever sees."""
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await connection.execute("SET LOCAL statement_timeout = 0")
        # What is known of the tables is what the test before left in them; these rows are looked up by their keys.
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.reset_type_codec("json", schema="pg_catalog")
        try:
            await connection.execute(FILLED, timeout=150)
            await connection.execute("SET LOCAL enable_seqscan = on")
            yield connection
        finally:
            await transaction.rollback()
            await connection.close()


def by_receipt(at: Reader) -> Awaitable[object]:
    return requests.by_receipt(at, VAULT, receipts.derive(VAULT, b"any"))


def by_key(at: Reader) -> Awaitable[object]:
    return at.source.fetchrow(
        f"SELECT {requests.REQUEST} FROM help_request WHERE idempotency_hash = $1 AND body_hash = $2", b"1", b"2"
    )


def waiting(order: QueueOrder, asked: QueueFilter = QueueFilter()) -> Statement:  # noqa: B008 - frozen
    return lambda at: queue.waiting(at, STAFF, asked, order, first=50, after=None, now=LATER)


def page(kind: Kind, wanted: Wanted) -> Statement:
    return lambda at: pages.page(at, kind, wanted, first=10, skip=300)


HERE = Point(latitude=25.9, longitude=-97.5)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
ASYLUM = Search(near=HERE, radius_km=300, help_types=(HelpType.LEGAL_ASYLUM,), languages=("es",))
CIRCLE = Wanted(around=Around(point=HERE, radius_m=30_000))
POSTCODE = Wanted(postcode=Postcode(code="78520", covered_by=("US-TX",)))
STATEMENTS: list[tuple[Statement, str]] = [
    (lambda at: search.find(at, ASYLUM), "listing_offer_near"),
    (lambda at: search.find(at, replace(ASYLUM, openness=(Openness.OPEN,))), "listing_offer_near_open"),
    (lambda at: search.find(at, replace(ASYLUM, languages=None, help_types=None)), "listing_card_near"),
    (lambda at: search.find(at, Search()), "listing_card_by_name"),
    (by_receipt, "help_request_by_receipt"),
    (by_key, "help_request_once_per_key"),
    (lambda at: requests.request(at, uuid4()), "help_request_key"),
    (lambda at: consents.given(at, uuid4()), "consent_key"),
    (waiting(QueueOrder.RESPOND_BY), "help_request_queue"),
    (waiting(QueueOrder.OLDEST), "help_request_by_age"),
    (waiting(QueueOrder.URGENCY), "help_request_by_urgency"),
    (waiting(QueueOrder.RECENTLY_CHANGED), "help_request_by_change"),
    (waiting(QueueOrder.URGENCY, QueueFilter(overdue=True)), "help_request_by_urgency"),
    (waiting(QueueOrder.URGENCY, QueueFilter(assignee=AssigneeIs.ME)), "request_claim_by_staff"),
    (waiting(QueueOrder.URGENCY, QueueFilter(stuck=(StuckReason.QUESTION_WAITING,))), "referral_asking"),
    (waiting(QueueOrder.URGENCY, QueueFilter(stuck=(StuckReason.HANDOFF_UNCONFIRMED,))), "referral_one_live_per_pair"),
    (waiting(QueueOrder.URGENCY, QueueFilter(stuck=(StuckReason.JOB_PARKED,))), "outbox_parked"),
    (lambda at: stuck.of_requests(at, [uuid4(), uuid4()]), "referral_asking"),
    (lambda at: outbox.take(Database(at.source, "")), "outbox_due"),
    (lambda at: outbox.seconds_until_next(Database(at.source, ""), at_most=1), "outbox_due"),
    (lambda at: providers.provider(at, uuid4()), "listing_card_key"),
    (lambda at: reading.referral(at, uuid4()), "referral_key"),
    (lambda at: reading.of_request(at, uuid4()), "referral_by_request"),
    (lambda at: reading.of_requests(at, [uuid4(), uuid4()]), "referral_by_request"),
    (lambda at: reading.histories(at, [uuid4(), uuid4()]), "referral_event_by_referral"),
    (lambda at: reading.of_organization(at, uuid4(), None, first=20, after=None), "referral_by_organization"),
    (lambda at: places.nearest_courts(at, 25.9, -97.5, 100), "place_courts"),
    (lambda at: places.nearest(at, 25.9, -97.5), "place_towns_by_point"),
    (lambda at: places.place(at, uuid4()), "place_key"),
    (page(pages.SERVICES, CIRCLE), "listing_card_near"),
    (page(pages.PLACES, replace(CIRCLE, is_open_now=True, is_accepting=True)), "listing_card_near"),
    (page(pages.PLACES, POSTCODE), "listing_card_postal_code"),
    (page(pages.SERVICES, Wanted(organization=uuid4())), "service_by_organization"),
    (page(pages.SERVICES, Wanted(modified_after=LATER)), "service_by_change"),
    (lambda at: pages.following(at, pages.SERVICES, Wanted(), uuid4(), 100), "listing_card_of_service"),
    (lambda at: whole.of(at, [uuid4(), uuid4()]), "listing_card_of_service"),
    (lambda at: whole.of_organizations(at, [uuid4(), uuid4()]), "service_by_organization"),
    (lambda at: whole.places(at, [uuid4(), uuid4()]), "provider_key"),
]


@pytest.mark.parametrize(("statement", "index"), STATEMENTS, ids=[index for _, index in STATEMENTS])
async def test_what_runs_all_day_reads_no_table_whole(years: Any, statement: Statement, index: str) -> None:
    explaining = Explaining(connection=years)
    await statement(Reader(explaining))
    assert explaining.plans
    assert index in explaining.indexes
    assert explaining.read_whole == set()


@pytest.mark.parametrize("asked", [ASYLUM, Search(near=HERE)], ids=["of a key", "of all"])
async def test_who_is_open_now_is_walked_to_and_by_night_by_the_hours_kept(years: Any, asked: Search) -> None:
    question = search.question(replace(asked, open_now=True), search.Paging(first=20), search.ALL)
    assert question.whole is not None
    nearest, by_hours = Explaining(connection=years), Explaining(connection=years)
    await nearest.fetch(question.sql, *question.arguments)
    await by_hours.fetch(question.whole, *question.arguments)
    if asked.help_types:
        await nearest.fetch(open_now.MAY_BE_CUT_SHORT, *question.arguments[:5])
    assert ("listing_offer_near" if asked.help_types else "listing_card_near") in nearest.indexes
    assert {"listing_card_hours", "listing_card_silent"} <= by_hours.indexes
    # The hours that anyone keeps are few, and are read to tell which of them are open.
    assert nearest.read_whole | by_hours.read_whole <= {"opening_hours"}


async def test_a_page_of_the_queue_is_read_in_its_order_and_not_sorted(years: Any) -> None:
    explaining = Explaining(connection=years)
    await waiting(QueueOrder.RESPOND_BY)(Reader(explaining))
    assert [step["Node Type"] for step in explaining.steps] == ["Limit", "Index Scan"]


async def test_organizations_are_counted_without_a_look_at_their_services(years: Any) -> None:
    explaining = Explaining(connection=years)
    await pages.page(Reader(explaining), pages.ORGANIZATIONS, Wanted(), first=10, skip=0)
    assert {step["Relation Name"] for step in explaining.steps if "Relation Name" in step} == {"listing_card"}


async def test_this_test_sees_a_table_that_is_read_whole(years: Any) -> None:
    explaining = Explaining(connection=years)
    await explaining.fetch("SELECT id FROM help_request WHERE question_set = $1", "2")
    assert explaining.read_whole == {"help_request"}
