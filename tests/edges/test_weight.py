"""What the whole way weighs on the wire in every language, and how often a person on a slow network has to wait."""

import re
import sys

import pytest
from browser import served
from public_pages import FIRST, LATER, ONE_PAGE, WHOLE_WAY, WITH_MAP, street
from wire import Phone, Weighed, phone

from referral.edges.house import House
from referral.foundation.autonyms import LANGUAGES

# 50 kbit/s both ways, and a second until an answer begins to come. Bytes and round trips say how long a page takes; no
# clock is asked.
BYTES_PER_SECOND, TRIP_SECONDS, MOST_SECONDS = 50_000 / 8, 1.0, 4.0
MOST_TRIPS = 2  # a form is sent, and the answer says where to go on
NO_LATER_PAGE = {"/": FIRST, "/help/all": ONE_PAGE}
LOADED = re.compile(r'<(?:link|script|img|source|iframe|audio|object|embed)\b[^>]*?(?:href|src|data)="([^"]*)"[^>]*>')
# Links to other languages, and the mark that a browser shows in its title bar, of which it keeps one for all pages.
NOT_WAITED_FOR = re.compile(r'rel="(?:alternate|canonical|icon)"| defer(?=[ >])')
LATER_ON = re.compile(r'<script src="([^"]*)"[^>]* defer>')  # a script of ours, which a browser keeps


def seconds(page: Weighed) -> float:
    """How long a page takes on that network; what it is made of comes in one piece, so nothing else is waited for."""
    return page.round_trips * TRIP_SECONDS + page.way_bytes / BYTES_PER_SECOND


def most_bytes(page: Weighed) -> int:
    return WITH_MAP if page.name.startswith("/find/") else NO_LATER_PAGE.get(page.name, LATER)


def loads(page: Weighed) -> list[str]:
    """What a page makes a browser fetch before it is whole."""
    return [found[1] for found in LOADED.finditer(page.text) if not NOT_WAITED_FOR.search(found[0])]


def told(lang: str, page: Weighed) -> str:
    return (
        f"{lang} {page.name}: {page.page_bytes} of at most {most_bytes(page)} bytes, "
        f"{page.round_trips} round trips, {seconds(page):.1f} s at 50 kbit/s\n"
    )


async def besides(person: Phone, place: str, office: str) -> list[Weighed]:
    """The pages that are no part of the way: the form on one page, and who is near."""
    before = len(person.weighed)
    for path in ("/help/all", "/find", f"/find/{place}", f"/listings/{office}/wrong"):
        await person.go(f"/{person.lang}{path}")
    return person.weighed[before:]


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_no_page_is_too_heavy_for_a_slow_network_nor_is_the_whole_way(house: House, lang: str) -> None:
    town = await street(house)
    async with served(house) as here, phone(here.settings.public_url, lang) as person:
        await person.ask_for_help()
        await person.come_back()
        way = list(person.weighed)
        pages = [*way, *await besides(person, town.place, town.office)]
        scripts = {address for page in pages for address in LATER_ON.findall(page.text)}
        kept = [await person.file_bytes(address) for address in scripts]
        cookies = [cookie.name for cookie in person.client.cookies.jar]
    whole = sum(page.way_bytes for page in way) + sum(kept)
    sys.stdout.write(f"\n{''.join(told(lang, page) for page in pages)}")
    sys.stdout.write(f"{lang} the whole way: {whole} of at most {WHOLE_WAY} bytes on {len(way)} pages\n")
    assert [page.name for page in pages if page.page_bytes > most_bytes(page)] == []
    assert [page.name for page in pages if page.round_trips > MOST_TRIPS] == []
    assert [page.name for page in pages if seconds(page) > MOST_SECONDS] == []
    assert {page.name: found for page in pages if (found := loads(page))} == {}
    assert whole <= WHOLE_WAY
    assert all(address.startswith("/static/") for address in scripts)
    assert len(cookies) <= 1


def test_what_a_page_would_wait_for_is_seen() -> None:
    heavy = Weighed(
        name="/", page_bytes=0, way_bytes=0, round_trips=1,
        text='<link rel="icon" href="/a"><link rel="stylesheet" href="//b.example"><script src="/c"></script>',
    )  # fmt: skip
    assert loads(heavy) == ["//b.example", "/c"]
