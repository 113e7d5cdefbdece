"""The mailbox of a demonstration: letters newest first, with links to this house only."""

from dataclasses import replace

import pytest
from web_given import visiting

from referral.edges.house import House
from referral.edges.web.mailbox import linked
from referral.foundation.mail import Letter

HOME = "http://127.0.0.1:8000"


def demonstration(house: House) -> House:
    return replace(house, settings=house.settings.model_copy(update={"show_mailbox": True}))


async def test_there_is_no_mailbox_unless_the_operator_wants_one(house: House):
    async with visiting(house) as browser:
        answer = await browser.get("/mailbox")
    assert answer.status_code == 404


async def test_an_empty_mailbox_says_what_will_come(house: House):
    async with visiting(demonstration(house)) as browser:
        answer = await browser.get("/mailbox")
    assert answer.status_code == 200
    assert "No letters yet." in answer.text


async def test_letters_are_shown_newest_first_under_a_clear_banner(house: House):
    for subject in ("first <letter>", "second letter"):
        await house.mailer.send(Letter(to="office@demo.invalid", subject=subject, text=f"{HOME}/r/token"))
    async with visiting(demonstration(house)) as browser:
        text = (await browser.get("/mailbox")).text
    assert "Demonstration: this page shows letters that a real system would send." in text
    assert text.index("second letter") < text.index("first &lt;letter&gt;")
    assert f'<a href="{HOME}/r/token">{HOME}/r/token</a>' in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Go to {HOME}/r/a-b_c.d.", f'Go to <a href="{HOME}/r/a-b_c.d">{HOME}/r/a-b_c.d</a>.'),
        (f"({HOME}/c/x?y=1&z=2)", f'(<a href="{HOME}/c/x?y=1&amp;z=2">{HOME}/c/x?y=1&amp;z=2</a>)'),
        ("https://elsewhere.invalid/r/a", "https://elsewhere.invalid/r/a"),
        (f"{HOME}.elsewhere.invalid/r/a", f"{HOME}.elsewhere.invalid/r/a"),
        (f"{HOME}0/r/a", f"{HOME}0/r/a"),
        (f'{HOME}/"><script>', f"{HOME}/&#34;&gt;&lt;script&gt;"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_only_links_to_this_house_can_be_followed(text: str, shown: str):
    assert str(linked(text, HOME)) == shown
