"""Who may see what, asked of a running server: what is allowed is shown, and nothing else is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, cast

import pytest
from asked import Path, coordinates, is_of_a_request, paths, question, reached, roots, seen_in
from desk import Desk
from people import Asked, Entry, Everybody, everybody

from referral.edges.graphql.schemas import Audience
from referral.privacy.fields import FIELDS
from referral.privacy.matrix import GROUPS, Stage, Viewer, group_of, may_see

Leaves = tuple[str, ...]

PUBLISHED = sorted({field for audience in Audience for field in coordinates(audience)})


def test_every_published_field_stands_in_a_group():
    assert [field for field in PUBLISHED if group_of(field) is None] == []


def test_no_group_holds_a_field_that_is_published_no_more():
    assert sorted(set(GROUPS) - set(PUBLISHED)) == []


def test_no_field_stands_in_two_groups():
    counted = Counter(
        f"{kind}.{name}" for types in FIELDS.values() for kind, names in types.items() for name in names.split()
    )
    assert [field for field, times in counted.items() if times > 1] == []


@pytest.mark.timeout(600)  # four thousand questions
async def test_each_viewer_sees_at_each_stage_what_the_matrix_allows_and_nothing_else(desk: Desk):
    cast = await everybody(desk)
    seen = {(viewer, stage): await all_seen(desk, cast, viewer, stage) for viewer in Viewer for stage in Stage}
    somebody = {stage: frozenset[str]().union(*(seen[viewer, stage] for viewer in Viewer)) for stage in Stage}
    asked = [field for field in PUBLISHED if is_of_a_request(field) and field.partition(".")[0] not in ROOTS | QUEUES]
    wrong: list[str] = []
    for viewer, stage, field in ((v, s, f) for v in Viewer for s in Stage for f in asked):
        group = group_of(field)
        assert group
        allowed, shown = may_see(viewer, group, stage), field in seen[viewer, stage]
        if shown and not allowed:
            wrong.append(f"{viewer} must not see {field} of a request that is {stage}")
        if allowed and not shown and field in somebody[stage]:
            wrong.append(f"{viewer} does not see {field} of a request that is {stage}")
    assert wrong == [], "\n".join(wrong)
    assert sorted(set(asked) - frozenset[str]().union(*somebody.values())) == []  # each had something to tell
    assert len(asked) * len(Viewer) * len(Stage) >= 3_000


ROOTS = frozenset({"Query", "Mutation"})
QUEUES = frozenset(
    {"HelpRequestConnection", "HelpRequestEdge", "QueueFacets"}
    | {f"Queue{kind}Count" for kind in ("HelpType", "Language", "State", "Status", "Urgency")}
)


async def all_seen(desk: Desk, cast: Everybody, viewer: Viewer, stage: Stage) -> frozenset[str]:
    """Every field that tells this viewer something of the request, by whatever way they come to it."""
    found: set[str] = set()
    for entry in cast.entries(viewer, stage):
        ways = groupby(paths(entry.audience, entry.leads_to), key=lambda path: path.fields[:1])
        for _, together in ways:
            found |= await seen_by(desk, cast.at[stage], entry, [(path, path.leaves) for path in together])
    return frozenset(found)


async def seen_by(desk: Desk, asked: Asked, entry: Entry, ways: Sequence[tuple[Path, Leaves]]) -> frozenset[str]:
    """What some ways tell, asked in one question; where a part of it is refused, each part is asked alone."""
    document = entry.question.format(inner=" ".join(path.selected(leaves) for path, leaves in ways))
    variables = {"provider": str(asked.office.id), **entry.variables}
    if "$provider)" not in document:
        document = document.replace(", $provider: ID!", "").replace("($provider: ID!)", "")
    body = await desk.answered(document, variables, entry.audience, **dict(entry.headers))
    seen = {field for path, _ in ways for field in seen_in(found_in(body.get("data")), path, asked.ids)}
    if any(len(error.get("path", ())) != 1 for error in body.get("errors", ())):
        parts = apart(ways)
        for part in parts if len(parts) > 1 else ():
            seen |= await seen_by(desk, asked, entry, [part])
    return frozenset(seen)


def apart(ways: Sequence[tuple[Path, Leaves]]) -> list[tuple[Path, Leaves]]:
    """Several ways one by one; one way leaf by leaf."""
    if len(ways) > 1:
        return list(ways)
    return [(path, (leaf,)) for path, leaves in ways for leaf in leaves]


def found_in(data: Any) -> Any:
    """What stands under the alias `found`, in one of a few wrappings."""
    if not isinstance(data, dict):
        return None
    inner = cast("dict[str, Any]", data)
    return inner["found"] if "found" in inner else next(map(found_in, inner.values()), None)


# ------------------------------------------------------------- what does not depend on a request
async def test_each_viewer_asks_what_the_matrix_allows_at_every_door_and_nothing_else(desk: Desk):
    cast = await everybody(desk, (Stage.OFFERED,))
    wrong: list[str] = []
    for viewer in Viewer:
        opens = await all_opened(desk, cast, viewer)
        for field in PUBLISHED:
            if is_of_a_request(field) and field.partition(".")[0] not in ROOTS | QUEUES:
                continue
            group = group_of(field)
            assert group
            # A request that is being worked on stands for all: what depends on it is asked above.
            if (field in opens) != may_see(viewer, group, Stage.OFFERED):
                wrong.append(f"{viewer} {'opens' if field in opens else 'does not open'} {field} ({group})")
    assert wrong == [], "\n".join(wrong)


async def all_opened(desk: Desk, cast: Everybody, viewer: Viewer) -> frozenset[str]:
    """Every root field that this viewer may use at one door or another, and all that is reached by it."""
    opened: set[str] = set()
    for audience, headers in cast.headers(viewer):
        for root in roots(audience):
            is_act = root.startswith("Mutation.")
            document, variables = question(audience, root, UNKNOWN if is_act else known(cast.at[Stage.OFFERED]))
            body = await desk.answered(document, variables, audience, **dict(headers))
            refused = codes_of(body) & REFUSALS
            # A question must have been answered; an act is understood, and finds that there is nothing to act on.
            assert refused or not codes_of(body) & (UNREAD if is_act else codes_of(body)), (root, body)
            if not refused:
                opened |= {root, *reached(audience, root)}
    return frozenset(opened)


def known(asked: Asked) -> dict[str, object]:
    """What stands for arguments of these names, so that what is asked for exists."""
    return {
        "id": str(asked.id),
        "subject": str(asked.id),
        "token": asked.token,
        "receipt": asked.receipt,
        "requestId": str(asked.id),
        "providerId": str(asked.office.id),
        "from": "2026-11-01",
        "to": "2026-11-02",
        "idempotencyKey": "a key for each cell",
        "contact": "+1 956 555 0100",
    }


UNKNOWN: Mapping[str, object] = {"idempotencyKey": "a key for each cell"}
UNREAD = frozenset({"BAD_INPUT", "GRAPHQL_VALIDATION_FAILED", "INTERNAL"})
# Budgets are endless here: too soon is who guesses at keys.
REFUSALS = frozenset({"NOT_ALLOWED", "NOT_SIGNED_IN", "NO_API_KEY", "RATE_LIMITED"})


def codes_of(body: Any) -> frozenset[str]:
    """What went wrong, by code."""
    return frozenset(error["extensions"]["code"] for error in body.get("errors", ()))
