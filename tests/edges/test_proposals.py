"""Providers propose what their listing should say; staff see it beside what is listed, and one of them decides."""

import json
from datetime import timedelta
from operator import itemgetter
from typing import Any
from uuid import uuid4

import given
import pytest
from desk import Desk, at_once, operation
from given import Office

from referral.directory.facts import WHERE, Fact
from referral.directory.lists.saying import NAMES
from referral.directory.proposals.proposing import MOST_A_DAY, MOST_OPEN
from referral.directory.upkeep import hiding
from referral.edges.graphql.proposal_types import ListingChangesInput
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now

WEEK = {"weekdays": ["MONDAY", "FRIDAY"], "opensAt": "9:00", "closesAt": "17:00"}
PLACE = {
    "lines": ["2 Example Street"], "city": "McAllen", "state": "TX", "postalCode": "78501", "country": "us",
    "latitude": given.MCALLEN[0], "longitude": given.MCALLEN[1],
}  # fmt: skip
# Every fact once, as it is sent; `None` takes away what is stated.
EVERY: dict[str, Any] = {
    "name": "Synthetic Aid", "organizationDescription": "We help.", "website": "aid.example.org",
    "email": "hello@aid.example.org", "phones": [{"number": "+1 956 555 0123", "kind": "Voice", "languages": ["spa"]}],
    "place": PLACE, "placeName": "The old school", "transportation": "Bus 5.", "accessibility": ["A ramp"],
    "hours": [WEEK, {"isClosure": True, "validFrom": "2026-12-24", "validTo": "2026-12-26"}],
    "languages": [{"tag": "hat", "mode": "INTERPRETER_PHONE", "note": "Call before."}, {"tag": "es"}],
    "interpreterForOther": "YES", "serviceName": "Asylum clinic", "description": "A clinic.",
    "url": "https://aid.example.org/clinic", "status": "TEMPORARILY_CLOSED", "fees": "None.", "free": "YES",
    "applicationProcess": "Call.", "eligibility": "Anyone.", "minimumAge": 18, "maximumAge": 99,
    "requiredDocuments": ["Your papers"], "restrictions": ["Asylum cases only"],
    "helpTypes": ["LEGAL_TPS_PAROLE", "LEGAL_ASYLUM"], "claims": ["ASYLUM"], "postures": ["DETAINED_ICE"],
    "deliveryModes": ["PHONE"], "credentials": ["ATTORNEY_BAR"], "depth": "ADVICE", "acceptsDetained": "ONLY",
    "acceptsMinors": "NO",
}  # fmt: skip


async def key(desk: Desk, office: Office, name: str = "Synthetic App") -> dict[str, str]:
    return await desk.partner(Scope.DIRECTORY_PROPOSE, organization_id=office.organization_id, name=name)


async def propose(desk: Desk, headers: dict[str, str], office: Office, note: str | None = None, **changes: Any) -> Any:
    asked = {"providerId": str(office.id), "changes": changes, "note": note}
    query = operation("public/ProposeListingChange")
    return (await desk.ask(query, {"input": asked}, Audience.PARTNER, **headers))["proposeListingChange"]


async def by_link(desk: Desk, office: Office, **changes: Any) -> Any:
    token = desk.signed("state-capacity", office.id)
    return await desk.published("public/ProposeListingChange", input={"token": token, "changes": changes})


async def approve(desk: Desk, headers: dict[str, str], id: str, **how: Any) -> Any:
    return await desk.published("staff/ApproveProposedChange", headers, id=id, **how)


async def waiting(desk: Desk, headers: dict[str, str], **how: Any) -> list[Any]:
    return (await desk.published("staff/ProposedChanges", headers, **how))["nodes"]


def states(proposal: Any) -> dict[str, str]:
    return {one["fact"]: one["state"] for one in proposal["facts"]}


def paths(answer: Any) -> list[str]:
    return sorted(".".join(one["path"]) for one in answer["fields"])


def test_every_fact_can_be_sent_and_is_known_to_sql() -> None:
    assert set(ListingChangesInput.__annotations__) == {fact.value for fact in Fact} == {*NAMES.values()}
    assert all(NAMES[fact] == fact.value for fact in Fact)
    assert set(WHERE) == set(Fact)
    assert len(EVERY) == len(Fact)


