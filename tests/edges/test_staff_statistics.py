"""Numbers through the front door: for the team, and for those who keep accounts; nobody else."""

from desk import Desk, operation

from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now


async def test_the_team_reads_numbers_in_which_few_are_not_told(desk: Desk) -> None:
    today = str(now().date())
    for _ in range(6):
        await desk.submit(consents=["STORE_REQUEST", "STATISTICS_DEIDENTIFIED"])
    await desk.submit(consents=["STORE_REQUEST"])
    for headers in (await desk.staff(), await desk.staff_named("chief@demo.invalid", StaffRole.ADMIN)):
        found = await desk.published("staff/Statistics", headers, **{"from": today, "to": today})
        assert (found["from"], found["to"], found["requests"], found["notCounted"]) == (today, today, 6, None)
        assert found["byLanguage"] == [{"word": "es", "count": 6}]
        assert found["byStatus"] == [{"word": "submitted", "count": 6}]
        assert [pace["level"] for pace in found["paces"]] == ["CRITICAL", "URGENT", "ELEVATED", "NORMAL"]
        assert found["paces"][3]["firstOffer"] == {"median": None, "percentile95": None}


async def test_numbers_are_not_for_strangers_and_days_are_checked(desk: Desk) -> None:
    variables = {"from": "2026-02-01", "to": "2026-01-01"}
    for headers in ({}, await desk.partner(*Scope)):
        response = await desk.post(operation("staff/Statistics"), variables, Audience.STAFF, **headers)
        assert response.status_code == 401
    body = await desk.answered(operation("staff/Statistics"), variables, Audience.STAFF, **await desk.staff())
    (problem,) = body["errors"][0]["extensions"]["fields"]
    assert (problem["path"], problem["code"]) == (["to"], "BEFORE_FROM")
