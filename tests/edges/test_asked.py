"""A body is read as it stands, whatever is in it: no name is lost, and none counts twice that does not stand twice."""

import json

import orjson
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from referral.edges.graphql import asked
from referral.edges.graphql.asked import MOST_NESTED, Turned
from referral.edges.graphql.codes import Code

MOST_LISTED = 2_000
TEXTS = st.text(alphabet=st.sampled_from('ab"\\{}[]:,\n\té\U0001f4de'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXTS, inside, max_size=4),
    max_leaves=20,
)


def decoded(body: bytes) -> object:
    return asked.decoded(body, most_listed=MOST_LISTED)


@settings(max_examples=300, deadline=None)
@drawn(VALUES, st.booleans())
def test_json_is_read_as_it_stands(value: object, is_ascii: bool) -> None:
    assert decoded(json.dumps(value, ensure_ascii=is_ascii).encode()) == value


@settings(max_examples=300, deadline=None)
@drawn(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), st.data())
def test_a_name_that_stands_twice_is_found_wherever_it_stands(value: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    body = orjson.dumps(value)[:-1] + b"," + orjson.dumps(name) + b":1}"
    for wrapped in (body, b'[{"a":' + body + b"}]"):
        with pytest.raises(Turned) as refusal:
            decoded(wrapped)
        assert refusal.value.code is Code.DUPLICATE_KEY


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_may_be_so_deep_and_no_deeper(opening: str, closing: str) -> None:
    decoded((opening * MOST_NESTED + "1" + closing * MOST_NESTED).encode())
    decoded(("[" + "[]," * 1_000 + "1]").encode())
    with pytest.raises(Turned) as refusal:
        decoded((opening * (MOST_NESTED + 1) + "1" + closing * (MOST_NESTED + 1)).encode())
    assert refusal.value.code is Code.TOO_DEEP
