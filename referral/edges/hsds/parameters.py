"""Which parameters does the HSDS API take, where, and what do they mean? One table, for the doors and for the document.

Those that are ours stand beside the official ones, and the profile names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from referral.directory.publishing.pages import LARGEST_PAGE
from referral.foundation.earth import EARTH_RADIUS_KM

DEFAULT_PAGE = 25
LARGEST_NUMBER = 1_000_000
LONGEST_TEXT = 200
LONGEST_POSTCODE = 10
MOST_LANGUAGES = 20
FARTHEST_M = int(EARTH_RADIUS_KM * 3.15 * 1000)  # half way round
NEAR_M = 50_000
DEGREES = r"-?[0-9]{1,3}([.][0-9]{1,20})?(e-?[0-9]{1,3})?"
MOST_METRES = 20_000_000
METRES = r"([1-9][0-9]{0,6}|1[0-9]{7}|20000000)"  # text, as HSDS has it: so the pattern itself holds the limit
POSTCODE = r"[0-9A-Za-z]([0-9A-Za-z -]{0,8}[0-9A-Za-z])?"
TAGS = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}(,[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}){0,19}"

Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What may be sent, as JSON Schema, and what it does."""

    meaning: str
    schema: Schema = field(repr=False)
    is_ours: bool = False
    is_counted: bool = False  # text that is a number: JSON may say it as one


ID: Schema = {"type": "string", "format": "uuid"}
FLAG: Schema = {"type": "boolean", "default": False}


def counted(default: int, largest: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": largest, "default": default}


def degrees(most: int) -> Schema:
    return {"type": "number", "minimum": -most, "maximum": most}


def text_like(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


PARAMETERS: Mapping[str, Parameter] = {
    "search": Parameter(
        meaning="Every word must stand in a name or a description; accents and case make no difference.",
        schema={"type": "string", "maxLength": LONGEST_TEXT, "pattern": "^[^\\u0000]*$"},
    ),
    "page": Parameter(meaning="Which page, from 1.", schema=counted(1, LARGEST_NUMBER)),
    "per_page": Parameter(meaning="How many items on a page.", schema=counted(DEFAULT_PAGE, LARGEST_PAGE)),
    "format": Parameter(
        meaning="ndjson gives every item of every page, a line each, without the envelope.",
        schema={"type": "string", "enum": ["json", "ndjson"], "default": "json"},
    ),
    "taxonomy_term_id": Parameter(meaning="Only services with this term.", schema=ID),
    "taxonomy_id": Parameter(meaning="Only what has a term of this taxonomy.", schema=ID),
    "organization_id": Parameter(meaning="Only what this organization offers.", schema=ID),
    "modified_after": Parameter(
        meaning="Only services changed then or later. A date begins at midnight UTC; without an offset, UTC is meant.",
        schema={"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]},
    ),
    "minimal": Parameter(meaning="Only ids and when each service was changed.", schema=FLAG),
    "full": Parameter(meaning="Items whole, with every list nested in them.", schema=FLAG),
    "full_service": Parameter(meaning="Organizations with their services, whole.", schema=FLAG),
    "top_only": Parameter(meaning="Only terms without a parent; ours all are.", schema=FLAG),
    "parent_id": Parameter(meaning="Only terms below this one; ours have none.", schema=ID),
    "postcode": Parameter(
        meaning=(
            "Only services at places there. Where areas served are stated (a country, states, counties), one of them "
            "must hold the postcode. ZIP codes of the US and postal codes of Mexico are known."
        ),
        schema=text_like(POSTCODE),
    ),
    "proximity": Parameter(
        meaning="With postcode: places at most so many metres from its middle, whatever their own postcode.",
        schema=text_like(METRES),
        is_counted=True,
    ),
    "lat": Parameter(
        meaning="With lon: only places around this point. Degrees, WGS 84.", schema=degrees(90), is_ours=True
    ),
    "lon": Parameter(
        meaning="With lat: only places around this point. Degrees, WGS 84.", schema=degrees(180), is_ours=True
    ),
    "radius_m": Parameter(
        meaning=f"With lat and lon: how far around, in metres; {NEAR_M:,} if not said.",
        schema=counted(NEAR_M, FARTHEST_M),
        is_ours=True,
    ),
    "language": Parameter(
        meaning="Language tags with commas between; one must be offered. Who states no language stays in.",
        schema=text_like(TAGS),
        is_ours=True,
    ),
    "open_now": Parameter(
        meaning="Leave out who is closed at this hour. Who states no hours stays in.", schema=FLAG, is_ours=True
    ),
    "accepting": Parameter(
        meaning="Only who states, not too long ago, that people are taken in.", schema=FLAG, is_ours=True
    ),
}

Names = tuple[str, ...]
PAGING: Names = ("page", "per_page", "format")
PLACED: Names = ("lat", "lon", "radius_m", "language", "open_now", "accepting")
OF_SERVICES: Names = (
    "search", *PAGING, "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full",
    *PLACED,
)  # fmt: skip
OF_PLACES: Names = (
    "search", *PAGING, "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full",
    "postcode", "proximity", *PLACED,
)  # fmt: skip
OF_ORGANIZATIONS: Names = ("search", *PAGING, "taxonomy_term_id", "taxonomy_id", "full", "full_service")
OF_TAXONOMIES: Names = ("search", *PAGING)
OF_TERMS: Names = ("search", *PAGING, "taxonomy_id", "top_only", "parent_id")
OF_ORGANIZATION: Names = ("full_service",)
NONE: Names = ()
