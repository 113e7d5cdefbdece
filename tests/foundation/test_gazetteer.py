"""The gazetteer seen through geopy, and an outside geocoder in its place."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from referral.foundation import gazetteer, places
from referral.foundation.db import Database
from referral.foundation.gazetteer import PlaceServiceUnavailable
from referral.foundation.geocoders import Gazetteer
from referral.foundation.places import Place
from referral.foundation.settings import Settings

BROWNSVILLE = (25.9017, -97.4975)


async def test_geopy_code_can_use_the_gazetteer_as_any_geocoder(database: Database) -> None:
    async with Gazetteer(database.reader, timeout=5) as geocoder:
        location: Any = await geocoder.geocode("cd juarez")
        assert location.address == "Ciudad Juárez, CHH, MX"
        assert isinstance(location.raw, Place)
        several: Any = await geocoder.geocode("Nogales", exactly_one=False)
        assert [one.raw.state for one in several] == ["SON", "VER", "AZ"]
        assert await geocoder.geocode("qqzzxxyyww") is None
        assert await geocoder.geocode("Tijuana", countries=["US"], exactly_one=False) is None
        town: Any = await geocoder.reverse(BROWNSVILLE)
        assert town.address == "Brownsville, TX, US"


def test_no_outside_geocoder_is_asked_unless_one_is_chosen() -> None:
    assert gazetteer.outside_geocoder(Settings.model_validate({})) is None


@pytest.mark.parametrize(
    "chosen", [{"geocoder": "nosuch"}, {"geocoder": "photon", "geocoder_options": {"nosuch": "1"}}]
)
def test_a_geocoder_that_cannot_be_is_told_at_the_start(chosen: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="REFERRAL_GEOCODER"):
        gazetteer.outside_geocoder(Settings.model_validate(chosen))


class Nominatim(BaseHTTPRequestHandler):
    """The outside world, speaking Nominatim's format: one place for every question, or what the test wants."""

    status = 200
    body: object = [{"lat": "25.9017", "lon": "-97.4975", "display_name": "Casa, Brownsville, Texas, United States"}]

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.body).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives
        """Say nothing."""


@contextmanager
def nominatim(*, status: int = 200, body: object = Nominatim.body) -> Generator[Settings]:
    handler = type("Handler", (Nominatim,), {"status": status, "body": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            domain = f"127.0.0.1:{server.server_address[1]}"
            options = {"scheme": "http", "domain": domain, "user_agent": "tests", "timeout": "2"}
            yield Settings.model_validate({"geocoder": "nominatim", "geocoder_options": options})
        finally:
            server.shutdown()
            thread.join()


async def test_a_chosen_geocoder_answers_in_our_terms(database: Database) -> None:
    with nominatim() as settings:
        outside = gazetteer.outside_geocoder(settings)
        resolution = await gazetteer.look_up(database.reader, "casa", outside=outside)
        again = await gazetteer.look_up(database.reader, "casa", outside=outside)
        abroad = await gazetteer.look_up(database.reader, "casa", outside=outside, countries=["MX"])
    assert resolution.best is not None
    assert (resolution.best.name, resolution.best.state, resolution.best.country) == ("Casa", "TX", "US")
    assert (resolution.best.latitude, resolution.best.time_zone) == (25.9017, "America/Chicago")
    assert again == resolution
    assert abroad.candidates == ()


async def test_a_geocoder_that_knows_nothing_is_no_failure(database: Database) -> None:
    with nominatim(body=[]) as settings:
        resolution = await gazetteer.look_up(database.reader, "casa", outside=gazetteer.outside_geocoder(settings))
    assert resolution.candidates == ()


@pytest.mark.parametrize(
    ("status", "body"), [(500, "secret stack"), (429, []), (200, "nonsense"), (200, [{"lat": "x"}])]
)
async def test_a_failing_geocoder_is_a_refusal_without_its_words(database: Database, status: int, body: object) -> None:
    with nominatim(status=status, body=body) as settings:
        outside = gazetteer.outside_geocoder(settings)
        with pytest.raises(PlaceServiceUnavailable) as refused:
            await gazetteer.look_up(database.reader, "my hidden house", outside=outside)
    assert "hidden" not in refused.value.message
    assert "secret" not in refused.value.message
    assert refused.value.__cause__ is None


async def test_a_geocoder_that_is_not_there_is_a_refusal_too(database: Database) -> None:
    with nominatim() as settings:
        outside = gazetteer.outside_geocoder(settings)
    with pytest.raises(PlaceServiceUnavailable):
        await gazetteer.look_up(database.reader, "casa", outside=outside)


async def test_without_an_outside_geocoder_the_gazetteer_answers(database: Database) -> None:
    resolution = await gazetteer.look_up(database.reader, "Brownsville")
    assert resolution == await places.resolve(database.reader, "Brownsville")
