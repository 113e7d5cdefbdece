"""The find pages as a browser gets them over a connection: whom an office serves, where it is, how it is called."""

import re
from uuid import UUID, uuid4

import given
import httpx
import pytest
from desk import Desk
from given import Office

from referral.foundation.db import Database, execute
from referral.foundation.meanings import PlaceKind

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}
SAN_FRANCISCO, SAN_DIEGO, NEW_YORK = (37.77, -122.42), (32.72, -117.16), (40.71, -74.0)


async def place_id(database: Database, kind: PlaceKind, name: str) -> UUID:
    found = await database.pool.fetchval(
        "SELECT id FROM place WHERE kind = $1 AND name = $2 ORDER BY weight DESC LIMIT 1", kind.value, name
    )
    assert found is not None
    return found


async def read(desk: Desk, path: str) -> str:
    answer = await desk.http.get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


async def near(desk: Desk, town: str, *, lang: str = "en", who: str = "", kind: PlaceKind = PlaceKind.TOWN) -> str:
    return await read(desk, f"/{lang}/find/{await place_id(desk.database, kind, town)}{who}")


async def search(desk: Desk, words: str, lang: str = "en", headers: dict[str, str] = PAGE) -> httpx.Response:
    return await desk.http.post(f"/{lang}/find", data={"where": words}, headers=headers)


async def tell(database: Database, office: Office, **facts: object) -> None:
    """The office's service states these, column by column."""
    async with database.transaction() as tx:
        for column, value in facts.items():
            await execute(
                tx,
                f"UPDATE service SET {column} = $2 WHERE id = (SELECT service_id FROM provider WHERE id = $1)",  # pyright: ignore[reportArgumentType]
                office.id,
                value,
            )


async def call(database: Database, office: Office, number: str, extension: str | None = None) -> None:
    async with database.transaction() as tx:
        await execute(
            tx,
            "INSERT INTO phone (id, provider_id, number, extension) VALUES ($1, $2, $3, $4)",
            uuid4(),
            office.id,
            number,
            extension,
        )


def order(text: str, *names: str) -> list[str]:
    """Which of these stand on the page, from the top."""
    return sorted(
        (name for name in names if f"<bdi>{name}</bdi>" in text), key=lambda name: text.index(f"<bdi>{name}</bdi>")
    )


# ------------------------------------------------------------- whom they serve
LIMITS = [
    ("People with low income only", "Only for people with little money.", "Solo para personas con poco dinero."),
    ("Limits where people must live", "Only for people who live in certain places.", "Solo para quien vive en ciertos"),
    ("Certain groups of people only", "Only for certain groups of people.", "Solo para ciertos grupos de personas."),
    ("Asylum cases only", "Only for people who ask for asylum.", "Solo para quien pide asilo."),
    (
        "People who fear return only",
        "Only for people who are afraid to go back",
        "Solo para quien tiene miedo de regresar",
    ),
    ("No asylum cases", "They do not help with asylum.", "No ayudan con el asilo."),
    ("No people with a criminal history", "Not for people with a criminal record.", "con antecedentes penales"),
    ("Women only", "Only for women.", "Solo para mujeres."),
    ("Bring two letters", "Bring two letters", "Bring two letters"),
]


async def test_each_limit_of_an_office_is_a_plain_sentence(desk: Desk) -> None:
    office = await given.office(desk.database)
    await tell(desk.database, office, restrictions=[written for written, _, _ in LIMITS])
    english, spanish = await near(desk, "Brownsville"), await near(desk, "Brownsville", lang="es")
    for _, said, dicho in LIMITS:
        assert said in english
        assert dicho in spanish