# ---------------------------------------------------------------- proposing and approving
async def test_every_fact_is_proposed_compared_approved_and_listed(desk: Desk) -> None:
    office = await given.office(desk.database)
    partner, staff = await key(desk, office), await desk.staff()
    proposed = (await propose(desk, partner, office, note="Ask for Ana.", **EVERY))["proposal"]
    assert (proposed["state"], len(proposed["facts"])) == ("OPEN", len(Fact))
    before = await desk.published("public/Provider", id=str(office.id))
    assert before["name"] == "Synthetic Office"  # nothing changes until staff agree

    (shown,) = await waiting(desk, staff)
    assert (shown["saidBy"], shown["partnerName"], shown["note"]) == ("PARTNER", "Synthetic App", "Ask for Ana.")
    compared = {one["fact"]: one for one in shown["facts"]}
    assert (compared["NAME"]["base"], compared["NAME"]["listed"], compared["NAME"]["proposed"]) == (
        "Synthetic Office", "Synthetic Office", "Synthetic Aid",
    )  # fmt: skip
    assert json.loads(compared["PHONES"]["proposed"]) == [
        {"number": "+1 956 555 0123", "extension": None, "kind": "voice", "languages": ["es"]}
    ]
    assert compared["WEBSITE"]["proposed"] == "https://aid.example.org"
    assert not any(one["isChanged"] for one in shown["facts"])

    done = await approve(desk, staff, proposed["id"])
    assert (done["proposal"]["state"], set(states(done["proposal"]).values())) == ("APPROVED", {"APPROVED"})
    listing = (await desk.ask(WHOLE, {"id": str(office.id)}))["provider"]
    listing["schedules"].sort(key=itemgetter("isClosure"))
    assert listing == {
        "name": "Synthetic Aid",
        "organization": {
            "description": "We help.",
            "website": "https://aid.example.org",
            "email": "hello@aid.example.org",
        },
        "phones": [{"number": "+1 956 555 0123", "kind": "voice", "languages": ["es"]}],
        "location": {
            "name": "The old school",
            "timeZone": "America/Chicago",
            "transportation": "Bus 5.",
            "accessibility": ["A ramp"],
            "latitude": given.MCALLEN[0],
            "address": {"lines": ["2 Example Street"], "city": "McAllen", "postalCode": "78501", "country": "US"},
        },
        "schedules": [
            {"weekdays": ["MONDAY", "FRIDAY"], "opensAt": "09:00", "isClosure": False},
            {"weekdays": [], "opensAt": "00:00", "isClosure": True},
        ],
        "languages": [
            {"tag": "es", "mode": "STAFF_FLUENT", "note": None},
            {"tag": "ht", "mode": "INTERPRETER_PHONE", "note": "Call before."},
        ],
        "interpreterForOther": "YES",
        "openness": "PAUSED",
        "helpTypes": ["LEGAL_ASYLUM", "LEGAL_TPS_PAROLE"],
        "claims": ["ASYLUM"],
        "acceptsDetained": "ONLY",
        "acceptsMinors": "NO",
        "restrictions": ["Asylum cases only"],
        "service": {
            "name": "Asylum clinic",
            "description": "A clinic.",
            "url": "https://aid.example.org/clinic",
            "status": "TEMPORARILY_CLOSED",
            "fees": "None.",
            "applicationProcess": "Call.",
            "eligibility": "Anyone.",
            "minimumAge": 18,
            "maximumAge": 99,
            "requiredDocuments": ["Your papers"],
            "deliveryModes": ["PHONE"],
            "credentials": ["ATTORNEY_BAR"],
            "depth": "ADVICE",
        },
    }
    assert await desk.sql("SELECT postures FROM service") == ["detained_ice"]
    assert await desk.sql("SELECT free FROM service") == "yes"
    assert await desk.sql("SELECT words FROM listing_proposal") is None
    edits = (await desk.published("staff/ListingHistory", staff, providerId=str(office.id), first=50))["nodes"]
    whose = f"partner: Synthetic App, approved by staff: proposal {proposed['id']}"
    assert {one["byWhom"] for one in edits} == {whose}
    acts = await desk.database.pool.fetch(
        "SELECT act FROM audit_event WHERE act !~ '^(signed_in|account_|key_issued)' ORDER BY id"
    )
    assert [act for (act,) in acts] == ["proposal_read", "proposal_approved"]
    assert await waiting(desk, staff) == []


