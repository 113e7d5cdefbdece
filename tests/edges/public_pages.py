"""The pages a person in need meets, as the stories in a real browser walk through them: a list that new ones join."""

from dataclasses import dataclass
from uuid import uuid4

import given
from referrals_given import submitted

from referral.edges.house import House

# Bytes on the wire.
FIRST, LATER, ONE_PAGE, WITH_MAP, WHOLE_WAY = 14 * 1024, 8 * 1024, 30 * 1024, 40 * 1024, 200 * 1024
LANGUAGES = ("en", "es", "ar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page by its address, and how much it may weigh."""

    name: str
    path: str
    most_bytes: int = LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A house with offices around Brownsville and one request, for the pages to speak of."""

    place: str
    office: str
    code: str

    def pages(self, lang: str) -> list[Page]:
        return [
            Page(name="home", path=f"/?lang={lang}", most_bytes=FIRST),
            Page(name="find", path=f"/{lang}/find"),
            Page(name="find_near", path=f"/{lang}/find/{self.place}", most_bytes=WITH_MAP),
            Page(name="find_held", path=f"/{lang}/find/{self.place}/held", most_bytes=WITH_MAP),
            Page(name="wrong", path=f"/{lang}/listings/{self.office}/wrong"),
            Page(name="wrong_sent", path=f"/{lang}/listings/{self.office}/wrong?sent=1"),
            Page(name="status_box", path=f"/{lang}/status", most_bytes=FIRST),  # by whoever comes back it is the first
            Page(name="not_found", path=f"/{lang}/find/{uuid4()}"),
        ]


async def street(house: House) -> Street:
    """Twenty-four synthetic offices, as many as fill a page and begin the next, and somebody who asked."""
    offices = [
        await given.office(
            house.database,
            name=f"Synthetic Legal Aid {number}",
            point=(given.BROWNSVILLE[0] + number / 50, given.BROWNSVILLE[1] - (number % 5) / 20),
        )
        for number in range(24)
    ]
    await house.database.pool.execute(
        """INSERT INTO phone (id, provider_id, number)
           SELECT gen_random_uuid(), id, '(956) 555-0100' FROM provider"""
    )
    return Street(
        place=await place_of(house, "Brownsville", "TX"),
        office=str(offices[0].id),
        code=(await submitted(house)).receipt,
    )


async def place_of(house: House, name: str, state: str, kind: str = "town") -> str:
    """By what the addresses of its pages call a place of the United States."""
    wanted = "SELECT id FROM place WHERE kind = $1 AND name = $2 AND state = $3 AND country = 'US'"
    return str(await house.database.pool.fetchval(wanted, kind, name, state))