@pytest.mark.parametrize(
    ("facts", "said", "dicho"),
    [
        (
            {"maximum_age": 17, "accepts_minors": "only"},
            "young people under 18 years old.",
            "jóvenes menores de 18 años.",
        ),
        ({"minimum_age": 12, "maximum_age": 17}, "Only for people from 12 to 17", "Solo para personas de 12 a 17"),
        ({"minimum_age": 60}, "Only for people 60 years old or older.", "Solo para personas de 60 años o más."),
        ({"accepts_minors": "only"}, "Only for children and young people.", "Solo para niños, niñas y jóvenes."),
        (
            {"application_process": "No walk-ins. By appointment; call first."},
            "Do not come without an",
            "No vaya sin cita.",
        ),
        ({"application_process": "Ring twice."}, "<bdi>Ring twice.</bdi>", "<bdi>Ring twice.</bdi>"),
        ({"free": "yes", "fees": "Free of charge (pro bono)"}, "<dd>Free</dd>", "<dd>Gratis</dd>"),
        ({"fees": "Free for members"}, "<bdi>Free for members</bdi>", "<bdi>Free for members</bdi>"),
    ],
)
async def test_what_else_a_listing_states_is_said_in_both_languages(
    desk: Desk, facts: dict[str, object], said: str, dicho: str
) -> None:
    await tell(desk.database, await given.office(desk.database), **facts)
    assert said in await near(desk, "Brownsville", who="/child")
    assert dicho in await near(desk, "Brownsville", lang="es", who="/child")


async def test_an_adult_who_is_free_is_not_sent_to_offices_for_others(desk: Desk) -> None:
    await given.office(desk.database, name="Children", accepts_minors="only", accepts_detained="unknown")
    await given.office(desk.database, name="Held people", accepts_detained="only", accepts_minors="unknown")
    await given.office(
        desk.database, name="Silent", point=given.MCALLEN, accepts_minors="unknown", accepts_detained="unknown"
    )
    await given.office(desk.database, name="Neither", point=given.MCALLEN, accepts_minors="no", accepts_detained="no")
    everyone = ("Children", "Held people", "Silent", "Neither")
    adult, child, held = [await near(desk, "Brownsville", who=who) for who in ("", "/child", "/held")]
    assert set(order(adult, *everyone)) == {"Silent", "Neither"}
    assert order(child, *everyone)[0] == "Children"
    assert "Neither" not in order(child, *everyone)
    assert order(held, *everyone) == ["Held people", "Silent"]
    assert "Only for children and young people." in child
    assert "Only for people who are held by immigration" in held
    assert "Groups only for children, or only for people who are held, are left out here." in adult


async def test_who_needs_help_is_chosen_by_a_link_and_kept_in_the_other_language(desk: Desk) -> None:
    text = await near(desk, "Brownsville", who="/held")
    brownsville = "us/tx/brownsville"
    assert f'<a href="/en/find/{brownsville}/held" aria-current="page">' in text
    assert f'<a href="/en/find/{brownsville}">An adult or a family</a>' in text
    assert f'<a href="/es/find/{brownsville}/held" hreflang="es"' in text
    answer = await desk.http.get(f"/en/find/{brownsville}/nobody", headers=PAGE)
    assert answer.status_code == 404


async def test_a_limit_that_only_names_itself_comes_with_the_offices_own_words(desk: Desk) -> None:
    office = await given.office(desk.database)
    await tell(desk.database, office, restrictions=["Limits where people must live"], description="Bexar county only.")
    assert re.search(r"<details open>.*?Bexar county only\.", await near(desk, "Brownsville"), re.DOTALL)


# ------------------------------------------------------------- calling
async def test_a_number_is_a_link_that_works_from_every_country(desk: Desk) -> None:
    await call(desk.database, await given.office(desk.database, name="In Texas"), "(956) 555-0100", "12")
    mexican = await given.office(desk.database, name="In Tamaulipas", country="MX", state="TAM")
    await call(desk.database, mexican, "868 555 0100")
    text = await near(desk, "Brownsville")
    assert 'href="tel:+19565550100,12"' in text
    assert 'href="tel:+528685550100"' in text
    assert "+1 (956) 555-0100" in text


async def test_nobody_is_told_to_call_an_office_without_a_number(desk: Desk) -> None:
    silent = await given.office(desk.database, name="Silent", openness=None, languages=())
    assert "Call and ask" not in await near(desk, "Brownsville")
    await tell(desk.database, silent, url="https://office.example")
    text = await near(desk, "Brownsville")
    assert "Not known. Ask on their web site." in text
    assert 'href="https://office.example"' in text
    await call(desk.database, silent, "(956) 555-0100")
    assert "Not known. Call and ask." in await near(desk, "Brownsville")


