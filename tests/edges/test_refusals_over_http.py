"""A no is said in the language of the page, and in words that fit it; a mere search is not refused."""

import given
import httpx
import pytest
from desk import Desk

PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}


async def search(desk: Desk, lang: str, headers: dict[str, str]) -> httpx.Response:
    return await desk.http.post(
        f"/{lang}/find", data={"where": "Brownsville TX"}, headers={"accept": "text/html", **headers}
    )


@pytest.mark.parametrize(
    ("path", "accepted", "lang"),
    [
        ("/es/find/nonsense", "en-US", "es"),
        ("/en/find/nonsense", "es-MX", "en"),
        ("/nothing", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("/nothing", "en;q=0.4, es-419;q=0.9", "es"),
        ("/nothing", "es;q=0, en", "en"),
        ("/nothing", "de", "en"),
        ("/nothing?lang=es", "en", "es"),
        ("/r/forged", "es", "es"),
    ],
)
async def test_an_error_page_speaks_the_language_of_the_address_or_the_browser(
    desk: Desk, path: str, accepted: str, lang: str
) -> None:
    answer = await desk.http.get(path, headers={**PAGE, "accept-language": accepted})
    title, way, other = {
        "en": ("There is nothing here", "To the first page", "Aquí no hay nada"),
        "es": ("Aquí no hay nada", "A la primera página", "There is nothing here"),
    }[lang]
    assert answer.status_code == 404
    assert f'<html lang="{lang}"' in answer.text
    assert f"<h1>{title}</h1>" in answer.text
    assert f'<a href="/?lang={lang}">{way}</a>' in answer.text
    assert other not in answer.text


async def test_a_program_hears_of_an_error_in_one_language(desk: Desk) -> None:
    answer = await desk.http.get("/es/find/nonsense", headers={"accept": "application/json", "accept-language": "es"})
    assert answer.json()["title"] == "There is nothing here"


async def test_a_browser_that_does_not_say_where_it_comes_from_may_search(desk: Desk) -> None:
    sent = await search(desk, "en", {})
    assert sent.status_code == 303


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Open the page here and send it again."), ("es", "Abra otra vez la página")]
)
@pytest.mark.parametrize("told", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}])
async def test_a_search_from_another_site_is_told_so_in_words_that_fit(
    desk: Desk, told: dict[str, str], lang: str, said: str
) -> None:
    sent = await search(desk, lang, told)
    assert sent.status_code == 403
    assert said in sent.text
    assert "letter itself" not in sent.text


async def test_a_report_is_not_taken_from_a_browser_that_does_not_say_where_it_comes_from(desk: Desk) -> None:
    office = await given.office(desk.database)
    sent = await desk.http.post(
        f"/en/listings/{office.id}/wrong", data={"reason": "other"}, headers={"accept": "text/html"}
    )
    assert sent.status_code == 403
    assert "Open the page here and send it again." in sent.text
