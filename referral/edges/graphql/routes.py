"""Where the GraphQL doors stand, and the trusted documents that may be asked for by GET."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from graphql import DefinitionNode, FieldNode, OperationDefinitionNode, OperationType, parse
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from referral.edges.graphql.door import Door
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House

PATHS = {
    Audience.PUBLIC: "/graphql",
    Audience.PARTNER: "/graphql/partner",
    Audience.STAFF: "/graphql/staff",
}
# A receipt, a token or a person's words in a URL would be kept by histories, caches and logs.
ASKED_BY_GET = frozenset({"providers", "provider", "places", "languages"})
OPERATIONS = Path(__file__).resolve().parents[3] / "schema" / "operations"


def routes(house: House, *audiences: Audience) -> list[BaseRoute]:
    """The doors that a process opens over one login's database."""
    documents = trusted_documents(OPERATIONS / Audience.PUBLIC.value)
    return [route(Door(house, audience, documents), PATHS[audience]) for audience in audiences]


def route(door: Door, path: str) -> Route:
    return Route(path, Doorway(door), methods=["GET", "POST"], name=f"graphql {door.audience.value}")


@dataclass(frozen=True, slots=True)
class Doorway:
    """A door as an application of its own: a function would be wrapped once more for each answer."""

    door: Door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.door.answer(Request(scope, receive, send))
        await response(scope, receive, send)


@cache
def trusted_documents(folder: Path) -> Mapping[str, str]:
    """Published operations that read only the directory, by their id: `sha256:` and the hash of their text.

    Empty outside a source checkout. Read once: three doors of one process ask for the same.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))]
    return MappingProxyType({document_id(text): text for text in texts if reads_only_directory(text)})


def reads_only_directory(text: str) -> bool:
    return all(is_directory_query(definition) for definition in parse(text).definitions)


def is_directory_query(definition: DefinitionNode) -> bool:
    if not isinstance(definition, OperationDefinitionNode) or definition.operation is not OperationType.QUERY:
        return False
    roots = definition.selection_set.selections
    return all(isinstance(root, FieldNode) and root.name.value in ASKED_BY_GET for root in roots)


def document_id(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"