# ------------------------------------------------------------- states and countries
async def test_a_state_is_searched_whole_and_without_distances(desk: Desk) -> None:
    await given.office(desk.database, name="San Francisco office", point=SAN_FRANCISCO, state="CA")
    await given.office(desk.database, name="San Diego office", point=SAN_DIEGO, state="CA")
    await given.office(desk.database, name="Third office", point=SAN_DIEGO, state="CA")
    await given.office(desk.database, name="New York office", point=NEW_YORK, state="NY")
    sent = await search(desk, "California")
    text = await read(desk, sent.headers["location"])
    assert order(text, "San Francisco office", "New York office", "San Diego office") == [
        "San Diego office",
        "San Francisco office",
    ]
    assert "Help in <bdi>California</bdi>" in text
    assert "This is the whole area, so no distances are shown." in text
    assert "3 groups." in text
    assert " km (" not in text


async def test_a_partner_is_told_that_near_is_a_whole_state_and_asks_within_it(desk: Desk) -> None:
    await given.office(desk.database, name="San Francisco office", point=SAN_FRANCISCO, state="CA")
    asked = "query($f: ProviderFilter) { providers(filter: $f) { nodes { name } origin { kind country state } } }"
    around = (await desk.ask(asked, {"f": {"near": {"text": "California"}, "radiusKm": 300}}))["providers"]
    assert around == {"nodes": [], "origin": {"kind": "STATE", "country": "US", "state": "CA"}}
    area = {name: around["origin"][name] for name in ("country", "state")}
    assert (await desk.ask(asked, {"f": {"within": area}}))["providers"]["nodes"] == [{"name": "San Francisco office"}]


async def test_a_country_is_called_in_the_language_of_the_page(desk: Desk) -> None:
    await given.office(desk.database, name="New York office", point=NEW_YORK, state="NY")
    text = await near(desk, "United States", lang="es", kind=PlaceKind.COUNTRY)
    assert "Ayuda en <bdi>Estados Unidos</bdi>" in text
    assert "New York office" in text
    assert " km (" not in text


async def test_where_a_state_has_nobody_the_nearest_outside_follow(desk: Desk) -> None:
    await given.office(desk.database, name="Texas office")
    text = await near(desk, "Tamaulipas", kind=PlaceKind.STATE)
    assert "Nobody is listed there. These are the nearest outside:" in text
    assert "Texas office" in text
    assert " km (" not in text


# ------------------------------------------------------------- which place is meant
@pytest.mark.parametrize(
    ("digits", "zip_code", "other"),
    [
        ("78520", "78520 (Brownsville)", "78000-78999 (San Luis Potosí), Mexico"),
        ("10001", "10001 (New York)", "10000-10999 (Mexico City), Mexico"),
        ("33101", "33101 (Miami)", "33000-33999 (Chihuahua), Mexico"),
    ],
)
async def test_a_zip_code_leads_to_its_place_and_the_mexican_code_stands_beside(
    desk: Desk, digits: str, zip_code: str, other: str
) -> None:
    sent = await search(desk, digits)
    assert sent.status_code == 303
    text = await read(desk, sent.headers["location"])
    assert f"Help near <bdi>{zip_code}" in text
    assert f"<bdi>{other}</bdi></a>?" in text


async def test_digits_that_are_no_zip_code_are_asked_about(desk: Desk) -> None:
    sent = await search(desk, "99999")
    assert sent.status_code == 200
    assert "Which one do you mean?" in sent.text
    assert "<bdi>99000-99999 (Zacatecas), Mexico</bdi>" in sent.text


@pytest.mark.parametrize(
    ("lang", "city", "state"),
    [
        ("en", "New York City, New York, United States (city or town)", "New York, United States (the whole state)"),
        (
            "es",
            "New York City, New York, Estados Unidos (ciudad o pueblo)",
            "New York, Estados Unidos (todo el estado)",
        ),
    ],
)
@pytest.mark.parametrize("written", ["New York", "New Yrok"])
async def test_a_city_and_its_state_are_told_apart(desk: Desk, written: str, lang: str, city: str, state: str) -> None:
    sent = await search(desk, written, lang)
    assert f"<bdi>{city}</bdi>" in sent.text
    assert f"<bdi>{state}</bdi>" in sent.text