WHOLE = """query Whole($id: ID!) { provider(id: $id) {
    name openness interpreterForOther helpTypes claims acceptsDetained acceptsMinors restrictions
    organization { description website email } phones { number kind languages }
    location { name timeZone transportation accessibility latitude address { lines city postalCode country } }
    schedules { weekdays opensAt isClosure } languages { tag mode note }
    service { name description url status fees applicationProcess eligibility minimumAge maximumAge requiredDocuments
              deliveryModes credentials depth } } }"""


async def test_some_are_approved_and_the_rest_rejected_with_a_reason_that_the_proposer_reads(desk: Desk) -> None:
    office = await given.office(desk.database)
    partner, staff = await key(desk, office), await desk.staff()
    proposed = (await propose(desk, partner, office, fees="Free", eligibility="Anyone", minimumAge=21))["proposal"]
    some = await approve(desk, staff, proposed["id"], facts=["FEES"])
    assert (some["proposal"]["state"], states(some["proposal"])["FEES"]) == ("OPEN", "APPROVED")
    await desk.published(
        "staff/RejectProposedChange", staff, id=proposed["id"], reason="CONTRADICTED", note="Their page says 18."
    )
    (mine,) = (await desk.published("partner/ListingProposals", partner))["nodes"]
    assert mine["state"] == "PARTLY_APPROVED"
    told = {one["fact"]: (one["state"], one["reason"], one["answer"]) for one in mine["facts"]}
    assert told == {
        "FEES": ("APPROVED", None, None),
        "ELIGIBILITY": ("REJECTED", "CONTRADICTED", "Their page says 18."),
        "MINIMUM_AGE": ("REJECTED", "CONTRADICTED", "Their page says 18."),
    }
    assert await desk.sql("SELECT (fees, eligibility, minimum_age) FROM service") == ("Free", None, None)
    assert b"Their page" not in await desk.sql("SELECT words FROM proposed_fact WHERE fact = 'eligibility'")


async def test_what_changed_since_is_named_and_must_be_confirmed(desk: Desk) -> None:
    office = await given.office(desk.database)
    partner, staff = await key(desk, office), await desk.staff()
    proposed = (await propose(desk, partner, office, fees="Free", eligibility="Anyone"))["proposal"]
    await desk.sql("UPDATE service SET fees = 'Ten dollars'")
    (shown,) = await waiting(desk, staff)
    assert {one["fact"] for one in shown["facts"] if one["isChanged"]} == {"FEES"}
    kept = await desk.kept()
    refused = await approve(desk, staff, proposed["id"])
    assert (refused["__typename"], refused["code"]) == ("ChangedSinceProblem", "CHANGED_SINCE")
    assert refused["facts"] == [{"fact": "FEES", "base": None, "listed": "Ten dollars", "proposed": "Free"}]
    assert await desk.kept() == kept
    done = await approve(desk, staff, proposed["id"], confirm=["FEES"])
    assert done["proposal"]["state"] == "APPROVED"
    assert await desk.sql("SELECT fees FROM service") == "Free"


async def test_of_two_staff_one_decides_and_the_other_is_told(desk: Desk) -> None:
    office = await given.office(desk.database)
    partner, staff = await key(desk, office), await desk.staff()
    id = (await propose(desk, partner, office, fees="Free"))["proposal"]["id"]
    reject = desk.published("staff/RejectProposedChange", staff, id=id, reason="UNCLEAR")
    answers = await at_once([approve(desk, staff, id), reject, approve(desk, staff, id)])
    assert sorted(one["__typename"] for one in answers) == ["ConflictProblem", "ConflictProblem", "ProposalPayload"]
    assert {one["code"] for one in answers if "code" in one} == {"ALREADY_DECIDED"}
    assert await desk.sql("SELECT count(*) FROM audit_event WHERE act LIKE 'proposal_%ed'") == 1


