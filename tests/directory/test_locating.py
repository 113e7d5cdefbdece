"""A point that staff found for an address outlives lists that know none."""

from pathlib import Path
from uuid import UUID

import given
from desk import Desk
from hsds_given import load_json, small


def an_office_of(street: str) -> dict[str, object]:
    """A service at an address without coordinates."""
    address = {"address_1": street, "city": "McAllen", "state_province": "TX", "postal_code": "78501", "country": "US"}
    location = {"id": str(UUID(int=5)), "location_type": "physical", "addresses": [address]}
    return small(service_at_locations=[{"id": str(UUID(int=6)), "location": location}])


async def test_a_list_that_knows_no_point_leaves_what_staff_said_until_the_address_is_another(
    desk: Desk, tmp_path: Path
) -> None:
    await load_json(desk.database, tmp_path, an_office_of("1 Example Street"))
    headers = await desk.staff()
    (waiting,) = (await desk.published("staff/UnlocatedListings", headers))["nodes"]
    where = {"latitude": given.MCALLEN[0], "longitude": given.MCALLEN[1]}
    await desk.published("staff/LocateListing", headers, id=waiting["providerId"], point=where)
    assert (await load_json(desk.database, tmp_path, an_office_of("1 Example Street"))).changed == 0
    assert (await desk.published("staff/UnlocatedListings", headers))["nodes"] == []
    await load_json(desk.database, tmp_path, an_office_of("2 Example Street"))
    assert len((await desk.published("staff/UnlocatedListings", headers))["nodes"]) == 1
