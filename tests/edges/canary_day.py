"""A day of many people: they ask by every way there is, are matched, offered, accepted, and change their minds."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import given
import httpx
from canaries import Canaries, person
from canary_post import Posted
from desk import Desk, at_once, client, operation
from given import Office
from seeker import Person, all_of, code_in

from referral.edges.graphql.routes import PATHS
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope, StaffRole
from referral.foundation.clock import now
from referral.intake import form_tokens, receipts

AT_ONCE = 4
BY_FORM, BY_ONE_PAGE = 3, 3  # a page without a script takes a dozen requests of a kind; the rest come through the API


@dataclass(kw_only=True)
class Heard:
    """What the servers answered that no answer to its own sender excuses: headers, and refusals."""

    headers: list[bytes] = field(default_factory=list[bytes])
    refusals: list[bytes] = field(default_factory=list[bytes])

    async def __call__(self, response: httpx.Response) -> None:
        content = await response.aread()
        self.headers.append(b"\n".join(name + b": " + value for name, value in response.headers.raw))
        if is_refusal(response, content):
            self.refusals.append(content)


def is_refusal(response: httpx.Response, content: bytes) -> bool:
    """Whether it says no; a page of a form that shows what was typed there is not meant."""
    if response.headers.get("content-type", "").startswith("text/html"):
        return response.status_code >= 400 and response.status_code not in {409, 422}
    return response.status_code >= 400 or b'"errors"' in content or b'Problem"' in content


@dataclass(kw_only=True)
class Day:
    """What has come of it so far."""

    desk: Desk
    canaries: Canaries
    post: Posted
    people: int
    heard: Heard = field(default_factory=Heard)
    requests: list[Any] = field(default_factory=list[Any])
    codes: set[str] = field(default_factory=set[str], repr=False)
    offices: list[Office] = field(default_factory=list[Office])

    @property
    def given_out(self) -> frozenset[bytes]:
        """Every receipt and every code of a draft, in both ways of writing."""
        read = [receipts.read(code) for code in self.codes]
        return frozenset(text.encode() for one in read if one for text in (one, receipts.written(one)))

    async def send(
        self, name: str, variables: dict[str, Any], headers: dict[str, str] | None = None, door: Audience | None = None
    ) -> Any:
        """A published operation, with every letter beyond ASCII written as JSON can: \\u00d1."""
        body = json.dumps({"query": operation(name), "variables": variables}, ensure_ascii=True)
        path = PATHS[door or Audience(name.partition("/")[0])]
        content = {"Content-Type": "application/json", **(headers or {})}
        return (await self.desk.http.post(path, content=body, headers=content)).json()

    def visitor(self) -> httpx.AsyncClient:
        """A browser without a script, over the same wire."""
        browser = client(int(self.desk.http.base_url.port or 0))
        browser.headers.update({"accept": "text/html,*/*;q=0.8", "sec-fetch-site": "same-origin"})
        browser.event_hooks["response"].append(self.heard)
        return browser


async def begins(day: Day) -> None:
    day.desk.http.event_hooks["response"].append(day.heard)
    for name in ("Synthetic First", "Synthetic Second"):
        day.offices.append(await given.office(day.desk.database, name=name, places=day.people + 10))


# ---------------------------------------------------------------- asking for help
async def everybody_asks(day: Day) -> None:
    """Through the API, for someone else by a partner's key, question by question, and on one page."""
    headers = await day.desk.partner(Scope.REQUEST_SUBMIT, name="Synthetic Sender")
    typed = min(BY_FORM, day.people) + min(BY_ONE_PAGE, day.people)
    for first in range(0, day.people - typed, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, day.people - typed))
        day.requests += await at_once(asks(day, headers, number) for number in numbers)
    day.codes |= {request["receipt"] for request in day.requests}
    for number in range(min(BY_FORM, day.people)):
        await fills_in(day, number)
    for number in range(min(BY_ONE_PAGE, day.people)):
        await fills_in_one_page(day, number)
    assert await day.desk.sql("SELECT count(*) FROM help_request") == day.people


