"""A provider answers an offer on a plain page: yes, no or a question. Nobody sees a person before a yes."""

from datetime import timedelta

import pytest
from httpx import Response
from web_given import CONSENTS, NAME, PHONE, Letter, offered, run_out, visiting

from referral.edges.house import House
from referral.foundation.db import Database, value
from referral.foundation.vocabulary import CasePosture
from referral.intake import requests
from referral.intake.words import ConsentScope
from referral.referrals import answering, notes, offers, reading
from referral.referrals.offers import THE_SYSTEM
from referral.referrals.words import DeclineReason, ReferralStatus

PERSONAL = (NAME, PHONE, "A synthetic note", "Brownsville")


async def opened(house: House, letter: Letter) -> Response:
    async with visiting(house) as browser:
        return await browser.get(letter.path)


async def answered(house: House, letter: Letter, **fields: str) -> Response:
    async with visiting(house) as browser:
        return await browser.post(letter.path, data=fields)


async def standing(house: House, letter: Letter) -> ReferralStatus:
    found = await reading.referral(house.database.reader, letter.referral.id)
    assert found
    return found.status


async def looks(database: Database) -> list[str]:
    """What the audit trail says was done with people's details."""
    return await value(database.reader, "SELECT coalesce(array_agg(act ORDER BY act), '{}') FROM audit_event")


async def history(database: Database, letter: Letter) -> list[str]:
    return [event.status.value for event in await reading.histories(database.reader, [letter.referral.id])]


# ---------------------------------------------------------------- reading


async def test_the_page_tells_what_is_needed_and_nothing_of_who(house: House):
    letter = await offered(house)
    answer = await opened(house, letter)
    assert answer.status_code == 200
    for told in ("Asylum or refugee status", "Spanish, Mam", "Texas, US", "A hearing within 14 days.", "Urgent."):
        assert told in answer.text
    assert not any(word in answer.text for word in PERSONAL)
    assert answer.headers["cache-control"] == "no-store"


async def test_reading_changes_nothing_since_mail_scanners_read_too(house: House):
    letter = await offered(house)
    await opened(house, letter)
    async with visiting(house) as browser:
        await browser.head(letter.path)
    assert await history(house.database, letter) == ["offered"]
    assert await looks(house.database) == []


async def test_whether_the_person_is_held_is_told(house: House):
    answer = await opened(house, await offered(house, posture=CasePosture.DETAINED_ICE))
    assert CasePosture.DETAINED_ICE.meaning in answer.text


async def test_where_else_a_case_stands_is_told_after_a_yes_only(house: House):
    letter = await offered(house, posture=CasePosture.APPEAL_PENDING)
    before = await opened(house, letter)
    after = await answered(house, letter, answer="accept")
    assert CasePosture.APPEAL_PENDING.meaning not in before.text
    assert CasePosture.APPEAL_PENDING.meaning in after.text


async def test_reasons_that_need_a_talk_with_the_person_are_not_offered(house: House):
    text = (await opened(house, await offered(house))).text
    assert 'value="no_capacity"' in text
    assert 'value="cannot_reach_person"' not in text


async def test_a_forged_link_opens_nothing(house: House):
    letter = await offered(house)
    forged = Letter(office=letter.office, referral=letter.referral, token=letter.token[:-4] + "AAAA")
    answer = await opened(house, forged)
    assert answer.status_code == 404
    assert "This link is not one of ours." in answer.text
    assert (await answered(house, forged, answer="accept")).status_code == 404
    assert await standing(house, letter) is ReferralStatus.OFFERED


# ---------------------------------------------------------------- yes


async def test_a_yes_shows_the_person_after_an_audit_row(house: House):
    letter = await offered(house)
    answer = await answered(house, letter, answer="accept")
    assert answer.status_code == 200
    for told in (NAME, PHONE, "A synthetic note &lt;b&gt;in bold&lt;/b&gt;.", "<bdi>Brownsville</bdi>, Texas, US"):
        assert told in answer.text
    assert "Do not leave a message." in answer.text
    assert "Do not say who is calling, or why," in answer.text
    assert await standing(house, letter) is ReferralStatus.ACCEPTED
    assert await looks(house.database) == ["contact_released", "person_read", "request_read"]


async def test_a_yes_shows_nobody_who_did_not_agree_to_be_contacted(house: House):
    consents = tuple(scope for scope in CONSENTS if scope is not ConsentScope.SHARE_CONTACT)
    answer = await answered(house, await offered(house, consents=consents), answer="accept")
    assert answer.status_code == 200
    assert "has not agreed that we share their contact" in answer.text
    assert not any(word in answer.text for word in (NAME, PHONE))
    assert await looks(house.database) == []


