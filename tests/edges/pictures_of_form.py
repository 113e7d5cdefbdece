"""Pictures of every page of the form for help, as a phone shows it, for people who look: `make screenshots`."""

import pytest
from browser import Browser
from visits import FORM, LANGUAGES, Said, visiting

from referral.edges.house import House

pytestmark = pytest.mark.timeout(900)  # many pages each
ME: Said = {
    "who": {"who": "me"}, "danger": {"danger": "no"}, "where": {"where": "yes"}, "held": {"held": "no"},
    "age": {"age": "adult"}, "lawyer": {"lawyer": "no"}, "pay": {"pay": "no"},
    "kind": {"kind.asylum": "yes", "kind.court": "yes"}, "court": {"court": "court"},
    "court_date": {"court_when": "month"}, "arrive": {"arrive": "under_10"}, "country": {"country": "Honduras"},
    "place": {"place": "Brownsville, TX"}, "speak": {"speak": "es"}, "read": {"read": "es"},
    "interp": {"interp": "yes"}, "name": {"name": "Synthetic"},
    "contact": {"contact": "text", "contact_to": "+1 956 555 0100"},
    "safe": {"announce": "no", "message": "yes", "times.evening": "yes"},
    "more": {"more": "A synthetic note: we are two adults and one child."}, "consent": {"consent": "yes"},
}  # fmt: skip
# Ways that between them come by every page.
CHILD: Said = {
    **ME, "who": {"who": "family"}, "helper": {"knows": "yes", "relation": "family"}, "danger": {"danger": "hurt"},
    "where": {"where": "no"}, "age": {"age": "child"}, "adult": {"adult": "no"}, "shelter": {"shelter": "no"},
    "lawyer": {"lawyer": "yes"}, "lawyer_why": {"lawyer_why": "check"}, "kind": {"kind.other": "yes"},
    "court": {"court": "unsure"},
}  # fmt: skip
HELD: Said = {
    **ME, "held": {"held": "yes"}, "facility": {"fear": "date"}, "lawyer": {"lawyer": "yes"},
    "lawyer_why": {"lawyer_why": "none"},
}  # fmt: skip
ABSENT: Said = {**ME, "who": {"who": "someone"}, "helper": {"knows": "no", "relation": "friend"}}
PAYING: Said = {
    **ME, "pay": {"pay": "yes"},
    "court_date": {"court_when": "month", "court_day.day": "3", "court_day.month": "2", "court_day.year": "2026"},
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_form_from_the_first_question_to_the_code(house: House, browser: Browser, lang: str) -> None:
    async with visiting(house, browser, lang) as visit:
        await visit.open("/help" if lang == "en" else f"/help?lang={lang}", "help-languages")
        await visit.begin()
        await visit.walk(ME, "who")
        await visit.press(f"{FORM} button[value=on]", "help-who-wrong")
        await visit.walk(ME, "place")
        await visit.say(place="Springfield")
        await visit.press(f"{FORM} button[value=on]", "help-place-which")
        await visit.walk(ME)
        await visit.press(f"{FORM} button:not([value])", "help-receipt")
        code = (await visit.tab.page.inner_text(".code")).replace(" ", "").replace("\n", "")
        await visit.say(last="0000" if not code.endswith("0000") else "1111")
        await visit.press(f"{FORM} button", "help-receipt-wrong")
        await visit.say(last=code[-4:])
        await visit.press(f"{FORM} button", "help-done")
        await visit.open(f"/{lang}/help/more", "help-sent")


@pytest.mark.parametrize("said", [CHILD, HELD, ABSENT, PAYING], ids=["child", "held", "absent", "paying"])
@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_other_ways_through_the_form(house: House, browser: Browser, lang: str, said: Said) -> None:
    async with visiting(house, browser, lang) as visit:
        visit.album.drawn.update(f"help-{page}" for page in ("start", *ME))  # drawn on the way that most people go
        visit.album.drawn.add("help-check")
        await visit.begin()
        await visit.walk(said)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_form_is_left_and_come_back_to(house: House, browser: Browser, lang: str) -> None:
    async with visiting(house, browser, lang) as visit:
        visit.album.drawn.update(f"help-{page}" for page in ("start", "safety", *ME))
        await visit.begin()
        await visit.walk(ME, "lawyer")
        await visit.press("button[value=later]", "help-later")
        await visit.press(f"{FORM} button", "help-later-code")
        await visit.open(f"/{lang}/help/code", "help-code")
        await visit.say(code="1234 5678")
        await visit.press(f"{FORM} button", "help-code-wrong")
        await visit.open(f"/{lang}/ended", "help-ended")
        await visit.begin()
        await visit.walk(ME, "lawyer")
        await visit.tab.page.context.clear_cookies()
        await visit.say(lawyer="no")
        await visit.press(f"{FORM} button[value=on]", "help-wiped")
        await visit.open(f"/{lang}/help/all", "help-all")
        await visit.press(f"{FORM} button:not([name])", "help-all-wrong")
