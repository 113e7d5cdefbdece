"""What changes a listing, as statements of SQL that take its id."""

from typing import LiteralString

EVERY_TABLE: tuple[LiteralString, ...] = (
    "UPDATE provider SET description = 'Another' WHERE id = $1",
    "UPDATE service SET fees = 'Free' WHERE id = (SELECT service_id FROM provider WHERE id = $1)",
    "UPDATE organization o SET website = 'https://a' FROM provider p WHERE p.id = $1 AND o.id = p.organization_id",
    "UPDATE location SET city = 'Elsewhere' WHERE id = (SELECT location_id FROM provider WHERE id = $1)",
    "UPDATE language_offered g SET note = 'Mondays' FROM provider p WHERE p.id = $1 AND g.service_id = p.service_id",
    "UPDATE provider SET openness = 'closed' WHERE id = $1",
    "UPDATE capacity SET taken = taken + 1 WHERE provider_id = $1",
    "DELETE FROM capacity WHERE provider_id = $1",
    "INSERT INTO phone (id, provider_id, number) VALUES (gen_random_uuid(), $1, '1')",
)
GONE: tuple[LiteralString, ...] = (
    "UPDATE provider SET retired_at = now() WHERE id = $1",
    "UPDATE service SET status = 'inactive' WHERE id = (SELECT service_id FROM provider WHERE id = $1)",
    "DELETE FROM provider WHERE id = $1",
)
