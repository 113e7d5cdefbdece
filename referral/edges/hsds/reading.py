"""The HSDS read API: services, organizations and our terms, in the official envelope, by GET or by POST."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from referral.directory import whole
from referral.directory.whole import LARGEST_PAGE, WholeService
from referral.edges.house import House
from referral.edges.hsds import asked, openapi, parameters, published
from referral.edges.hsds.asked import Asked
from referral.edges.hsds.openapi import NDJSON, VERSION
from referral.edges.hsds.published import Document
from referral.foundation.clock import now
from referral.foundation.vocabulary import HelpType

BOTH = ["GET", "POST"]
MERGE_PATCH = "application/merge-patch+json"
PATCHES: dict[str, Callable[[], Document]] = {
    "openapi.json": openapi.profile,
    "service.json": openapi.profile_of_service,
}

Fetch = Callable[[int, int], Awaitable[list[Document]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The directory, as other HSDS systems read it."""

    house: House

    async def root(self, _request: Request) -> Response:
        """Which version, which profile."""
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

        async def fetch(first: int, skip: int) -> list[Document]:
            return [
                written_service(one, question)
                for one in await whole.services(at, question.wanted, first=first, skip=skip)
            ]

        return await listed(question, await whole.count(at, question.wanted), fetch)

    async def service(self, request: Request) -> Response:
        found = await whole.service(self.house.database.reader, id_of(request))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(published.service(found, now(), is_full=True))

    async def places(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_PLACES)
        at = self.house.database.reader

        async def fetch(first: int, skip: int) -> list[Document]:
            found = await whole.places(at, question.wanted, first=first, skip=skip)
            return [published.service_at_location(one, now(), is_full=question.is_full) for one in found]

        return await listed(question, await whole.count_places(at, question.wanted), fetch)

    async def place(self, request: Request) -> Response:
        """The official document names the schema of a service here; what is asked for is the service at its place."""
        found = await whole.place(self.house.database.reader, id_of(request))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(published.service_at_location(found, now(), is_full=True))

    async def organizations(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_ORGANIZATIONS)
        at = self.house.database.reader

        async def fetch(first: int, skip: int) -> list[Document]:
            ids = await whole.organizations(at, question.wanted, first=first, skip=skip)
            return written_organizations(ids, await whole.of_organizations(at, ids), question)

        return await listed(question, await whole.count_organizations(at, question.wanted), fetch)

    async def organization(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_ORGANIZATION)
        id = id_of(request)
        found = await whole.of_organizations(self.house.database.reader, [id])
        if not found:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(written_organization(found, is_full=True, has_services=question.has_services))

    async def taxonomies(self, request: Request) -> Response:
        question = await asked.read(self.house, request, parameters.OF_TAXONOMIES)
        return await fixed(question, searched([published.taxonomy()], question))

    async def taxonomy(self, request: Request) -> Response:
        if str(id_of(request)) != published.TAXONOMY_ID:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return json(published.taxonomy())

    async def terms(self, request: Request) -> Response:
        """Our terms have no parents: top_only leaves all of them, parent_id none."""
        question = await asked.read(self.house, request, parameters.OF_TERMS)
        is_empty = question.wanted.nobody or "parent_id" in question.fields
        return await fixed(
            question, [] if is_empty else searched([published.term(kind) for kind in HelpType], question)
        )

    async def term(self, request: Request) -> Response:
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
def written_service(one: WholeService, question: Asked) -> Document:
    """HSDS says `modified_date` where it means the field `last_modified`: both are given."""
    if question.is_minimal:
        changed = one.last_modified.isoformat()
        return {"id": str(one.id), "last_modified": changed, "modified_date": changed}
    return published.service(one, now(), is_full=question.is_full)


def written_organizations(ids: Sequence[UUID], services: Sequence[WholeService], question: Asked) -> list[Document]:
    return [
        written_organization(
            [one for one in services if one.organization.id == id],
            is_full=question.is_full or question.has_services,
            has_services=question.has_services,
        )
        for id in ids
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
async def listed(question: Asked, total: int, fetch: Fetch) -> Response:
    """One page in the envelope, or everything, a line each."""
    if question.is_ndjson:
        return StreamingResponse(lines(fetch), media_type=NDJSON)
    contents = await fetch(question.per_page, (question.page - 1) * question.per_page)
    pages = -(-total // question.per_page)
    return json(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": question.page,
            "size": len(contents),
            "first_page": question.page == 1,
            "last_page": question.page >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


async def fixed(question: Asked, documents: list[Document]) -> Response:
    async def fetch(first: int, skip: int) -> list[Document]:
        return documents[skip : skip + first]

    return await listed(question, len(documents), fetch)


async def lines(fetch: Fetch) -> AsyncIterator[bytes]:
    skip = 0
    while found := await fetch(LARGEST_PAGE, skip):
        yield b"".join(orjson.dumps(one) + b"\n" for one in found)
        skip += len(found)


def json(document: Document) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")


def id_of(request: Request) -> UUID:
    found = published.as_uuid(request.path_params["id"])
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found
