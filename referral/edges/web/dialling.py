"""How is a number dialled from anywhere? As +, the country and the rest (E.164), which a phone takes in every country.

Lists write numbers as one dials them at home. A phone in Mexico that is given ten digits calls somebody in Mexico.
"""

import re
from dataclasses import dataclass

from referral.directory.providers import Provider
from referral.foundation.numbering import PLANS, digits, international

EXTENSION = re.compile(r"(?<![a-z])(?:;\s*ext=|,|#|extensi[oó]n|ext|x)[ .:]*(\d{1,7})\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A number as it is shown and, where it can be dialled, as a link."""

    shown: str
    extension: str | None
    link: str | None


def country_of(listing: Provider) -> str | None:
    """Where a listing's numbers are at home: where its office is, else the one country that it covers."""
    if listing.location and listing.location.country:
        return listing.location.country
    covered = {area.country for area in listing.service_areas if area.country}
    return covered.pop() if len(covered) == 1 else None


def dialled(number: str, extension: str | None, country: str | None) -> Dialled:
    """A number of that country. What is no one number is shown as it stands, without a link."""
    found = EXTENSION.search(number)
    plain = (number[: found.start()] if found else number).strip().rstrip(" ;,(")
    extension = extension or (found[1] if found else None)
    full, shown = international(plain, PLANS.get(country or ""))
    if full is None:
        return Dialled(shown=number, extension=None if found else extension, link=None)
    pause = f",{digits(extension)}" if extension and digits(extension) else ""
    return Dialled(shown=shown, extension=extension, link=f"tel:{full}{pause}")