async def test_states_are_written_by_their_names(desk: Desk) -> None:
    sent = await search(desk, "Nogales", "es")
    assert "<bdi>Nogales, Sonora, México</bdi>" in sent.text
    assert "<bdi>Nogales, Arizona, Estados Unidos</bdi>" in sent.text
    assert "Ayuda cerca de <bdi>Tijuana, Baja California, México</bdi>" in await near(desk, "Tijuana", lang="es")


# ------------------------------------------------------------- few, and many
async def test_where_few_are_near_the_next_nearest_follow_once(desk: Desk) -> None:
    await given.office(desk.database, name="Near office")
    await given.office(desk.database, name="Far office", point=given.EL_PASO)
    text = await near(desk, "Brownsville")
    assert text.count("<bdi>Near office</bdi>") == text.count("<bdi>Far office</bdi>") == 1
    assert (
        text.index("Near office")
        < text.index("Few are listed within 300 km. The next nearest:")
        < text.index("Far office")
    )


async def test_where_enough_are_near_nobody_far_away_is_shown(desk: Desk) -> None:
    await given.offices(desk.database, [given.BROWNSVILLE] * 3 + [given.EL_PASO], names=["One", "Two", "Three", "Far"])
    text = await near(desk, "Brownsville")
    assert "3 groups." in text
    assert "Few are listed" not in text
    assert "<bdi>Far</bdi>" not in text


async def test_many_are_counted_and_the_next_page_is_a_link(desk: Desk) -> None:
    names = [f"Office number {number}" for number in range(23)]
    await given.offices(desk.database, [given.BROWNSVILLE] * 23, names=names)
    first = await near(desk, "Brownsville")
    assert "23 groups. This page shows 20." in first
    following = re.search(r'rel="next" href="([^"]+)">Next page', first)
    assert following is not None
    second = await read(desk, following[1])
    shown = [set(re.findall(r"<h3[^>]*><bdi>([^<]+)", text)) for text in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (20, 3)
    assert shown[0] | shown[1] == set(names)
    assert "To the first page" in second
    assert 'rel="next"' not in second


async def test_a_broken_address_of_a_page_is_not_found(desk: Desk) -> None:
    brownsville = await place_id(desk.database, PlaceKind.TOWN, "Brownsville")
    answer = await desk.http.get(f"/en/find/{brownsville}?after=nonsense", headers=PAGE)
    assert answer.status_code == 404


# ------------------------------------------------------------- the way there
@pytest.mark.parametrize(
    ("lang", "label", "asking"),
    [("en", "Find help near you", "Ask for help"), ("es", "Buscar ayuda cerca de usted", "Pedir ayuda")],
)
async def test_the_first_page_finds_help_and_asks_for_it(desk: Desk, lang: str, label: str, asking: str) -> None:
    text = await read(desk, f"/?lang={lang}")
    assert re.findall(r'class="button" href="([^"]+)">([^<]+)<', text) == [
        (f"/{lang}/find", label),
        (f"/{lang}/help", asking),
    ]
    assert text.index(f"/{lang}/find") < text.index("<h2") < text.index("/graphiql")
    assert (await desk.http.get(f"/{lang}/find", headers=PAGE)).status_code == 200


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "says if its own help is free"), ("es", "si su propia ayuda es gratis")]
)
async def test_what_is_free_is_said_alike_on_both_pages(desk: Desk, lang: str, said: str) -> None:
    await tell(desk.database, await given.office(desk.database), free="yes", fees="Free of charge")
    assert said in await read(desk, f"/?lang={lang}")
    text = await near(desk, "Brownsville", lang=lang)
    assert {"en": "Each says below if its help is free.", "es": "cada uno dice si su ayuda es gratis."}[lang] in text
    assert {"en": "<dd>Free</dd>", "es": "<dd>Gratis</dd>"}[lang] in text
