"""The HSDS read API: services, organizations and our terms, in the official envelope, by GET or by POST."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from referral.directory.publishing import pages, whole
from referral.directory.publishing.pages import LARGEST_PAGE, Kind
from referral.directory.publishing.whole import WholeService
from referral.directory.upkeep import merging
from referral.edges.house import House
from referral.edges.hsds import asked, openapi, parameters, published
from referral.edges.hsds.asked import Asked
from referral.edges.hsds.openapi import NDJSON, VERSION
from referral.edges.hsds.published import Document
from referral.foundation.clock import now
from referral.foundation.db import Reader
from referral.foundation.vocabulary import HelpType

BOTH = ["GET", "POST"]
MERGE_PATCH = "application/merge-patch+json"
PATCHES: dict[str, Callable[[], Document]] = {
    "openapi.json": openapi.profile,
    "service.json": openapi.profile_of_service,
}

Write = Callable[[Sequence[UUID]], Awaitable[list[Document]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The directory, as other HSDS systems read it."""

    house: House

    async def root(self, request: Request) -> Response:
        """Which version, which profile."""
        await asked.read(self.house, request, parameters.NONE)
        base = self.house.settings.public_url.rstrip("/")
        return json({"version": VERSION, "profile": f"{base}/hsds/profile", "openapi_url": f"{base}/hsds/openapi.json"})

    async def openapi(self, _request: Request) -> Response:
        return json(openapi.document())

    async def profile(self, _request: Request) -> Response:
        """Which JSON Merge Patches say what is ours, and what we chose where HSDS leaves a choice."""
        base = self.house.settings.public_url.rstrip("/")
        return json(
            {
                "name": "Referral",
                "version": VERSION,
                "patches": {name: f"{base}/hsds/profile/{name}" for name in PATCHES},
                "per_page": {"default": parameters.DEFAULT_PAGE, "maximum": LARGEST_PAGE},
                "taxonomies": [published.taxonomy()],
                "unknown_parameters": "are refused by name",
            }
        )

    async def patch(self, request: Request) -> Response:
        """One file of the profile."""
        write = PATCHES.get(request.path_params["name"])
        if write is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(orjson.dumps(write()), media_type=MERGE_PATCH)

    async def services(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_SERVICES)
        at = self.house.database.reader

        async def write(ids: Sequence[UUID]) -> list[Document]:
            if question.is_minimal:
                return [published.change(one) for one in await whole.changes(at, ids)]
            return [published.service(one, now(), is_full=question.is_full) for one in await whole.of(at, ids)]

        return await listed(at, question, pages.SERVICES, write)

    async def service(self, request: Request) -> Response:
        await asked.read(self.house, request, parameters.NONE)
        at, id = self.house.database.reader, id_of(request)
        found = await whole.of(at, [id])
        if not found:
            return moved(request, "services", await merging.service_kept_for(at, id))
        return json(published.service(found[0], now(), is_full=True))

    async def places(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_PLACES)
        at = self.house.database.reader

        async def write(ids: Sequence[UUID]) -> list[Document]:
            found = await whole.places(at, ids)
            return [published.service_at_location(one, now(), is_full=question.is_full) for one in found]

        return await listed(at, question, pages.PLACES, write)

    async def place(self, request: Request) -> Response:
        """The official document names the schema of a service here; what is asked for is the service at its place."""
        await asked.read(self.house, request, parameters.NONE)
        at, id = self.house.database.reader, id_of(request)
        found = await whole.places(at, [id])
        if not found:
            return moved(request, "service_at_locations", await merging.kept_for(at, id))
        return json(published.service_at_location(found[0], now(), is_full=True))

    async def organizations(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_ORGANIZATIONS)
        at = self.house.database.reader

        async def write(ids: Sequence[UUID]) -> list[Document]:
            return written_organizations(ids, await whole.of_organizations(at, ids), question)

        return await listed(at, question, pages.ORGANIZATIONS, write)

    async def organization(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_ORGANIZATION)
        id = id_of(request)
        found = await whole.of_organizations(self.house.database.reader, [id])
        if not found:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(written_organization(found, is_full=True, has_services=question.has_services))

    async def taxonomies(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_TAXONOMIES)
        return fixed(question, searched([published.taxonomy()], question))

    async def taxonomy(self, request: Request) -> Response:
        await asked.read(self.house, request, parameters.NONE)
        if str(id_of(request)) != published.TAXONOMY_ID:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(published.taxonomy())

    async def terms(self, request: Request) -> Response:
        """Our terms have no parents: top_only leaves all of them, parent_id none."""
        question = await asked.read(self.house, request, parameters.OF_TERMS)
        is_empty = question.wanted.nobody or "parent_id" in question.fields
        return fixed(question, [] if is_empty else searched([published.term(kind) for kind in HelpType], question))

    async def term(self, request: Request) -> Response:
        await asked.read(self.house, request, parameters.NONE)
        kind = published.kind_of(str(id_of(request)))
        if kind is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(published.term(kind))