async def test_reading_after_a_yes_shows_the_person_to_no_scanner_but_to_whoever_asks(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    read = await opened(house, letter)
    assert read.status_code == 200
    assert "You have accepted" in read.text
    assert not any(word in read.text for word in PERSONAL)
    shown = await answered(house, letter, answer="show")
    assert shown.status_code == 200
    assert PHONE in shown.text
    assert await looks(house.database) == [
        "contact_released",
        "person_read",
        "person_read",
        "request_read",
        "request_read",
    ]


async def test_a_double_click_accepts_once_and_the_contact_stays_in_reach(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    again = await answered(house, letter, answer="accept")
    assert again.status_code == 409
    assert "Show the contact" in again.text
    assert await history(house.database, letter) == ["offered", "accepted"]


async def test_the_contact_is_not_shown_before_a_yes(house: House):
    letter = await offered(house)
    answer = await answered(house, letter, answer="show")
    assert answer.status_code == 409
    assert not any(word in answer.text for word in PERSONAL)
    assert await looks(house.database) == []


async def test_a_link_that_has_run_out_shows_no_contact_even_after_a_yes(house: House):
    letter = await offered(house, link_lives=timedelta(seconds=-1))
    async with house.database.transaction() as tx:
        await answering.accept(tx, letter.referral.id, THE_SYSTEM, now=letter.referral.offered_at)
    read, asked = await opened(house, letter), await answered(house, letter, answer="show")
    assert "Show the contact" not in read.text
    assert not any(word in asked.text for word in PERSONAL)
    assert "person_read" not in await looks(house.database)


async def test_a_yes_to_a_place_that_has_gone_is_refused_with_the_offer_still_open(house: House):
    letter = await offered(house, holds=False, places=0)
    answer = await answered(house, letter, answer="accept")
    assert answer.status_code == 409
    assert "Every place is taken." in answer.text
    assert not any(word in answer.text for word in PERSONAL)
    assert await standing(house, letter) is ReferralStatus.OFFERED
    assert await looks(house.database) == []


# ---------------------------------------------------------------- no, and questions


async def test_a_no_needs_a_reason(house: House):
    letter = await offered(house)
    answer = await answered(house, letter, answer="decline", decline_reason="", note="Sorry <i>")
    assert answer.status_code == 422
    assert "Say why. It decides what is offered later." in answer.text
    assert "Sorry &lt;i&gt;</textarea>" in answer.text
    assert await standing(house, letter) is ReferralStatus.OFFERED


async def test_a_no_with_a_reason_and_words_is_kept(house: House):
    letter = await offered(house)
    reason = DeclineReason.LANGUAGE_NOT_AVAILABLE
    answer = await answered(house, letter, answer="decline", decline_reason=reason.value, note="No one speaks Mam.")
    assert answer.status_code == 200
    assert "You have declined" in answer.text
    found = await reading.referral(house.database.reader, letter.referral.id)
    assert found
    assert (found.status, found.decline_reason) == (ReferralStatus.DECLINED, reason)
    assert await said(house, letter) == ["No one speaks Mam."]
    assert "This offer was declined" in (await opened(house, letter)).text


async def test_a_second_question_is_answered_in_words(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="ask", note="Is there a translator?")
    again = await answered(house, letter, answer="ask", note="And a phone?")
    assert again.status_code == 409
    assert "You have asked already" in again.text


async def test_a_question_of_signs_alone_is_none(house: House):
    letter = await offered(house)
    assert (await answered(house, letter, answer="ask", note="\x01 ...")).status_code == 422


async def test_a_person_who_gave_nothing_is_not_said_to_have_refused(house: House):
    letter = await offered(house)
    await house.database.pool.execute("UPDATE help_request SET person = NULL")
    text = (await answered(house, letter, answer="accept")).text
    assert "gave no name and no way to reach them" in text
    assert "has not agreed" not in text
    assert "Show the contact" not in (await opened(house, letter)).text


async def test_a_contact_that_may_not_be_shown_is_not_offered_again(house: House):
    consents = tuple(scope for scope in CONSENTS if scope is not ConsentScope.SHARE_CONTACT)
    letter = await offered(house, consents=consents)
    await answered(house, letter, answer="accept")
    assert "Show the contact" not in (await opened(house, letter)).text


async def test_a_question_needs_words_and_the_clock_goes_on(house: House):
    letter = await offered(house)
    empty = await answered(house, letter, answer="ask", note="  ")
    assert empty.status_code == 422
    asked = await answered(house, letter, answer="ask", note="Is there a translator?")
    assert "The intake team sees your question" in asked.text
    assert await said(house, letter) == ["Is there a translator?"]
    page = await opened(house, letter)
    assert page.status_code == 200
    assert "You have asked a question." in page.text
    assert (await answered(house, letter, answer="accept")).status_code == 200


async def test_numbers_from_papers_are_not_kept(house: House):
    letter = await offered(house)
    answer = await answered(house, letter, answer="ask", note="Is it A123456789?")
    assert answer.status_code == 422
    assert "take out numbers from identity papers" in answer.text


@pytest.mark.parametrize("fields", [{}, {"answer": "perhaps"}, {"answer": "decline", "decline_reason": "whim"}])
async def test_what_no_button_sends_changes_nothing(house: House, fields: dict[str, str]):
    letter = await offered(house)
    answer = await answered(house, letter, **fields)
    assert answer.status_code == (415 if not fields else 422)
    assert await standing(house, letter) is ReferralStatus.OFFERED


async def said(house: House, letter: Letter) -> list[str]:
    request = await requests.request(house.database.reader, letter.referral.request_id)
    assert request
    kept = await notes.of_referrals(house.database.reader, house.vault, request, [letter.referral.id])
    return [note.text for note in kept[letter.referral.id]]


# ---------------------------------------------------------------- too late, or from elsewhere


async def test_an_offer_past_its_time_says_so_and_takes_no_answer(house: House):
    letter = await offered(house)
    await run_out(house.database, letter.referral)
    for answer in (await opened(house, letter), await answered(house, letter, answer="accept")):
        assert answer.status_code == 410
        assert "The time for this offer has passed" in answer.text
        assert not any(word in answer.text for word in PERSONAL)
    assert await standing(house, letter) is ReferralStatus.OFFERED


async def test_a_link_past_its_time_says_so_and_takes_no_answer(house: House):
    letter = await offered(house, link_lives=timedelta(seconds=-1))
    assert (await opened(house, letter)).status_code == 410
    assert (await answered(house, letter, answer="accept")).status_code == 410
    assert await standing(house, letter) is ReferralStatus.OFFERED


async def test_an_offer_that_was_taken_back_says_so(house: House):
    letter = await offered(house)
    async with house.database.transaction() as tx:
        await requests.locked(tx, letter.referral.request_id)
        await offers.end_all(tx, letter.referral.request_id, ReferralStatus.RECALLED, THE_SYSTEM)
    answer = await opened(house, letter)
    assert answer.status_code == 409
    assert "This offer was taken back" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.invalid"},
        {"origin": "null"},
        {},
    ],
)
async def test_another_site_answers_nothing(house: House, headers: dict[str, str]):
    letter = await offered(house)
    async with visiting(house) as browser:
        del browser.headers["sec-fetch-site"]
        answer = await browser.post(letter.path, data={"answer": "accept"}, headers=headers)
    assert answer.status_code == 403
    assert await standing(house, letter) is ReferralStatus.OFFERED


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"answer=accept", "text/plain", 415),
        (b"answer=accept&note=" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        ("answer=accept&note=ñ".encode(), "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(99)), "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_no_small_form_is_not_read(house: House, body: bytes, kind: str, status: int):
    letter = await offered(house)
    async with visiting(house) as browser:
        answer = await browser.post(letter.path, content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert await standing(house, letter) is ReferralStatus.OFFERED


async def test_an_erased_request_leaves_nothing_to_see(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    async with house.database.transaction() as tx:
        await offers.end_all(tx, letter.referral.request_id, ReferralStatus.RECALLED, THE_SYSTEM)
        await requests.wipe(tx, letter.referral.request_id, letter.referral.offered_at)
    shown = await answered(house, letter, answer="show")
    assert shown.status_code == 409
    assert "The person no longer asks for help here" in shown.text


# ---------------------------------------------------------------- after a yes


async def test_after_a_yes_the_page_asks_what_became_of_it_and_one_button_says_that_they_are_in_touch(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    assert "We are in touch" in (await opened(house, letter)).text
    thanks = await answered(house, letter, answer="reached")
    assert thanks.status_code == 200
    assert "You are in touch with the person" in thanks.text
    assert await history(house.database, letter) == ["offered", "accepted", "in_progress"]
    assert "We are in touch" not in (await opened(house, letter)).text
    assert (await answered(house, letter, answer="reached")).status_code == 200  # a double click


async def test_how_it_ended_is_told_with_a_choice_and_then_the_link_shows_nothing_more(house: House):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    told = await answered(house, letter, answer="ended", outcome="served_limited", note="Papers are filed.")
    assert told.status_code == 200
    assert "Thank you for telling us" in told.text
    assert await standing(house, letter) is ReferralStatus.COMPLETED
    read, shown = await opened(house, letter), await answered(house, letter, answer="show")
    assert "This referral is complete" in read.text
    assert not any(word in read.text + shown.text for word in PERSONAL)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Choose how it ended."),
        ({"outcome": "not_served"}, "Say why."),
        ({"outcome": "served_full", "note": "x" * 501}, "500"),
    ],
)
async def test_what_is_missing_is_said_beside_its_field_and_what_was_written_stays(
    house: House, fields: dict[str, str], says: str
):
    letter = await offered(house)
    await answered(house, letter, answer="accept")
    answer = await answered(house, letter, answer="ended", **{"note": "A kept word.", **fields})
    assert answer.status_code == 422
    assert says in answer.text
    assert fields.get("note", "A kept word.") in answer.text
    assert await standing(house, letter) is ReferralStatus.ACCEPTED


async def test_before_a_yes_nothing_can_have_become_of_it(house: House):
    letter = await offered(house)
    for fields in ({"answer": "reached"}, {"answer": "ended", "outcome": "served_full"}):
        answer = await answered(house, letter, **fields)
        assert answer.status_code == 409
        assert "Your answer" in answer.text
    assert await history(house.database, letter) == ["offered"]
