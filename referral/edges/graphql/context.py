"""What a resolver has at hand: the house, who asks, the time, and loaders that ask once for many."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from referral.directory import providers, sources
from referral.directory.providers import Provider
from referral.directory.searching import facets
from referral.directory.searching.search import Search
from referral.directory.sources import Told
from referral.edges.graphql.kept import Kept
from referral.edges.graphql.selections import Memory, Selection
from referral.edges.house import House
from referral.foundation.actors import Partner, Staff, StaffRole, Visitor
from referral.foundation.db import Reader
from referral.foundation.errors import NotAllowed, RateLimited
from referral.foundation.languages import Language
from referral.foundation.vault import Vault
from referral.intake import access, claims, requests
from referral.intake.access import Opened
from referral.intake.requests import HelpRequest
from referral.intake.words import Suspicion
from referral.referrals import notes, reading
from referral.referrals.notes import Note
from referral.referrals.reading import Referral, ReferralEvent
from referral.triage import staff, stuck
from referral.triage.stuck import StuckReason

log = logging.getLogger(__name__)

Who = Visitor | Partner | Staff


@dataclass(frozen=True, kw_only=True)
class Context:
    """One GraphQL request."""

    house: House = field(repr=False)
    who: Who = field(repr=False)
    now: datetime
    lexicon: Mapping[str, Language] = field(repr=False)
    kept: Kept = field(default_factory=Kept, repr=False)
    memory: Memory = field(default_factory=Memory, repr=False)
    suspicion: Suspicion | None = None  # why a request that is sent now goes to quarantine
    is_dated: bool = False  # whether the answer should say at which moment it was read

    @property
    def at(self) -> Reader:
        return self.house.database.reader

    @cached_property
    def loaders(self) -> "Loaders":
        """Made when first asked for: most questions ask for none."""
        return Loaders(self.at, self.house.vault)

    @property
    def staff(self) -> Staff:
        if isinstance(self.who, Staff):
            return self.who
        raise NotAllowed("Sign in as staff first.")

    @property
    def intake(self) -> Staff:
        """Staff who work on requests. Whoever keeps accounts opens none."""
        if self.staff.role is StaffRole.ADMIN:
            raise NotAllowed("Your account keeps accounts. Requests are open to the intake team only.")
        return self.staff

    async def opened(self, request_id: UUID, *, notes_only: bool = False) -> Opened:
        """What lets the caller into a case, counted before anything is shown. Raises NoAccess and RateLimited."""
        staff, most = self.intake, self.house.settings.opened_per_hour
        async with self.house.database.transaction() as tx:
            found = await access.opening(tx, staff, request_id, most=most, notes_only=notes_only, now=self.now)
        if found is None:
            log.warning("staff %s stopped: more than %d cases opened within an hour", staff.id, most)
            raise RateLimited(
                "You have opened very many cases within an hour. Supervisors have been told; go on a little later.",
                retry_after_seconds=int(access.PER.total_seconds()),
            )
        return found

    async def let_in(self, request_id: UUID, *, notes_only: bool = False) -> None:
        """The same before an act on what is sealed; of a request that is not there the act itself says so."""
        known = await requests.request(self.at, request_id)
        if known is not None and known.facts is not None:
            await self.opened(request_id, notes_only=notes_only)

    @property
    def partner(self) -> Partner:
        if isinstance(self.who, Partner):
            return self.who
        raise NotAllowed("Send an API key first.")

    def selection(self, info: "Info") -> Selection | None:
        """What `info`'s field, a page of listings, selects, if it can be written at once."""
        raw = cast("Any", info)._raw_info  # noqa: SLF001 - strawberry hands it on no other way
        return self.memory.selection(raw, self.lexicon)

    def language_names(self, reader: str) -> dict[str, str]:
        """Names of languages by tag, for a reader of `reader`."""
        return {tag: language.name_in(reader) for tag, language in self.lexicon.items()}


Info = strawberry.Info[Context, None]


class Loaders:
    """Each asks once for all that one step of a query wants. Nothing is kept: a mutation may change it meanwhile."""

    def __init__(self, at: Reader, vault: Vault) -> None:
        self.at, self.vault = at, vault
        self.provider: DataLoader[UUID, Provider | None] = DataLoader(self.providers, cache=False)
        self.listing: DataLoader[UUID, Provider | None] = DataLoader(self.listings, cache=False)
        self.history: DataLoader[UUID, list[ReferralEvent]] = DataLoader(self.histories, cache=False)
        self.request: DataLoader[UUID, HelpRequest | None] = DataLoader(self.requests, cache=False)
        self.referrals: DataLoader[UUID, list[Referral]] = DataLoader(self.of_requests, cache=False)
        self.notes: DataLoader[tuple[UUID, HelpRequest], list[Note]] = DataLoader(self.of_referrals, cache=False)
        self.sources: DataLoader[UUID, tuple[Told, ...]] = DataLoader(self.all_sources, cache=False)
        self.assignee: DataLoader[UUID, Staff | None] = DataLoader(self.assignees, cache=False)
        self.staff: DataLoader[UUID, Staff | None] = DataLoader(self.members, cache=False)
        self.stuck: DataLoader[UUID, list[StuckReason]] = DataLoader(self.reasons_stuck, cache=False)
        self.language_count: DataLoader[str, int] = DataLoader(self.language_counts, cache=False)

    async def providers(self, ids: list[UUID]) -> list[Provider | None]:
        found = await providers.known(self.at, ids)
        return [found.get(id) for id in ids]

    async def listings(self, ids: list[UUID]) -> list[Provider | None]:
        """Only what is published."""
        found = await providers.providers(self.at, ids)
        return [found.get(id) for id in ids]

    async def all_sources(self, ids: list[UUID]) -> list[tuple[Told, ...]]:
        found = await sources.of(self.at, ids)
        return [found.get(id, ()) for id in ids]

    async def histories(self, ids: list[UUID]) -> list[list[ReferralEvent]]:
        events = await reading.histories(self.at, ids)
        return [[event for event in events if event.referral_id == id] for id in ids]

    async def requests(self, ids: list[UUID]) -> list[HelpRequest | None]:
        found = await requests.requests(self.at, ids)
        return [found.get(id) for id in ids]

    async def of_requests(self, ids: list[UUID]) -> list[list[Referral]]:
        found = await reading.of_requests(self.at, ids)
        return [[referral for referral in found if referral.request_id == id] for id in ids]

    async def of_referrals(self, asked: list[tuple[UUID, HelpRequest]]) -> list[list[Note]]:
        """Notes of referrals, each with the request whose key opens them."""
        found = await notes.of_many(self.at, self.vault, dict(asked))
        return [found.get(id, []) for id, _ in asked]

    async def assignees(self, ids: list[UUID]) -> list[Staff | None]:
        """Who has these requests in hand."""
        held = await claims.of_requests(self.at, ids)
        holders = await staff.members(self.at, list({claim.staff_id for claim in held.values()}))
        return [holders.get(held[id].staff_id) if id in held else None for id in ids]

    async def members(self, ids: list[UUID]) -> list[Staff | None]:
        found = await staff.members(self.at, ids)
        return [found.get(id) for id in ids]

    async def reasons_stuck(self, ids: list[UUID]) -> list[list[StuckReason]]:
        found = await stuck.of_requests(self.at, ids)
        return [found.get(id, []) for id in ids]

    async def language_counts(self, tags: list[str]) -> list[int]:
        counts = {one.tag: one.count for one in await facets.languages(self.at, Search())}
        return [counts.get(tag, 0) for tag in tags]