def routes(house: House) -> list[BaseRoute]:
    """Reading only; lists can be asked by POST too, so that a search need not stand in an address."""
    reading = Reading(house=house)
    return [
        Route("/hsds", reading.root, methods=["GET"]),
        Route("/hsds/", reading.root, methods=["GET"]),
        Route("/hsds/profile", reading.profile, methods=["GET"]),
        Route("/hsds/profile/{name}", reading.patch, methods=["GET"]),
        Route("/hsds/openapi.json", reading.openapi, methods=["GET"]),
        Route("/hsds/services", reading.services, methods=BOTH),
        Route("/hsds/services/{id}", reading.service, methods=["GET"]),
        Route("/hsds/service_at_locations", reading.places, methods=BOTH),
        Route("/hsds/service_at_locations/{id}", reading.place, methods=["GET"]),
        Route("/hsds/organizations", reading.organizations, methods=BOTH),
        Route("/hsds/organizations/{id}", reading.organization, methods=["GET"]),
        Route("/hsds/taxonomies", reading.taxonomies, methods=BOTH),
        Route("/hsds/taxonomies/{id}", reading.taxonomy, methods=["GET"]),
        Route("/hsds/taxonomy_terms", reading.terms, methods=BOTH),
        Route("/hsds/taxonomy_terms/{id}", reading.term, methods=["GET"]),
    ]


# ------------------------------------------------------------- objects
def written_organizations(ids: Sequence[UUID], services: Sequence[WholeService], question: Asked) -> list[Document]:
    """Those that still publish a service."""
    of: dict[UUID, list[WholeService]] = {id: [] for id in ids}
    for one in services:
        of[one.organization.id].append(one)
    return [
        written_organization(own, is_full=question.is_full or question.has_services, has_services=question.has_services)
        for own in of.values()
        if own
    ]


def written_organization(services: Sequence[WholeService], *, is_full: bool, has_services: bool) -> Document:
    own = services[0]
    document = published.organization(own.organization, own.organization_phones, is_full=is_full)
    if has_services:
        document["services"] = [published.service(one, now(), is_full=True) for one in services]
    elif is_full:
        document["services"] = [{"id": str(one.id), "name": one.name, "status": one.status.value} for one in services]
    return document


def searched(documents: list[Document], question: Asked) -> list[Document]:
    """Those whose name or description holds the words."""
    words = (question.wanted.text or "").casefold()
    return [one for one in documents if words in f"{one['name']} {one['description']}".casefold()]


# ------------------------------------------------------------- answers
async def listed(at: Reader, question: Asked, kind: Kind, write: Write) -> Response:
    """One page in the envelope, or everything, a line each."""
    if question.is_ndjson:
        return StreamingResponse(lines(at, question, kind, write), media_type=NDJSON)
    skip = (question.page - 1) * question.per_page
    page = await pages.page(at, kind, question.wanted, first=question.per_page, skip=skip)
    return enveloped(question, page.total, await write(page.ids) if page.ids else [])


def fixed(question: Asked, documents: list[Document]) -> Response:
    if question.is_ndjson:
        return Response(ndjson(documents), media_type=NDJSON)
    skip = (question.page - 1) * question.per_page
    return enveloped(question, len(documents), documents[skip : skip + question.per_page])


def enveloped(question: Asked, total: int, contents: list[Document]) -> Response:
    last = -(-total // question.per_page)
    return json(
        {
            "total_items": total,
            "total_pages": last,
            "page_number": question.page,
            "size": len(contents),
            "first_page": question.page == 1,
            "last_page": question.page >= last,
            "empty": not contents,
            "contents": contents,
        }
    )


async def lines(at: Reader, question: Asked, kind: Kind, write: Write) -> AsyncIterator[bytes]:
    async for ids in pages.walk(at, kind, question.wanted):
        yield ndjson(await write(ids))


def ndjson(documents: list[Document]) -> bytes:
    return b"".join(orjson.dumps(one) + b"\n" for one in documents)


def json(document: Document) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")


def moved(request: Request, kind: str, kept: UUID | None) -> Response:
    """Where the listing is that is kept in place of this one; 404 where there is none."""
    if kept is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    base = request.url.path.partition("/hsds/")[0]
    return RedirectResponse(f"{base}/hsds/{kind}/{kept}", HTTPStatus.MOVED_PERMANENTLY)


def id_of(request: Request) -> UUID:
    found = published.as_uuid(request.path_params["id"])
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found
