"""What is remembered of the documents that people send: their shape, and never their words."""

import pytest

from referral.edges.graphql import execution, schemas
from referral.edges.graphql.schemas import Audience

SHAPE = "query ($receipt: String!) { helpRequest(receipt: $receipt) { status } }"
CANARY = "Canaryquetzalli"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    execution.sound.cache_clear()


def test_a_document_without_texts_is_checked_once() -> None:
    schema = schemas.schema(Audience.PUBLIC).core
    first, second = execution.prepare(schema, SHAPE), execution.prepare(schema, SHAPE)
    assert first is second
    assert execution.sound.cache_info().hits == 1


@pytest.mark.parametrize(
    "document",
    [
        f'{{ helpRequest(receipt: "{CANARY}") {{ status }} }}',
        f'{{ helpRequest(receipt: """{CANARY}""") {{ status }} }}',
        f"{{ helpRequest(receipt: {CANARY}) {{ status }} }}",
        f"{{ {CANARY} }}",
        f"{{ helpRequest(receipt: {CANARY}",
    ],
)
def test_a_document_with_somebodys_words_is_not_remembered(document: str) -> None:
    execution.prepare(schemas.schema(Audience.PUBLIC).core, document)
    assert execution.sound.cache_info().currsize == 0