async def test_while_a_list_is_imported_nothing_is_approved(desk: Desk) -> None:
    office = await given.office(desk.database)
    partner, staff = await key(desk, office), await desk.staff()
    id = (await propose(desk, partner, office, fees="Free"))["proposal"]["id"]
    async with desk.database.transaction() as tx:
        await tx.source.execute("SELECT pg_advisory_xact_lock(7362004)")
        assert (await approve(desk, staff, id))["code"] == "IMPORT_RUNNING"
    assert (await approve(desk, staff, id))["__typename"] == "ProposalPayload"


async def test_numbers_that_others_have_too_are_told_and_hours_are_left_to_them(desk: Desk) -> None:
    office = await given.office(desk.database)
    sister = await given.office(desk.database, name="Sister", organization_id=office.organization_id)
    service = await desk.sql("SELECT service_id FROM provider WHERE id = $1", office.id)
    await desk.sql("UPDATE provider SET service_id = $1 WHERE id = $2", service, sister.id)
    await desk.sql(
        "INSERT INTO phone (id, organization_id, number) VALUES ($1, $2, '1 956 555 0100')",
        uuid4(), office.organization_id,
    )  # fmt: skip
    await desk.sql(
        """INSERT INTO schedule (id, service_id, weekdays, opens_at, closes_at)
           VALUES ($1, $2, '{MO}', '08:00', '12:00')""",
        uuid4(), service,
    )  # fmt: skip
    partner, staff = await key(desk, office), await desk.staff()
    refused = await propose(desk, partner, office, hours=[])
    assert [(one["path"], one["code"]) for one in refused["fields"]] == [(["changes", "hours"], "SHARED")]
    proposed = await propose(desk, partner, office, hours=[WEEK], phones=[{"number": "1 956 555 0199"}])
    (shown,) = await waiting(desk, staff)
    assert {one["fact"]: one["otherListings"] for one in shown["facts"]} == {"PHONES": 1, "HOURS": 0}
    await approve(desk, staff, proposed["proposal"]["id"])
    ours, theirs = [(await desk.ask(WHOLE, {"id": str(one.id)}))["provider"] for one in (office, sister)]
    assert [one["opensAt"] for one in (*ours["schedules"], *theirs["schedules"])] == ["09:00", "08:00"]
    assert ([one["number"] for one in ours["phones"]], theirs["phones"]) == (["1 956 555 0199"], [])


# ---------------------------------------------------------------- who may
async def test_people_at_the_provider_propose_by_their_link(desk: Desk) -> None:
    office, staff = await given.office(desk.database), await desk.staff()
    assert (await by_link(desk, office, fees="Free"))["proposal"]["state"] == "OPEN"
    (shown,) = await waiting(desk, staff)
    assert (shown["saidBy"], shown["partnerName"], shown["providerName"]) == ("PROVIDER", None, "Synthetic Office")
    late = desk.signed("state-capacity", office.id, lives=-timedelta(hours=1))
    answers = [
        await desk.published("public/ProposeListingChange", input={"token": token, "changes": {"fees": "Much"}})
        for token in (late, desk.signed("answer-referral", office.id))
    ]
    assert [(one["__typename"], one["path"]) for one in answers] == [
        ("ExpiredProblem", ["token"]),
        ("NotFoundProblem", ["token"]),
    ]


async def test_a_key_proposes_for_its_own_organization_only(desk: Desk) -> None:
    office, other = await given.office(desk.database), await given.office(desk.database, name="Other")
    ours = await key(desk, office)
    without = await desk.partner(Scope.REFERRAL_RESPOND, organization_id=office.organization_id, name="Without")
    nobodys = await desk.partner(Scope.DIRECTORY_PROPOSE, name="Nobody's")
    kept = await desk.kept()
    for id in (other.id, uuid4()):
        said = await propose(desk, ours, Office(id=id, organization_id=id, name=""), fees="Free")
        assert (said["__typename"], said["path"]) == ("NotFoundProblem", ["providerId"])
    query = operation("public/ProposeListingChange")
    asked = {"input": {"providerId": str(office.id), "changes": {"fees": "Free"}}}
    for headers in (without, nobodys):
        for text, variables in ((query, asked), (operation("partner/ListingProposals"), {})):
            body = await desk.answered(text, variables, Audience.PARTNER, **headers)
            assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    body = await desk.answered(query, asked)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await desk.kept() == kept
    await propose(desk, await key(desk, other, "Theirs"), other, fees="Free")
    assert (await desk.published("partner/ListingProposals", ours))["nodes"] == []


