"""The first page says what this is, what is listed and where that comes from, in English and Spanish."""

from dataclasses import replace
from datetime import date

import given
import pytest
from web_given import visiting

from referral.directory import providers
from referral.directory.providers import Source, Tally
from referral.directory.words import Openness
from referral.edges.house import House
from referral.edges.web.home import Counted
from referral.foundation.clock import now
from referral.foundation.db import Database, execute
from referral.foundation.settings import Surface


async def listed_on(database: Database, day: date) -> None:
    """The list that the listings come from gives this date for itself."""
    async with database.transaction() as tx:
        await execute(tx, "UPDATE service SET assured_on = $1", day)


def with_settings(house: House, **changes: object) -> House:
    return replace(house, settings=house.settings.model_copy(update=changes))


async def test_it_counts_what_is_listed_and_names_the_list(house: House):
    await given.office(house.database, openness=Openness.OPEN)
    await given.office(house.database, openness=Openness.CLOSED)
    await given.office(house.database, openness=None)
    await listed_on(house.database, date(2026, 9, 10))
    async with visiting(house) as browser:
        text = (await browser.get("/")).text
    assert "<strong>3</strong> places to ask" in text
    assert "<strong>1</strong> says it takes new people now" in text
    assert "<bdi>synthetic, for tests</bdi>, list of 10 September 2026" in text
    assert "Confirm by phone" in text


async def test_it_says_so_when_nobody_is_listed(house: House):
    async with visiting(house) as browser:
        text = (await browser.get("/")).text
    assert "Nobody is listed yet" in text


async def test_who_comes_or_goes_is_counted_at_the_next_visit(house: House):
    async with visiting(house) as browser:
        for places in (1, 2):
            await given.office(house.database)
            assert f"<strong>{places}</strong> place" in (await browser.get("/")).text


async def test_without_news_nothing_is_counted_again_for_a_minute(fresh_db: Database):
    counted = Counted()
    await given.office(fresh_db)
    assert (await counted.now(fresh_db.reader)).providers == 1
    async with fresh_db.transaction() as tx:
        await execute(tx, "SET LOCAL session_replication_role = replica")  # no trigger tells the feed
        await execute(tx, "DELETE FROM listing_offer")  # which no trigger takes along either
        await execute(tx, "DELETE FROM listing_card")
    assert (await counted.now(fresh_db.reader)).providers == 1
    counted.until = now()
    assert (await counted.now(fresh_db.reader)).providers == 0


async def test_the_tally_counts_organizations_once_and_lists_sources_with_their_latest_date(fresh_db: Database):
    office = await given.office(fresh_db)
    await given.office(fresh_db, organization_id=office.organization_id, openness=Openness.LIMITED)
    await listed_on(fresh_db, date(2026, 9, 10))
    await given.office(fresh_db, openness=Openness.PAUSED)
    assert await providers.tally(fresh_db.reader) == Tally(
        organizations=2,
        providers=3,
        open_now=2,
        sources=(Source(name="synthetic, for tests", as_of=date(2026, 9, 10)),),
    )


async def test_an_empty_directory_tallies_to_nothing(fresh_db: Database):
    assert await providers.tally(fresh_db.reader) == Tally()


@pytest.mark.parametrize(
    ("path", "browser_speaks", "lang"),
    [
        ("/", "", "en"),
        ("/?lang=es", "en-US", "es"),
        ("/?lang=en", "es-MX", "en"),
        ("/", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("/", "mam, es;q=0.5", "es"),
        ("/?lang=tlh", "tlh", "en"),
    ],
)
async def test_it_speaks_the_language_that_was_chosen_or_the_browsers(
    house: House, path: str, browser_speaks: str, lang: str
):
    async with visiting(house) as browser:
        text = (await browser.get(path, headers={"accept-language": browser_speaks})).text
    assert f'<html lang="{lang}" dir="ltr">' in text
    assert ("¿Busca asilo?" in text) == (lang == "es")
    assert ("Seeking asylum?" in text) == (lang == "en")


async def test_each_language_is_offered_by_its_own_name(house: House):
    async with visiting(house) as browser:
        text = (await browser.get("/")).text
    assert '<a href="/?lang=es" hreflang="es" lang="es">Español</a>' in text


@pytest.mark.parametrize(("surface", "named"), [("all", True), ("public", False)])
async def test_it_names_only_doors_that_are_open(house: House, surface: Surface, named: bool):
    async with visiting(with_settings(house, surface=surface)) as browser:
        text = (await browser.get("/")).text
    assert ("/graphql/partner" in text) is ("/graphql/staff" in text) is ("/staff/login" in text) is named
    assert "/graphiql" in text
    assert "/readyz" in text


@pytest.mark.parametrize("shown", [True, False])
async def test_it_names_the_mailbox_only_in_a_demonstration(house: House, shown: bool):
    async with visiting(with_settings(house, show_mailbox=shown)) as browser:
        text = (await browser.get("/")).text
    assert ("/mailbox" in text) is shown