async def asks(day: Day, headers: dict[str, str], number: int) -> Any:
    about = {"person": person(day.canaries, number), "uiLanguage": "es"}
    about |= {"circumstances": ["IMMEDIATE_DANGER_TO_LIFE"]} if number % 10 == 0 else {}
    if number % 7 == 3:
        about |= {"onBehalf": {"relationship": "SHELTER", "personKnows": True}}
        answer = await day.send("partner/SubmitOnBehalf", {"input": given.asking(**about)}, headers)
        return answer["data"]["submitHelpRequestOnBehalf"]
    answer = await day.send("public/SubmitHelpRequest", {"input": given.asking(**about)})
    return answer["data"]["submitHelpRequest"]


def said(mark: Canaries, number: int) -> dict[str, dict[str, str]]:
    """What a person types on the pages of the form."""
    return {
        "held": {"held": "yes"},
        "facility": as_written("facility", f"{mark.text} {number}") | {"fear": "no"},
        "contact": {"contact": "person", "contact_to": f"+{mark.number} {number:02d}", "contact_who": mark.text},
        "safe": {"announce": "no", "message": "yes", "times.morning": "yes"},
        "speak": {"speak": "other", **as_written("speak_other", mark.text)},
        "name": {"name": f"{mark.text} {number}"},
        "more": {"more": f"Soy {mark.text}."},
    }


def as_written(name: str, words: str) -> dict[str, str]:
    """A place that nobody knows, kept as the person wrote it."""
    return {name: words, f"{name}.asked": words, f"{name}.choice": "as_written"}


async def fills_in(day: Day, number: int) -> None:
    """They stop on the way, go on with the code in another browser, and slip before they are through."""
    async with day.visitor() as browser, day.visitor() as another:
        first, again = Person(browser=browser, lang="es"), Person(browser=another, lang="ar")
        answers = said(day.canaries, number)
        await first.start()
        await first.through("more", **answers)
        await first.say("more", more=f"{day.canaries.text} A123 456 789")
        assert first.answer.status_code == 422
        await first.say("more", act="later", **answers["more"])
        await first.say("later")
        code = code_in(first.text)
        day.codes.add(code)
        await browser.get("/exit")
        await again.say("code", code=code[::-1])
        await again.say("code", code=code)
        await again.go("/help/more")
        assert day.canaries.text in again.text
        await again.through("check", **answers)
        await again.say("check")
        assert again.page == "receipt", again.page
        day.codes.add(code_in(again.text))
        await again.say("receipt", last="0000")


async def fills_in_one_page(day: Day, number: int) -> None:
    """The same on one page: slips first, then in earnest, and changed by way of Back."""
    async with day.visitor() as browser:
        page = Person(browser=browser, lang="fr")
        await page.go("/help/all")
        key = re.search(r'name="key" value="([^"]+)"', page.text)
        assert key
        token = form_tokens.issue(day.desk.house.vault, now=now() - form_tokens.YOUNGEST * 20)
        asked = all_of(**said(day.canaries, number)) | {"key": key[1], "token": token}
        mark = day.canaries.text
        for slip in ({"contact": "email", "contact_to": mark}, {"more": f"{mark} 123-45-6789"}, {"who": mark}):
            await page.say("all", **asked | slip)
            assert page.answer.status_code == 422
        await page.say("all", **asked)
        day.codes.add(code_in(page.text))
        await page.say("all", **asked | {"more": f"{day.canaries.text} otra vez"})
        assert page.answer.status_code == 409