async def test_who_keeps_accounts_decides_nothing(desk: Desk) -> None:
    office = await given.office(desk.database)
    id = (await by_link(desk, office, fees="Free"))["proposal"]["id"]
    headers = await desk.staff(StaffRole.ADMIN)
    kept = await desk.kept()
    for name, variables in (
        ("staff/ProposedChanges", {}),
        ("staff/ListingConflicts", {}),
        ("staff/ApproveProposedChange", {"id": id}),
        ("staff/RejectProposedChange", {"id": id, "reason": "OTHER"}),
        ("staff/SettleListingConflict", {"providerId": str(office.id), "fact": "FEES", "keep": "LIST"}),
    ):
        body = await desk.answered(operation(name), variables, Audience.STAFF, **headers)
        assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED", name
    assert await desk.kept() == kept


# ---------------------------------------------------------------- how many, and which counts
async def test_what_is_said_anew_supersedes_what_the_same_proposer_said(desk: Desk) -> None:
    office = await given.office(desk.database)
    ours, theirs = await key(desk, office, "Ours"), await key(desk, office, "Theirs")
    first = (await propose(desk, ours, office, fees="Free", eligibility="Anyone"))["proposal"]["id"]
    await propose(desk, theirs, office, fees="Ten dollars")
    await propose(desk, ours, office, fees="Five dollars")
    mine = (await desk.published("partner/ListingProposals", ours))["nodes"]
    assert [(one["state"], states(one)) for one in mine] == [
        ("OPEN", {"FEES": "OPEN"}),
        ("OPEN", {"FEES": "SUPERSEDED", "ELIGIBILITY": "OPEN"}),
    ]
    await propose(desk, ours, office, eligibility="Everyone")
    staff = await desk.staff()
    (gone,) = await waiting(desk, staff, states=["SUPERSEDED"])
    assert gone["id"] == first
    assert (await approve(desk, staff, first))["code"] == "ALREADY_DECIDED"
    assert len(await waiting(desk, staff)) == 3


async def test_only_so_many_of_one_proposer_wait_for_a_listing(desk: Desk) -> None:
    office = await given.office(desk.database)
    ours = await key(desk, office)
    facts = [name for name in EVERY if name != "place"][: MOST_OPEN + 1]
    for name in facts[:MOST_OPEN]:
        await propose(desk, ours, office, **{name: EVERY[name]})
    full = await propose(desk, ours, office, **{facts[-1]: EVERY[facts[-1]]})
    assert (full["__typename"], full["code"]) == ("RateLimitedProblem", "RATE_LIMITED")
    again = await propose(desk, ours, office, **{facts[0]: "Another name"})
    assert again["__typename"] == "ProposalPayload"  # it takes the place of an older one
    assert (await by_link(desk, office, **{facts[-1]: EVERY[facts[-1]]}))["__typename"] == "ProposalPayload"


async def test_what_replaces_what_has_an_end_too(desk: Desk) -> None:
    office = await given.office(desk.database)
    ours = await key(desk, office)
    made = "INSERT INTO listing_proposal (id, provider_id, said_by, state, proposed_at) "
    many = "SELECT gen_random_uuid(), $1, 'provider', 'superseded', now() - $2::interval FROM generate_series(1, $3)"
    await desk.sql(made + many, office.id, timedelta(hours=25), MOST_A_DAY)
    await desk.sql(made + many, office.id, timedelta(hours=23), MOST_A_DAY - 1)
    assert (await by_link(desk, office, fees="Free"))["__typename"] == "ProposalPayload"
    assert (await by_link(desk, office, fees="Five"))["__typename"] == "RateLimitedProblem"
    assert (await propose(desk, ours, office, fees="Five"))["__typename"] == "ProposalPayload"


