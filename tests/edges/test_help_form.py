"""Somebody asks for help, one question on a page, without a script: every branch, every slip, and every way out."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from seeker import PLAIN, all_of, code_in, count, kept, somebody
from web_given import visiting

from referral.edges.house import House
from referral.foundation import branding_reading, clock
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.intake import form_tokens, requests
from referral.intake.asking.questions import FIELDS, VERSION
from referral.intake.words import CanAfford, ConsentScope, ContactChannel, UrgencyCriterion, UrgencyLevel

STORY = "Synthetic words about two children."


# ---------------------------------------------------------------- the whole way
@pytest.mark.parametrize("lang", ["en", "es"])
async def test_the_whole_way_ends_with_a_code_that_opens_the_request(house: House, lang: str) -> None:
    async with somebody(house, lang) as person:
        await person.go("/help")
        assert 'form method="post"' in person.answer.text
        code = await person.finish(
            kind={"kind.asylum": "yes", "kind.court": "yes"},
            place={"place": "Brownsville, TX"},
            country={"country": "Honduras"},
            pay={"pay": "no"},
            name={"name": "Synthetic"},
            contact={"contact": "text", "contact_to": "+1 (956) 555-0100"},
            safe={"announce": "no", "message": "yes", "times.morning": "yes"},
            more={"more": STORY},
        )
        assert len(person.been) <= 23
    made = await kept(house, code)
    facts, who = requests.facts_of(house.vault, made), requests.person_of(house.vault, made)
    assert facts.place is not None
    assert (facts.place.name, facts.country, facts.can_afford) == ("Brownsville", "HN", CanAfford.NO)
    assert facts.ui_language == lang
    assert who is not None
    assert (who.name, who.note) == ("Synthetic", STORY)
    assert who.contacts[0].channel is ContactChannel.SMS
    assert who.contacts[0].value == "+1 (956) 555-0100"  # never written in another way than they did
    assert (who.contacts[0].may_leave_message, who.contacts[0].may_say_who_we_are) == (True, False)
    assert await value(house.database.reader, "SELECT question_set FROM help_request") == VERSION


async def test_after_sending_no_answer_is_left_in_the_draft_and_back_says_it_is_sent(house: House) -> None:
    async with somebody(house) as person:
        code = await person.finish(more={"more": STORY})
        await person.go("/help/more")
        assert "You already sent this" in person.text
        assert STORY not in person.text
        await person.say("more", more="another")
        assert "You already sent this" in person.text
        await person.say("check")
        assert code_in(person.text) == code
        await person.go("/help/receipt")
        assert code_in(person.text) == code  # the page can be loaded again
    assert await count(house) == 1


async def test_twenty_sends_at_once_are_one_request_and_one_code(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through()
        answers = await asyncio.gather(*(person.browser.post("/en/help/check", data={"act": "on"}) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {303}
        pages = await asyncio.gather(*(person.browser.get("/en/help/receipt") for _ in range(3)))
        assert len({code_in(page.text) for page in pages}) == 1
    assert await count(house) == 1


# ---------------------------------------------------------------- branches
@pytest.mark.parametrize(("said", "criterion"), [
    ({"danger": {"danger": "officers"}}, UrgencyCriterion.IMMINENT_REMOVAL),
    ({"held": {"held": "yes"}, "facility": {"fear": "date"}}, UrgencyCriterion.FEAR_INTERVIEW_WITHIN_7D),
    ({"age": {"age": "child"}, "shelter": {"shelter": "no"}}, UrgencyCriterion.UNACCOMPANIED_CHILD),
    ({"arrive": {"arrive": "under_12"}}, UrgencyCriterion.ONE_YEAR_DEADLINE_WITHIN_90D),
])  # fmt: skip
async def test_what_presses_comes_first(
    house: House, said: dict[str, dict[str, str]], criterion: UrgencyCriterion
) -> None:
    async with somebody(house) as person:
        made = await kept(house, await person.finish(**said))
    facts = requests.facts_of(house.vault, made)
    assert criterion in facts.circumstances
    assert made.urgency is not UrgencyLevel.NORMAL
    asked = set(person.been)
    if "held" in said:
        assert not {"pay", "place"} & asked
    if "age" in said:
        assert "shelter" in asked


async def test_danger_shows_numbers_to_call_and_a_short_way(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("danger")
        await person.say(danger="hurt")
        assert person.page == "danger_help"
        assert 'href="tel:911"' in person.text
        assert len(re.findall('href="tel:', person.text)) >= 3
        await person.say(act="hurry")
        await person.through()
        assert "arrive" not in person.been
        assert len(person.been) <= 15
        await person.say("check")
        assert person.page == "receipt"


async def test_from_the_lawyer_on_one_can_send_what_one_has(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("pay")
        assert "Send now with what I have" in person.text
        await person.say(act="hurry", pay="no")
        assert person.page == "place"
        await person.through()
        await person.say("check")
        assert person.page == "receipt"


@pytest.mark.parametrize(("said", "stops"), [
    ({"who": {"who": "someone"}, "helper": {"knows": "no", "relation": "friend"}}, "ask_them"),
    ({"lawyer": {"lawyer": "yes"}, "lawyer_why": {"lawyer_why": "none"}}, "no_need"),
])  # fmt: skip
async def test_who_is_not_asked_further_is_led_to_somebody_else(
    house: House, said: dict[str, dict[str, str]], stops: str
) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("check", **said)
        assert person.page == stops
        assert "/en/find" in person.text
        await person.say("check")
        assert person.page == stops
    assert await count(house) == 0


async def test_a_friend_asks_for_someone_who_is_held_and_cannot_ask(house: House) -> None:
    async with somebody(house) as person:
        made = await kept(
            house,
            await person.finish(
                who={"who": "someone"},
                helper={"knows": "unreachable", "relation": "friend"},
                held={"held": "yes"},
                contact={"contact": "person", "contact_to": "+1 956 555 0100", "contact_who": "A synthetic friend"},
            ),
        )
    who = requests.person_of(house.vault, made)
    assert requests.facts_of(house.vault, made).on_behalf is not None
    assert who is not None
    assert who.contacts[0].value == "A synthetic friend, +1 956 555 0100"


@pytest.mark.parametrize(("said", "told"), [
    ({"where": {"where": "no"}}, "outside"),
    ({"pay": {"pay": "yes"}}, "pay_low"),
    ({"kind": {"kind.other": "yes"}}, "out_of_scope"),
    ({"court": {"court": "unsure"}}, "court_look"),
    ({"lawyer": {"lawyer": "yes"}, "lawyer_why": {"lawyer_why": "check"}}, "lawyer_check"),
    (
        {
            "court": {"court": "court"},
            "court_date": {"court_day.day": "1", "court_day.month": "11", "court_day.year": "2026"},
        },
        "missed",
    ),
])  # fmt: skip
async def test_who_is_told_something_can_still_send(house: House, said: dict[str, dict[str, str]], told: str) -> None:
    async with somebody(house) as person:
        await person.finish(**said)
        assert told in person.been
    assert await count(house) == 1


@pytest.mark.parametrize(("consent", "scopes"), [
    ("yes", {ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT}),
    ("ask", set[ConsentScope]()),
    ("no", set[ConsentScope]()),
])  # fmt: skip
async def test_what_is_agreed_to_is_kept_and_no_more(house: House, consent: str, scopes: set[ConsentScope]) -> None:
    async with somebody(house) as person:
        await person.finish(consent={"consent": consent})
    agreed: list[str] = await value(house.database.reader, "SELECT array_agg(scope) FROM consent")
    assert {ConsentScope(scope) for scope in agreed} == scopes | {ConsentScope.STORE_REQUEST}


# ---------------------------------------------------------------- slips
@pytest.mark.parametrize(("page", "said", "told"), [
    ("who", {}, "Choose one answer"),
    ("more", {"more": "My number is A123 456 789."}, "Take out the numbers from your papers"),
    ("more", {"more": "x" * 501}, "This is too long"),
    ("contact", {"contact": "text", "contact_to": "12"}, "This does not look like a phone number"),
    ("contact", {"contact": "email", "contact_to": "nobody"}, "This does not look like an email"),
    ("court_date", {"court_day.day": "31", "court_day.month": "2", "court_day.year": "2027"}, "We do not know this"),
    ("place", {"place": "Zzyzxqq"}, "We do not know this place"),
])  # fmt: skip
async def test_a_slip_is_told_on_top_and_beside_and_what_was_typed_stays(
    house: House, page: str, said: dict[str, str], told: str
) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through(page, court={"court": "court"})
        await person.say(**said)
        assert person.answer.status_code == 422
        assert re.search(r"<title>Error: ", person.text)
        assert person.text.count(told) >= 2
        assert 'tabindex="-1" autofocus' in person.text
        anchor = re.search(r'<li><a href="#([^"]+)">', person.text)
        assert anchor
        assert f'id="{anchor[1]}"' in person.text
        for typed in said.values():
            assert typed[:40] in person.text
        await person.go(f"/help/{page}")
        assert person.answer.status_code == 200  # nothing of it was kept


async def test_a_place_with_several_meanings_is_asked_and_never_guessed(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("place")
        await person.say(place="Springfield")
        assert person.answer.status_code == 422
        offered = re.findall(r'name="place.choice" value="([^"]+)"', person.text)
        assert len(offered) >= 3
        assert offered[-1] == "as_written"
        await person.say("place", place="Springfield", **{"place.asked": "Springfield", "place.choice": offered[1]})
        assert person.page == "speak"
        await person.through()
        assert "Springfield, " in person.text
        await person.say("check")
        made = await kept(house, code_in(person.text))
    place = requests.facts_of(house.vault, made).place
    assert place is not None
    assert str(place.place_id) == offered[1]


async def test_a_place_that_nobody_knows_may_stay_as_it_was_written(house: House) -> None:
    async with somebody(house) as person:
        said = {"place": "Zzyzxqq", "place.asked": "Zzyzxqq", "place.choice": "as_written"}
        made = await kept(house, await person.finish(place=said))
    who = requests.person_of(house.vault, made)
    assert who is not None
    assert who.note == "Lives near: Zzyzxqq"


@pytest.mark.parametrize(("words", "tag"), [("Garífuna", "cab"), ("Q'anjob'al", "kjb")])
async def test_a_language_that_is_not_on_the_list_is_looked_up(house: House, words: str, tag: str) -> None:
    async with somebody(house) as person:
        made = await kept(house, await person.finish(speak={"speak": "other", "speak_other": words}))
    assert made.languages == (tag,)
    who = requests.person_of(house.vault, made)
    assert who is not None
    assert who.note is None


@pytest.mark.parametrize(("page", "name", "said", "told", "note"), [
    ("speak", "speak_other", {"speak": "other"}, "We do not know this language", "Speaks: Zzyzxqq"),
    ("country", "country", {}, "We do not know this country", "Country: Zzyzxqq"),
])  # fmt: skip
async def test_words_that_nobody_knows_are_asked_about_and_stay_as_written_only_if_their_writer_says_so(
    house: House, page: str, name: str, said: dict[str, str], told: str, note: str
) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through(page)
        await person.say(page, **said, **{name: "Zzyzxqq"})
        assert person.answer.status_code == 422
        assert person.text.count(told) >= 2
        assert re.findall(rf'name="{name}.choice" value="([^"]+)"', person.text) == ["as_written"]
        await person.say(page, **said, **{name: "Zzyzxqq", f"{name}.asked": "Zzyzxqq", f"{name}.choice": "as_written"})
        await person.through()
        assert "Zzyzxqq" in person.text  # where all answers are checked
        await person.say("check")
        made = await kept(house, code_in(person.text))
    who = requests.person_of(house.vault, made)
    assert who is not None
    assert who.note == note


TEXAS = "[[areas]]\nname = { en = 'Synthetic Texas', es = 'Texas sintético' }\nstates = ['TX']"


@pytest.mark.parametrize(("place", "is_far"), [
    ("Brownsville, TX", False), ("Albuquerque, NM", True), ("New Mexico", False), ("", False),
])  # fmt: skip
async def test_outside_the_areas_of_the_organization_nobody_is_turned_away_and_groups_are_named(
    house: House, place: str, is_far: bool
) -> None:
    async with somebody(replace(house, branding=branding_reading.parsed(TEXAS)), "es") as person:
        await person.start()
        await person.through("place")
        await person.say("place", place=place)
        assert (person.page == "far") is is_far
        if is_far:
            assert "Texas sintético" in person.text
            assert '/es/find"' in person.text
        await person.through()
        await person.say("check")
        assert person.page == "receipt"


async def test_a_language_that_is_not_there_yet_is_shown_in_english_and_one_that_is_none_is_nowhere(
    house: House,
) -> None:
    async with somebody(house, "ar") as person:
        await person.go("/help")
        assert person.answer.status_code == 200
    async with somebody(house, "tlh") as person:
        for path in ("/help", "/help/all", "/help/who", "/ended"):
            await person.go(path)
            assert person.answer.status_code == 404


# ---------------------------------------------------------------- for who does not read
async def test_a_recording_that_is_dropped_in_can_be_heard_and_nothing_else_is_allowed_by_it(house: House) -> None:
    folder = house.settings.audio_folder
    for tag in ("en", "es", "mam"):
        (folder / tag).mkdir(parents=True)
        (folder / tag / "start.opus").write_bytes(b"OggS synthetic " + tag.encode())
    async with somebody(house) as person:
        await person.go("/help")
        assert re.findall(r'<source src="([^"]+)"', person.text) == ["/audio/en/start", "/audio/mam/start"]
        policy = person.answer.headers["content-security-policy"]
        assert "media-src 'self'" in policy
        heard = await person.browser.get("/audio/mam/start")
        assert (heard.content, heard.headers["content-type"]) == (b"OggS synthetic mam", "audio/ogg")
        part = await person.browser.get("/audio/mam/start", headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, b"OggS")
        for path in ("/audio/mam/danger", "/audio/../start", "/audio/ru/start", "/audio/mam/..%2f..%2froot.key"):
            assert (await person.browser.get(path)).status_code == 404
        await person.go("/help/code")
        assert "media-src" not in person.answer.headers["content-security-policy"]


# ---------------------------------------------------------------- back, change, and nobody else
async def test_a_changed_answer_asks_what_depends_on_it_and_then_comes_back_to_checking(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through()
        assert 'href="/en/help/held"' in person.text
        await person.go("/help/held")
        assert re.search(r'value="no" checked', person.text)
        await person.say(held="yes")
        assert person.page == "facility"
        await person.say(facility="", fear="no")
        assert person.page == "check"
        await person.go("/help/pay")
        assert person.page == "check"  # it is not asked any more


async def test_back_leads_the_way_one_came_with_the_answer_still_there(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("where")
        back = re.search(r'<p class="back"><a href="/en(/help/[a-z_]+)">', person.text)
        assert back
        await person.go(back[1])
        assert person.page == "danger"
        assert 'value="no" checked' in person.text


async def test_no_address_leads_ahead_of_the_questions(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        for page in ("consent", "check", "later_than_any"):
            await person.go(f"/help/{page}")
            assert person.page == "safety" or person.answer.status_code == 404
        await person.say("check")
    assert await count(house) == 0


async def test_without_the_cookie_nothing_is_shown_and_nothing_is_changed(house: House) -> None:
    async with somebody(house) as person, somebody(house) as other:
        await person.start()
        await person.through("more")
        await person.say(more=STORY)
        for path in ("/help/more", "/help/check", "/help/receipt", "/help/later"):
            await other.go(path)
            assert other.answer.status_code == 410
            assert "This page has ended" in other.text
            assert STORY not in other.text


async def test_another_site_cannot_answer_or_send(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through()
        for path in ("/en/help", "/en/help/who", "/en/help/check", "/en/help/later", "/en/help/all"):
            answer = await person.browser.post(path, data={"who": "me"}, headers={"sec-fetch-site": "cross-site"})
            assert answer.status_code == 403
    assert await count(house) == 0


async def test_a_browser_too_old_to_say_where_it_was_must_send_what_the_page_told_it(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        del person.browser.headers["sec-fetch-site"]
        seal = re.search(r'name="seal" value="([0-9a-f]{32})"', person.text)
        assert seal
        await person.say("safety", seal="0" * 32)
        assert person.answer.status_code == 403
        await person.say("safety", seal=seal[1])
        assert person.page == "who"


async def test_the_cookie_is_read_by_no_script_and_ends_with_the_browser(house: House) -> None:
    async with visiting(house) as browser:
        answer = await browser.post("/en/help", data={"act": "on"})
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("d=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert not re.search("max-age|expires", cookie, re.IGNORECASE)


# ---------------------------------------------------------------- stopping and leaving
async def test_leaving_wipes_the_draft_and_the_cookie_and_shows_the_weather(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("more")
        await person.say(more=STORY)
        answer = await person.browser.get("/en/exit")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("https://")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "no-store" in answer.headers["cache-control"]
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert await count(house, "help_draft") == 0
        await person.go("/help/more")
        assert "This page has ended" in person.text
        assert STORY not in person.text


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
async def test_a_browser_that_only_looks_ahead_wipes_nothing(house: House, purpose: str) -> None:
    async with somebody(house) as person:
        await person.start()
        answer = await person.browser.get("/exit", headers={"Sec-Purpose": purpose})
        assert "set-cookie" not in answer.headers
        assert await count(house, "help_draft") == 1


@pytest.mark.parametrize("path", ["/help/all", "/help/code", "/status"])
async def test_a_page_without_a_draft_has_a_cookie_too_so_that_leaving_makes_the_browser_forget_it(
    house: House, path: str
) -> None:
    async with somebody(house) as person, somebody(house) as other:
        if path == "/status":
            code = await other.finish()
            answer = await person.browser.post("/en/status", data={"act": "look", "code": code})
        else:
            answer = await person.browser.get(f"/en{path}")
        assert 'href="/en/exit"' in answer.text
        (cookie,) = answer.headers.get_list("set-cookie")
        assert re.match(r"d=~[\w-]{22}; HttpOnly", cookie)
        left = await person.browser.get("/en/exit")
        assert "Max-Age=0" in left.headers["set-cookie"]
        await person.go("/help/who")
        assert person.answer.status_code == 410


async def test_every_page_after_the_first_has_the_way_out(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        while person.page != "check":
            assert 'href="/en/exit" rel="noreferrer">Leave this page now</a></nav>' in person.text, person.page
            await person.say(None, **PLAIN.get(person.page, {}))
        await person.say("check")
        assert 'href="/en/exit"' in person.text


async def test_who_stops_goes_on_with_the_code_in_another_browser_even_after_leaving(house: House) -> None:
    async with somebody(house) as person, somebody(house, "es") as again:
        await person.start()
        await person.through("more")
        await person.say(act="later", more=STORY)
        assert person.page == "later"
        await person.say("later")
        code = code_in(person.text)
        await person.browser.get("/exit")
        await person.go("/help/more")
        assert person.answer.status_code == 410
        await again.say("code", code=f"{code[:11]} - {code[11:]}")
        assert again.page == "consent"
        await again.go("/help/more")
        assert STORY in again.text
        await again.through(more={"more": STORY})
        await again.say("check")
        assert again.page == "receipt"
        await again.say("code", code=code)
        assert again.answer.status_code == 422  # it was sent


@pytest.mark.parametrize("code", ["", "123", "x", "0b7e4a52-6a8e-4b3c-9d51-5f0e8f6f2c1d"])
async def test_a_wrong_code_goes_on_with_nothing(house: House, code: str) -> None:
    async with somebody(house) as person:
        await person.say("code", code=code)
        assert person.answer.status_code == 422
        assert "We know no answers with this code" in person.text


async def test_looking_at_a_page_restarts_the_half_hour_and_each_page_says_when_it_ends(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("more")
        for path in ("/help/more", "/help/who", "/help/later", "/help/more"):
            await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '29 minutes'")
            await person.go(path)
            assert "After 30 minutes on one page, we wipe your answers." in person.text
        await person.through()
        await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '29 minutes'")
        await person.go("/help/check")
        await person.say("check")
        assert "After 30 minutes, this page does not show your code any more." in person.text


async def test_who_says_that_they_stay_has_as_long_again_until_the_draft_is_gone(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        for _ in range(3):
            await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '29 minutes'")
            assert (await person.browser.post("/en/help/stay", data={"holds": "answers"})).status_code == 204
        await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '31 minutes'")
        assert (await person.browser.post("/en/help/stay", data={"holds": "answers"})).status_code == 410


async def test_a_page_out_of_the_memory_of_a_browser_may_be_shown_only_while_it_holds_what_it_held(
    house: House,
) -> None:
    async def stands(holds: str) -> int:
        return (await person.browser.post("/en/help/stay", data={"holds": holds})).status_code

    async with somebody(house) as person:
        assert [await stands(holds) for holds in ("answers", "code", "")] == [410, 410, 410]
        await person.start()
        assert [await stands(holds) for holds in ("answers", "code", "")] == [204, 410, 204]
        await person.through()
        await person.say("check")
        assert [await stands(holds) for holds in ("answers", "code", "")] == [410, 204, 204]
        await person.go("/ended")
        assert "You already sent this" in person.text
        await person.browser.get("/en/exit")
        assert [await stands(holds) for holds in ("answers", "code", "")] == [410, 410, 410]
        await person.go("/ended")
        assert "This page has ended" in person.text
        other = await person.browser.post("/en/help/stay", headers={"sec-fetch-site": "cross-site"}, data={"holds": ""})
        assert other.status_code == 403


async def test_after_half_an_hour_what_was_just_typed_is_kept_and_it_says_that_the_rest_is_gone(house: House) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through("more")
        await house.database.pool.execute("UPDATE help_draft SET touched_at = now() - interval '31 minutes'")
        await person.say("more", more=STORY)
        assert "We wiped your earlier answers" in person.text
        await person.go("/help/who")
        await person.through()
        assert "more" not in person.been[person.been.index("more") + 1 :]
        assert STORY in person.text


# ---------------------------------------------------------------- the receipt
async def test_the_receipt_is_typed_back(house: House) -> None:
    async with somebody(house) as person:
        code = await person.finish()
        assert "<svg" in person.text
        assert code not in person.answer.text  # but in groups; and the drawn address holds none of it
        await person.say("receipt", last="0000" if code[-4:] != "0000" else "1111")
        assert person.answer.status_code == 422
        assert code_in(person.text) == code
        await person.say("receipt", last=" ".join(code[-4:].translate({48 + n: 0x660 + n for n in range(10)})))
        assert person.page == "done"


async def eases(house: House) -> list[tuple[str, str, str, int]]:
    rows = await house.database.pool.fetch("SELECT language, question_set, answer, count FROM form_ease ORDER BY 1, 3")
    return [tuple(row) for row in rows]


async def test_after_sending_one_tap_says_whether_it_was_easy_counted_once_and_tied_to_nobody(house: House) -> None:
    for lang, said in (("en", "so_so"), ("es", "yes"), ("es", "yes")):
        async with somebody(house, lang) as person:
            await person.finish()
            await person.go("/help/done")
            assert 'name="easy" value="so_so"' in person.text
            await person.say("easy", easy="enthusiastic")
            await person.say("easy", easy=said)
            assert person.page == "done"
            assert 'name="easy"' not in person.text
            await person.say("easy", easy="no")  # another tab that still shows the buttons
    assert await eases(house) == [("en", VERSION, "so_so", 1), ("es", VERSION, "yes", 2)]
    columns = await house.database.pool.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'form_ease'"
    )
    assert {row[0] for row in columns} == {"week", "language", "question_set", "answer", "count"}


async def test_who_has_not_sent_is_not_counted(house: House) -> None:
    async with somebody(house) as person, somebody(house) as other:
        await person.start()
        await person.say("easy", easy="yes")
        await other.say("easy", easy="yes")
        await other.finish()
        answer = await other.browser.post(
            "/en/help/easy", data={"easy": "yes"}, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
    assert await eases(house) == []


# ---------------------------------------------------------------- machines
async def suspicions(house: House) -> list[str | None]:
    return [row[0] for row in await house.database.pool.fetch("SELECT quarantined FROM help_request")]


@pytest.mark.parametrize(("ago", "trap", "suspicion"), [
    (timedelta(minutes=1), "", None),
    (timedelta(0), "", "too_quick"),
    (timedelta(minutes=1), "https://spam.invalid", "trap_filled"),
])  # fmt: skip
async def test_what_no_person_does_is_answered_alike_and_looked_at_by_staff(
    house: House, ago: timedelta, trap: str, suspicion: str | None
) -> None:
    token = form_tokens.issue(house.vault, now=now() - ago)
    async with somebody(house) as person:
        await person.say("all", **all_of(), token=token, website=trap)
        assert len(code_in(person.text)) == 22
    assert await suspicions(house) == [suspicion]


async def test_who_checks_the_answers_at_leisure_is_no_machine(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with somebody(house) as person:
        await person.start()
        await person.through()
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(minutes=1))
        await person.say("check")
        assert person.page == "receipt"
    assert await suspicions(house) == [None]


async def test_a_page_shown_hours_ago_is_shown_again_with_every_word(house: House) -> None:
    old = form_tokens.issue(house.vault, now=now() - timedelta(hours=3))
    async with somebody(house) as person:
        await person.say("all", **all_of(more={"more": STORY}), token=old)
        assert STORY in person.text
        fresh = re.search(r'name="token" value="([^"]+)"', person.text)
        assert fresh
        assert fresh[1] != old
    assert await count(house) == 0


# ---------------------------------------------------------------- all on one page
async def test_the_same_on_one_page_needs_no_cookie_and_is_sent_once(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        key = re.search(r'name="key" value="([^"]+)"', person.text)
        assert key
        for name, one in FIELDS.items():
            assert re.search(rf'name="{name}[".]', person.text), one
        token = re.search(r'name="token" value="([^"]+)"', person.text)
        assert token
        said = all_of(place={"place": "Brownsville TX"}, more={"more": STORY}) | {"key": key[1], "token": token[1]}
        codes: set[str] = set()
        for _ in range(2):
            person.browser.cookies.clear()
            await person.say("all", **said)
            codes.add(code_in(person.text))
        assert len(codes) == 1
        await person.say("all", **said | {"more": "Changed after it was sent, by way of Back."})
        assert person.answer.status_code == 409
        assert "You already sent this" in person.text
        assert "key" not in re.sub(r"<style.*?</style>|<[^>]+>", "", person.text, flags=re.DOTALL)
    assert await count(house) == 1
    who = requests.person_of(house.vault, await kept(house, codes.pop()))
    assert who is not None
    assert who.note == STORY


async def test_on_one_page_slips_are_told_and_everything_typed_stays(house: House) -> None:
    async with somebody(house) as person:
        await person.go("/help/all")
        await person.say("all", **all_of(lawyer={}, more={"more": STORY}, place={"place": "Springfield"}))
        assert person.answer.status_code == 422
        assert "Choose one answer" in person.text
        assert "Which place do you mean?" in person.text
        assert STORY in person.text
        anchors = re.findall(r'<li><a href="#([^"]+)">', person.text)
        assert len(anchors) == 2
        assert all(f'id="{anchor}"' in person.text for anchor in anchors)
    assert await count(house) == 0


async def test_on_one_page_who_is_led_elsewhere_sends_nothing(house: House) -> None:
    async with somebody(house) as person:
        await person.say("all", **all_of(who={"who": "someone"}, helper={"knows": "no", "relation": "friend"}))
        assert "Please ask them first" in person.text
        assert "/en/find" in person.text
    assert await count(house) == 0
