"""Where the GraphQL doors stand, and the trusted documents that may be asked for by GET."""

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from referral.edges.graphql.door import Door
from referral.edges.graphql.schemas import Audience
from referral.edges.house import House

PATHS = {
    Audience.PUBLIC: "/graphql",
    Audience.PARTNER: "/graphql/partner",
    Audience.STAFF: "/graphql/staff",
}
OPERATIONS = Path(__file__).resolve().parents[3] / "schema" / "operations"


def routes(house: House, audiences: tuple[Audience, ...] = tuple(Audience)) -> list[BaseRoute]:
    """The doors that a process opens."""
    documents = trusted_documents(OPERATIONS / Audience.PUBLIC.value)
    return [route(Door(house, audience, documents), PATHS[audience]) for audience in audiences]


def route(door: Door, path: str) -> Route:
    async def answer(request: Request) -> Response:
        return await door.answer(request)

    return Route(path, answer, methods=["GET", "POST"], name=f"graphql {door.audience.value}")


def trusted_documents(folder: Path) -> dict[str, str]:
    """Published operations by their id, `sha256:` and the hash of their text. Empty outside a source checkout."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))]
    return {document_id(text): text for text in texts}


def document_id(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"