# ---------------------------------------------------------------- answering
async def offices_answer(day: Day) -> None:
    """One by the links in its letters, the other by its key; each asks, then says yes or no."""
    first, second = day.offices
    for number, token in enumerate(day.post.tokens(f"{first.id}@demo.invalid")[:12]):
        await answers(day, number, {"token": token})
        await day.desk.look(token)
        await day.desk.http.get(f"/r/{token}")
    headers = await day.desk.partner(
        Scope.REFERRAL_RESPOND, organization_id=second.organization_id, name="Synthetic Answerer"
    )
    offers = await day.send("partner/Offers", {"first": 12}, headers)
    for number, edge in enumerate(offers["data"]["offers"]["edges"]):
        await answers(day, number, {"referralId": edge["node"]["id"]}, headers)
    seen = await day.send("partner/Offers", {"status": ["ACCEPTED"]}, headers)
    assert not seen["data"]["offers"]["edges"] or day.canaries.text in json.dumps(seen, ensure_ascii=False)
    await day.send("partner/Offers", {"after": day.canaries.core}, headers)
    assert await day.desk.sql("SELECT count(*) FROM referral WHERE status = 'accepted'") >= min(8, day.people // 5)
    assert await day.desk.sql("SELECT count(*) FROM referral_note") >= min(20, day.people // 2)


async def answers(day: Day, number: int, which: dict[str, str], headers: dict[str, str] | None = None) -> None:
    mark, door = day.canaries, Audience.PARTNER if headers else None
    asked = {**which, "answer": "ASK", "note": f"¿Tiene {mark.text}? Llame al {mark.number}."}
    await day.send("public/RespondToReferral", {"input": asked}, headers, door)
    says = {"answer": "ACCEPT"} if number % 3 else {"answer": "DECLINE", "declineReason": "OTHER"}
    said = {**which, "note": f"Ya conozco a {mark.text}.", **says}
    await day.send("public/RespondToReferral", {"input": said}, headers, door)
    if number % 6 == 1:
        became = {**which, "outcome": "NOT_SERVED", "reason": "OTHER", "note": f"{mark.text} no contesta."}
        await day.send("public/RecordOutcome", {"input": became}, headers, door)


# ---------------------------------------------------------------- afterwards
async def some_change_their_minds(day: Day) -> None:
    """Every act of the page that opens a request, by a right code and by a wrong one."""
    mark = day.canaries
    date = {"court_day.day": "9", "court_day.month": "3", "court_day.year": f"{now().year + 1}"}
    reach = {"contact": "email", "contact_to": f"{mark.core}.new@demo.invalid", "announce": "no", "message": "yes"}
    codes = [request["receipt"] for request in day.requests[-8:]]
    async with day.visitor() as browser:

        async def act(code: str, name: str, **fields: str) -> httpx.Response:
            return await browser.post("/es/status", data={"code": code, "act": name, **fields}, follow_redirects=True)

        for code in (*codes[:2], mark.text, f"{mark.number}{'7' * 12}"):
            for words in (f"Soy {mark.text}.", f"{mark.text} A123 456 789", mark.text * 200):
                await act(code, "write", text=words, key=secrets.token_hex(8))
            await act(code, "hearing", **date)
            await act(code, "hearing", **date | {"court_day.day": mark.text})
            await act(code, "contact", **reach)
            await act(code, "contact", **reach | {"contact_to": mark.text})
            await act(code, "consent", consent=mark.text)
        for code in codes[2:4]:
            renewed = await act(code, "renew")
            day.codes.add(code_in(renewed.text))
            assert (await act(code, "look")).status_code == 422
        await act(codes[4], "consent", consent="no")
        await act(codes[5], "withdraw")
        await act(codes[6], "write", text=f"Soy {mark.text}.", key=secrets.token_hex(8))
        assert (await act(codes[6], "erase")).status_code == 200
    words = {"receipt": codes[7], "text": f"Soy {mark.text}.", "idempotencyKey": secrets.token_hex(8)}
    await day.send("public/SendMessage", {"input": words})
    await day.send("public/AmendHelpRequest", {"input": {"receipt": codes[7], "person": person(mark, 7)}})
    assert await day.desk.sql("SELECT count(*) FROM message") >= 3


async def listings_are_told_of(day: Day) -> None:
    """What is wrong with one, and what its people propose; staff read both and decide."""
    mark, (first, second) = day.canaries, day.offices
    staff = await day.desk.staff_named("lists@demo.invalid", StaffRole.SUPERVISOR)
    words = f"{mark.text} dice que cobran. Llame al {mark.number}."
    async with day.visitor() as browser:
        path = f"/es/listings/{first.id}/wrong"
        for reason, note in (("asked_for_money", words), (mark.text, words), ("other", words * 20)):
            await browser.post(path, data={"reason": reason, "note": note})
    for note in (words, words * 20):
        report = {"providerId": str(second.id), "reason": "OTHER", "note": note}
        await day.send("public/ReportListing", {"input": report})
    reports = (await day.send("staff/ListingReports", {}, staff))["data"]["listingReports"]["nodes"]
    assert [mark.text in one["note"] for one in reports] == [True, True]
    await day.send("staff/CloseReport", {"id": reports[0]["id"], "wasRight": True}, staff)

    token = day.desk.signed("state-capacity", first.id)
    for changes in ({"fees": "None."}, {"minimumAge": -5, "name": mark.text * 200}, {mark.core: 1}):
        proposed = {"token": token, "changes": changes, "note": words}
        await day.send("public/ProposeListingChange", {"input": proposed})
    await day.send("public/StateCapacity", {"input": {"token": mark.core, "openness": "OPEN"}})
    (waits,) = (await day.send("staff/ProposedChanges", {}, staff))["data"]["proposedChanges"]["nodes"]
    assert waits["note"] == words
    why = {"id": waits["id"], "reason": "UNCLEAR", "note": f"{mark.text} no lo sabe."}
    rejected = await day.send("staff/RejectProposedChange", why, staff)
    assert rejected["data"]["rejectProposedChange"]["__typename"] == "ProposalPayload"


async def staff_look(day: Day) -> None:
    """Staff are let in for a reason, read, write notes, search by number, and offer against the rules."""
    desk, mark = day.desk, day.canaries
    headers = await desk.staff()
    ids = [request["helpRequest"]["id"] for request in day.requests]
    for id in ids[:6]:
        reason = {"requestId": id, "depth": "WHOLE", "reason": f"{mark.text} ha llamado."}
        await day.send("staff/AskCaseAccess", reason, headers)
        await desk.let_in(id)
        seen = await day.send("staff/Request", {"id": id, "open": True}, headers)
        assert mark.text in seen["data"]["request"]["person"]["name"]
        key = secrets.token_hex(8)
        await day.send(
            "staff/AddNote", {"requestId": id, "text": f"{mark.text}: {mark.number}", "idempotencyKey": key}, headers
        )
        reply = {"requestId": id, "text": f"Hola {mark.text}.", "idempotencyKey": key}
        await day.send("staff/ReplyToRequest", {"input": reply}, headers)
    await day.send("staff/ClaimHelpRequest", {"id": ids[6], "reason": mark.text}, headers)
    asked = {"id": ids[6], "idempotencyKey": secrets.token_hex(8), "step": "ASK_PERSON", "question": f"¿{mark.text}?"}
    await day.send("staff/TriageHelpRequest", {"input": asked | {"reason": mark.text}}, headers)
    for contact in (f"+{mark.number} 00", f"{mark.core}.1@demo.invalid", mark.text):
        search = "query ($c: String!) { requestsByContact(contact: $c, reason: PERSON_CALLED) { id } }"
        await desk.answered(search, {"c": contact}, Audience.STAFF, **headers)
    full = await given.office(desk.database, name="Full", places=0)
    chosen = {
        "idempotencyKey": secrets.token_hex(8),
        "requestId": ids[-1],
        "providerId": str(full.id),
        "overrideReason": f"{mark.text} ha llamado.",
    }
    made = await day.send("staff/OfferReferral", {"input": chosen}, headers)
    assert made["data"]["offerReferral"]["__typename"] == "ReferralPayload"
    assert await desk.sql("SELECT count(*) FROM request_note") >= 6
    await supervisors_export(day, ids[:3])


async def supervisors_export(day: Day, ids: list[str]) -> None:
    one = await day.desk.staff_named("one@demo.invalid", StaffRole.SUPERVISOR)
    other = await day.desk.staff_named("other@demo.invalid", StaffRole.SUPERVISOR)
    asked = await day.send("staff/AskPeopleExport", {"requestIds": ids, "reason": f"{day.canaries.text} lo pide."}, one)
    id = asked["data"]["askPeopleExport"]["export"]["id"]
    await day.send("staff/AgreeToPeopleExport", {"id": id}, other)
    taken = await day.send("staff/TakePeopleExport", {"id": id}, one)
    assert day.canaries.text in json.dumps(taken, ensure_ascii=False)


async def some_leave(day: Day) -> None:
    for request in day.requests[:3]:
        await day.desk.withdraw(request["receipt"], erase=request is day.requests[2])


@asynccontextmanager
async def watched(desk: Desk) -> AsyncGenerator[set[str]]:
    """What the database is asked meanwhile, as whoever may look at it sees it."""
    asked, over = set[str](), asyncio.Event()

    async def look() -> None:
        while not over.is_set():
            running = "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
            asked.update(row["query"] for row in await desk.database.pool.fetch(running))
            await asyncio.sleep(0.01)

    looks = asyncio.create_task(look())
    try:
        yield asked
    finally:
        over.set()
        await looks


def holding_any(texts: Iterable[bytes], patterns: frozenset[bytes]) -> list[bytes]:
    """Those that hold one of these."""
    return [text for text in texts if any(pattern in text for pattern in patterns)]
