"""What would a list change, as people read it? Listings before and after, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from referral.foundation.db import Reader, many

AT_ONCE = 500
Document = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A listing as it stands, whole."""

    id: UUID
    document: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of one listing: what it says, and what it would say. None: nothing."""

    listing: str
    field: str
    before: object
    after: object


async def snapshot(at: Reader, services: Sequence[UUID]) -> dict[UUID, Document]:
    """The listings of these services, published or not, as the transaction sees them now."""
    found: dict[UUID, Document] = {}
    for start in range(0, len(services), AT_ONCE):
        rows = await many(
            at,
            Snapshot,
            """SELECT id,
                      json_build_object('name', name, 'description', description, 'help_types', help_types,
                                        'claims', claims, 'accepts_detained', accepts_detained,
                                        'accepts_minors', accepts_minors, 'free', free,
                                        'interpreter_for_other', interpreter_for_other, 'restrictions', restrictions,
                                        'is_published', is_published, 'organization', organization,
                                        'service', service, 'location', location, 'languages', languages,
                                        'service_areas', service_areas, 'phones', phones, 'schedules', schedules)
                          AS document
                 FROM known_provider
                WHERE service_id = ANY($1::uuid[])""",
            services[start : start + AT_ONCE],
        )
        found |= {row.id: row.document for row in rows}
    return found


def differences(before: Mapping[UUID, Document], after: Mapping[UUID, Document]) -> list[Difference]:
    """Every field that differs, of listings that stand on both sides."""
    return [
        Difference(listing=str(after[id]["name"]), field=path, before=old, after=new)
        for id in after
        if id in before
        for path, old, new in differing("", before[id], after[id])
    ]


def differing(path: str, old: object, new: object) -> Iterator[tuple[str, object, object]]:
    """Objects are compared part by part, lists as wholes. When a source last touched a row is no news."""
    if isinstance(old, dict) and isinstance(new, dict):
        here, there = cast("Document", old), cast("Document", new)
        for name in {**here, **there}:
            if name != "last_modified":
                yield from differing(f"{path}.{name}" if path else name, here.get(name), there.get(name))
    elif old != new:
        yield path, old, new
