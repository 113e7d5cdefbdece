"""The address of a question is read as Starlette reads it."""

import json
import random
from urllib.parse import quote, quote_plus

import pytest
from starlette.datastructures import QueryParams

from referral.edges.graphql.addresses import parameters

PIECES = (
    "a", "documentId", "=", "=", "&", "&", "+", "%20", "%2B", "%3D", "%26", "%25", "%00", "%0A", "%0d%0a", "%C3%B1",
    "%ff", "%zz", "%", "%4", "_", "=0A", "=3D", ".", "~", " ", "ñ", "\t", "sha256:",
    quote(json.dumps({"q": "niñez = 100%"})), quote_plus('{"a": [1, "b c"]}'),
)  # fmt: skip


def test_addresses_made_up_are_read_as_the_library_reads_them() -> None:
    chance = random.Random(5)  # noqa: S311 - the same addresses every time, not a secret
    seen = set[bool]()
    for _ in range(20_000):
        query = "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 12))).encode()
        expected = dict(QueryParams(query))
        assert parameters(query) == expected, query
        seen.add(bool(expected))
    assert seen == {True, False}


@pytest.mark.parametrize("said", ["niñez", "a=b", "=3D=0A", "100%", "a+b c", "\r\n", " ends with blanks  ", "_"])
def test_what_is_said_arrives(said: str) -> None:
    for escape in (quote, quote_plus):
        assert parameters(f"x={escape(said)}&y=".encode()) == {"x": said, "y": ""}