async def test_proposals_come_oldest_first_page_by_page_and_by_age(desk: Desk) -> None:
    offices = [await given.office(desk.database, name=f"Synthetic {number}") for number in range(5)]
    for office in offices:
        await by_link(desk, office, fees="Free")
    staff = await desk.staff()
    found: list[str] = []
    after = None
    while True:
        page = await desk.published("staff/ProposedChanges", staff, first=2, after=after)
        found += [one["providerId"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [str(office.id) for office in offices]
    await desk.sql("UPDATE listing_proposal SET proposed_at = proposed_at - interval '9 days' WHERE provider_id = $1",
                   offices[3].id)  # fmt: skip
    old = await waiting(desk, staff, proposedBefore=(now() - timedelta(days=7)).isoformat())
    assert [one["providerId"] for one in old] == [str(offices[3].id)]
    body = await desk.answered(operation("staff/ProposedChanges"), {"states": []}, Audience.STAFF, **staff)
    assert body["errors"][0]["extensions"]["fields"][0]["path"] == ["states"]


# ---------------------------------------------------------------- what cannot be kept
WRONG: list[tuple[Any, list[str]]] = [
    ({}, ["changes"]),
    ({"name": " "}, ["changes.name"]),
    ({"name": "x" * 301}, ["changes.name"]),
    ({"website": "not an address"}, ["changes.website"]),
    ({"url": "javascript:alert(1)"}, ["changes.url"]),
    ({"email": "nobody"}, ["changes.email"]),
    ({"fees": "a\0b"}, ["changes.fees"]),
    ({"minimumAge": 131}, ["changes.minimumAge"]),
    ({"minimumAge": 30, "maximumAge": 20}, ["changes.maximumAge"]),
    ({"status": "INACTIVE"}, ["changes.status"]),
    ({"free": "ONLY"}, ["changes.free"]),
    ({"phones": [{"number": "call us"}]}, ["changes.phones.0.number"]),
    ({"phones": [{"number": "1"}, {"number": " "}]}, ["changes.phones.1.number"]),
    ({"phones": [{"number": "1", "languages": ["xx-nonsense"]}]}, ["changes.phones.0.languages.0"]),
    ({"phones": [{"number": "1"}] * 61}, ["changes.phones"]),
    ({"languages": [{"tag": "es"}, {"tag": "qqqq"}]}, ["changes.languages.1.tag"]),
    ({"languages": [{"tag": "es"}, {"tag": "spa"}]}, ["changes.languages.1"]),
    ({"hours": [{"weekdays": ["MONDAY"], "opensAt": "25:00", "closesAt": "9:00"}]}, ["changes.hours.0.opensAt"]),
    ({"hours": [{"weekdays": ["MONDAY"], "opensAt": "09:00"}]}, ["changes.hours.0.closesAt"]),
    ({"hours": [{"opensAt": "09:00", "closesAt": "10:00"}]}, ["changes.hours.0.weekdays"]),
    ({"hours": [{}]}, ["changes.hours.0.opensAt"]),
    ({"hours": [{**WEEK, "weeksOfMonth": [0]}]}, ["changes.hours.0.weeksOfMonth"]),
    ({"hours": [{**WEEK, "validFrom": "2026-02-01", "validTo": "2026-01-01"}]}, ["changes.hours.0.validTo"]),
    ({"place": {**PLACE, "latitude": 91.0}}, ["changes.place.latitude"]),
    ({"place": {**PLACE, "longitude": None}}, ["changes.place.longitude"]),
    ({"place": {**PLACE, "latitude": 0.0, "longitude": 0.0}}, ["changes.place.latitude"]),
    ({"place": {**PLACE, "timeZone": "Mars/Olympus"}}, ["changes.place.timeZone"]),
    ({"place": {**PLACE, "city": ""}}, ["changes.place.city"]),
    ({"acceptsDetained": "YES"}, ["changes.acceptsDetained"]),  # it says so already
    ({"fees": "Free", "email": "nobody", "website": "no"}, ["changes.email", "changes.website"]),
]


@pytest.mark.parametrize(("changes", "wrong"), WRONG)
async def test_what_cannot_be_kept_is_named_and_nothing_is(desk: Desk, changes: Any, wrong: list[str]) -> None:
    office = await given.office(desk.database)
    answer = await by_link(desk, office, **changes)
    assert (answer["__typename"], paths(answer)) == ("ValidationProblem", wrong)
    assert await desk.sql("SELECT count(*) FROM listing_proposal") == 0


async def test_facts_that_are_not_of_a_proposal_are_named(desk: Desk) -> None:
    office, staff = await given.office(desk.database), await desk.staff()
    id = (await by_link(desk, office, fees="Free"))["proposal"]["id"]
    for facts in ([], ["NAME"], ["FEES", "NAME"]):
        assert paths(await approve(desk, staff, id, facts=facts)) == ["facts"]
    assert (await approve(desk, staff, str(uuid4())))["__typename"] == "NotFoundProblem"
    long = await desk.published("staff/RejectProposedChange", staff, id=id, reason="OTHER", note="x" * 501)
    assert paths(long) == ["note"]


async def test_two_ages_that_leave_nobody_are_not_approved_one_by_one(desk: Desk) -> None:
    office, staff = await given.office(desk.database), await desk.staff()
    youngest = (await by_link(desk, office, minimumAge=30))["proposal"]["id"]
    oldest = (await propose(desk, await key(desk, office), office, maximumAge=20))["proposal"]["id"]
    await approve(desk, staff, youngest)
    assert (await approve(desk, staff, oldest))["__typename"] == "ConflictProblem"


async def test_what_postgres_cannot_read_is_refused_by_name(desk: Desk) -> None:
    office = await given.office(desk.database)
    zone = await by_link(desk, office, place=PLACE | {"timeZone": "America/\0Chicago"})
    assert (zone["fields"][0]["code"], paths(zone)) == ("UNKNOWN_TIME_ZONE", ["changes.place.timeZone"])
    for clock in ("9:\u0660\u0660", "\u0669:00", "24:00 or so", "24:30"):  # digits of another script
        assert paths(await by_link(desk, office, hours=[WEEK | {"opensAt": clock}])) == ["changes.hours.0.opensAt"]
    assert "proposal" in await by_link(desk, office, hours=[WEEK | {"closesAt": "24:00"}])


# ---------------------------------------------------------------- places that must not be known
async def test_of_a_hidden_place_nothing_is_proposed_and_nothing_stays(desk: Desk) -> None:
    office, staff = await given.office(desk.database), await desk.staff()
    shown = (await by_link(desk, office, placeName="The blue door", transportation="Bus 5"))["proposal"]["id"]
    await approve(desk, staff, shown, facts=["PLACE_NAME"])
    rest = {"fees": "Free", "place": PLACE, "hours": [WEEK], "phones": [{"number": "1 956 555 0101"}], "name": "Blue"}
    await by_link(desk, office, **rest)
    async with desk.database.transaction() as tx:
        await hiding.hide(tx, desk.house.vault, office.id, now=now())
    (left,) = await waiting(desk, staff)
    assert states(left) == {"FEES": "OPEN"}
    kept = await desk.database.pool.fetch("SELECT t::text FROM proposed_fact t UNION ALL SELECT t::text "
                                          "FROM listing_override t")  # fmt: skip
    assert not any(word in str(kept) for word in ("blue door", "Blue", "Bus 5", "2 Example", "0101"))
    refused = await by_link(desk, office, **rest)
    assert paths(refused) == [f"changes.{name}" for name in ("hours", "name", "phones", "place")]
    assert {one["code"] for one in refused["fields"]} == {"NOT_SHOWN"}


async def test_a_listing_that_is_not_published_has_no_proposals(desk: Desk) -> None:
    office, kept = await given.office(desk.database), await given.office(desk.database, name="Kept")
    id = (await by_link(desk, office, fees="Free"))["proposal"]["id"]
    staff = await desk.staff()
    await desk.published("staff/MergeListings", staff, duplicate=str(office.id), into=str(kept.id))
    assert (await approve(desk, staff, id))["__typename"] == "ConflictProblem"
    assert (await by_link(desk, office, fees="Five"))["proposal"]["providerId"] == str(kept.id)
    await desk.sql("UPDATE provider SET retired_at = now()")
    assert (await by_link(desk, office, fees="Six"))["__typename"] == "NotFoundProblem"
