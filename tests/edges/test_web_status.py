"""With the code a person sees how the request stands, writes, and takes it back; without it nobody sees anything."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import given
import pytest
from given import terms
from httpx import Response
from referrals_given import SOMEONE, answered, as_it_stands, offered, submitted
from web_given import visiting

from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.foundation import audit, clock
from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.intake import messages
from referral.intake.submitting import Submitted
from referral.intake.words import HelpRequestStatus
from referral.referrals.words import ReferralAnswer

HELLO = "A synthetic question <b>in bold</b>."


async def posted(house: House, code: str, act: str = "look", lang: str = "en", **fields: str) -> Response:
    async with visiting(house) as browser:
        return await browser.post(f"/{lang}/status", data={"code": code, "act": act, **fields})


async def with_message(house: House) -> Submitted:
    kept = await submitted(house)
    await posted(house, kept.receipt, "write", text=HELLO, key="a key for each")
    return kept


@pytest.mark.parametrize(("path", "accepts", "title"), [
    ("/status", "es-MX,es;q=0.9", "¿Cómo va mi solicitud?"),
    ("/status", "de", "How does my request stand?"),
    ("/es/status", "en", "¿Cómo va mi solicitud?"),
])  # fmt: skip
async def test_the_page_asks_for_the_code_in_the_readers_language(
    house: House, path: str, accepts: str, title: str
) -> None:
    async with visiting(house) as browser:
        answer = await browser.get(path, headers={"Accept-Language": accepts})
    assert answer.status_code == 200
    assert title in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert 'autocomplete="off"' in answer.text


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_with_the_code_in_any_spacing_it_is_shown_how_it_stands_and_what_to_do(house: House, lang: str) -> None:
    kept = await submitted(house)
    spaced = " ".join(re.findall("..?", kept.receipt))
    answer = await posted(house, spaced, lang=lang)
    assert answer.status_code == 200
    assert catalogue(lang, "status")("status.stands.submitted") in answer.text
    assert catalogue(lang, "status")("status.now") in answer.text
    assert SOMEONE.name
    assert SOMEONE.name not in answer.text  # a look over the shoulder learns no name
    assert kept.receipt not in str(answer.request.url)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("code", ["", "1", "0000 0000 0000 0000 0000 00", "x" * 60, "١٢٣"])
@pytest.mark.parametrize("act", ["look", "write", "erase", "nonsense"])
async def test_a_wrong_code_opens_nothing(house: House, code: str, act: str) -> None:
    await submitted(house)
    answer = await posted(house, code, act, text="Hello.", key="a key for each")
    assert answer.status_code == 422
    assert "We know no request with this code." in answer.text
    assert await value(house.database.reader, "SELECT count(*) FROM message") == 0


async def test_a_message_is_kept_once_however_often_the_page_is_sent(house: House) -> None:
    kept = await submitted(house)
    for _ in range(2):
        answer = await posted(house, kept.receipt, "write", text=HELLO, key="a key for each")
        assert "Your message was sent." in answer.text
        assert "&lt;b&gt;in bold" in answer.text
    assert await value(house.database.reader, "SELECT count(*) FROM message") == 1


async def test_what_cannot_be_sent_is_said_and_stays_in_the_box(house: House) -> None:
    kept = await submitted(house)
    answer = await posted(house, kept.receipt, "write", text="My number is A123456789.", key="a key for each")
    assert answer.status_code == 422
    assert "numbers from identity papers" in answer.text
    assert "My number is A123456789.</textarea>" in answer.text
    spanish = await posted(house, kept.receipt, "write", lang="es", text=" ", key="a key for each")
    assert "Escriba lo que quiere decir." in spanish.text
    strange = await posted(house, kept.receipt, "write", lang="es", text="Hola.", key="")
    assert "No se pudo enviar." in strange.text


async def test_who_writes_too_much_is_told_what_to_do_instead(house: House) -> None:
    kept = await submitted(house)
    for number in range(messages.MOST_A_DAY):
        await posted(house, kept.receipt, "write", text=f"Number {number}.", key=f"key number {number}")
    answer = await posted(house, kept.receipt, "write", text="One more.", key="one more key")
    assert answer.status_code == 422
    assert "call the numbers on this page" in answer.text


async def test_who_said_yes_is_named_with_a_number_to_call(house: House) -> None:
    office, kept = await given.office(house.database, name="Synthetic Lawyers"), await submitted(house)
    await house.database.pool.execute(
        "INSERT INTO phone (id, service_id, number)"
        " SELECT gen_random_uuid(), service_id, '+1 956 555 0101' FROM provider"
    )
    made = await offered(house, kept.request, terms(office))
    assert "Synthetic Lawyers" not in (await posted(house, kept.receipt)).text
    await answered(house, made.id, ReferralAnswer.ACCEPT)
    answer = await posted(house, kept.receipt)
    assert "Synthetic Lawyers" in answer.text
    assert "+1 956 555 0101" in answer.text


async def test_a_request_is_taken_back_and_its_code_still_shows_that(house: House) -> None:
    kept = await with_message(house)
    answer = await posted(house, kept.receipt, "withdraw")
    assert "This request is closed." in answer.text
    assert "in bold" in answer.text
    assert "Write to our team" not in answer.text
    assert (await as_it_stands(house, kept.request)).status is HelpRequestStatus.CLOSED


async def test_erased_it_is_gone_and_the_code_opens_nothing(house: House) -> None:
    kept = await with_message(house)
    answer = await posted(house, kept.receipt, "erase", lang="es")
    assert answer.status_code == 200
    assert "retirada y borrada" in answer.text
    assert (await posted(house, kept.receipt)).status_code == 422
    assert await value(house.database.reader, "SELECT count(*) FROM message") == 0


async def test_another_site_cannot_send_the_form(house: House) -> None:
    kept = await submitted(house)
    async with visiting(house) as browser:
        answer = await browser.post(
            "/en/status", data={"code": kept.receipt, "act": "erase"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert answer.status_code == 403
    assert (await as_it_stands(house, kept.request)).is_live


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_the_person_sees_who_has_opened_it_by_role_and_hour_and_nothing_more(house: House, lang: str) -> None:
    t, kept = catalogue(lang, "status"), await submitted(house)
    assert t("status.no_openings") in (await posted(house, kept.receipt, lang=lang)).text
    async with house.database.transaction() as tx:
        for act in ("request_read", "person_read", "trail_read"):
            await audit.record(
                tx, actor=ActorKind.SUPERVISOR, actor_id=UUID(int=77), act=act, subject_id=kept.request.id
            )
        await audit.record(tx, actor=ActorKind.INTAKE_STAFF, actor_id=None, act="person_read", subject_id=uuid4())
    text = (await posted(house, kept.receipt, lang=lang)).text
    assert t("status.openings") in text
    assert text.count(f": {t.of('status.roles', ActorKind.SUPERVISOR)}</li>") == 1  # twice within the hour is one line
    assert f": {t.of('status.roles', ActorKind.INTAKE_STAFF)}</li>" not in text  # of another request
    assert f"{now():%Y-%m-%dT%H}:00Z" in text
    assert str(UUID(int=77)) not in text


@pytest.mark.parametrize(("plan", "hours_ago", "told"), [
    ("apply", 1, "by 4 March 2026"),  # the day after it was sent, and an hour for the plan
    ("apply", 50, "by 6 March 2026"),  # looked for in vain: again within a day
    ("propose", 1, None),
    ("off", 1, None),
])  # fmt: skip
async def test_who_waits_for_the_plan_of_all_hears_by_when_somebody_looks(
    house: House, monkeypatch: pytest.MonkeyPatch, plan: str, hours_ago: int, told: str | None
) -> None:
    sent_on = datetime(2026, 3, 3, 12, tzinfo=UTC)
    kept = await submitted(house)
    await house.database.pool.execute("UPDATE help_request SET created_at = $1", sent_on)
    monkeypatch.setattr(clock, "now", lambda: sent_on + timedelta(hours=hours_ago))
    planning = replace(house, settings=house.settings.model_copy(update={"plan": plan}))
    page = await posted(planning, kept.receipt)
    assert page.status_code == 200
    assert ("We look again" in page.text) is (told is not None)
    assert told is None or told in page.text


@pytest.mark.parametrize("change", ["urgency = 'urgent'", "status = 'in_triage'", "status = 'offered'"])
async def test_whoever_is_urgent_or_in_hand_is_told_of_no_plan(house: House, change: str) -> None:
    kept = await submitted(house)
    await house.database.pool.execute(f"UPDATE help_request SET {change}")
    planning = replace(house, settings=house.settings.model_copy(update={"plan": "apply"}))
    assert "We look again" not in (await posted(planning, kept.receipt)).text
