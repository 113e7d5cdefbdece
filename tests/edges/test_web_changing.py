"""After sending somebody changes a date, how they are reached, what they agree to, or the code itself."""

import html
import re
from datetime import timedelta

import pytest
from httpx import Response
from referrals_given import SOMEONE, as_it_stands, submitted
from web_given import visiting

from referral.edges.house import House
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.intake import consents, requests
from referral.intake.submitting import Submitted
from referral.intake.words import ConsentScope, ContactChannel

DAY = now().date() + timedelta(days=9)
DATE = {"court_day.day": str(DAY.day), "court_day.month": str(DAY.month), "court_day.year": str(DAY.year)}
REACH = {"contact": "text", "contact_to": "+1 956 555 0177", "announce": "no", "message": "yes"}


async def posted(house: House, code: str, act: str, lang: str = "en", **fields: str) -> Response:
    async with visiting(house) as browser:
        return await browser.post(f"/{lang}/status", data={"code": code, "act": act, **fields})


async def events(house: House, kept: Submitted) -> list[str]:
    return await value(
        house.database.reader, "SELECT array_agg(kind) FROM request_event WHERE request_id = $1", kept.request.id
    )


async def test_another_court_date_is_kept_and_makes_it_urgent(house: House) -> None:
    kept = await submitted(house)
    answer = await posted(house, kept.receipt, "hearing", **DATE)
    assert answer.status_code == 200
    assert "We have changed it." in answer.text
    request = await as_it_stands(house, kept.request)
    assert requests.facts_of(house.vault, request).next_hearing_on == DAY
    assert "updated" in await events(house, kept)


async def test_they_are_reached_in_another_way_and_stay_who_they_are(house: House) -> None:
    kept = await submitted(house)
    await posted(house, kept.receipt, "contact", **REACH)
    who = requests.person_of(house.vault, await as_it_stands(house, kept.request))
    assert who is not None
    assert (who.name, who.note) == (SOMEONE.name, SOMEONE.note)
    (contact,) = who.contacts
    assert (contact.channel, contact.value) == (ContactChannel.SMS, "+1 956 555 0177")
    assert (contact.may_leave_message, contact.may_say_who_we_are) == (True, False)
    assert ConsentScope.NOTIFY_ME in await consents.standing(house.database.reader, kept.request.id)
    await posted(house, kept.receipt, "contact", contact="code")
    assert ConsentScope.NOTIFY_ME not in await consents.standing(house.database.reader, kept.request.id)


async def test_who_agrees_no_longer_is_shown_to_nobody_and_may_agree_again(house: House) -> None:
    kept = await submitted(house)
    await posted(house, kept.receipt, "consent", consent="no")
    standing = await consents.standing(house.database.reader, kept.request.id)
    assert ConsentScope.SHARE_SUMMARY not in standing
    assert ConsentScope.STORE_REQUEST in standing
    await posted(house, kept.receipt, "consent", consent="yes")
    assert ConsentScope.SHARE_SUMMARY in await consents.standing(house.database.reader, kept.request.id)


async def test_with_a_new_code_the_old_one_opens_nothing(house: House) -> None:
    kept = await submitted(house)
    answer = await posted(house, kept.receipt, "renew")
    shown = re.search(r'<p class="code"[^>]*>(.*?)</p>', answer.text)
    assert shown
    code = "".join(re.findall(r"\d", shown[1]))
    assert len(code) == 22
    assert code != kept.receipt
    assert f'name="code" value="{kept.receipt}"' not in answer.text  # what is done next goes by the new one
    assert (await posted(house, kept.receipt, "look")).status_code == 422
    assert (await posted(house, code, "look")).status_code == 200
    assert (await posted(house, code, "hearing", **DATE)).status_code == 200
    assert "receipt_renewed" in await events(house, kept)


@pytest.mark.parametrize(("act", "fields", "told"), [
    ("hearing", {}, "We do not know this day"),
    ("hearing", {**DATE, "court_day.day": "99"}, "We do not know this day"),
    ("contact", {**REACH, "contact_to": "12"}, "This does not look like a phone number"),
    ("contact", {"contact": "text", "contact_to": "+1 956 555 0177"}, "Choose one answer"),
    ("consent", {"consent": "perhaps"}, "Choose one answer"),
])  # fmt: skip
async def test_a_slip_is_told_beside_what_was_typed_and_changes_nothing(
    house: House, act: str, fields: dict[str, str], told: str
) -> None:
    kept = await submitted(house)
    before = await as_it_stands(house, kept.request)
    answer = await posted(house, kept.receipt, act, **fields)
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert text.count(told) >= 2
    assert '<details class="card" open>' in text
    anchor = re.search(r'<li><a href="#([^"]+)">', text)
    assert anchor
    assert f'id="{anchor[1]}"' in text
    assert await as_it_stands(house, kept.request) == before


@pytest.mark.parametrize("act", ["hearing", "contact", "consent", "renew"])
async def test_a_wrong_code_changes_nothing(house: House, act: str) -> None:
    kept = await submitted(house)
    answer = await posted(house, "0000 0000 0000 0000 0000 97", act, **DATE, **REACH, consent="no")
    assert answer.status_code == 422
    assert await events(house, kept) == ["submitted"]


@pytest.mark.parametrize("act", ["hearing", "contact", "consent", "renew"])
async def test_what_is_closed_is_not_changed(house: House, act: str) -> None:
    kept = await submitted(house)
    await posted(house, kept.receipt, "withdraw")
    answer = await posted(house, kept.receipt, act, **DATE, **REACH, consent="yes")
    assert answer.status_code == 422
    assert "updated" not in await events(house, kept)
    assert "receipt_renewed" not in await events(house, kept)
