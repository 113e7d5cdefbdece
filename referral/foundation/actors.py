"""Who acts. A function that asks for `Staff` can be called by staff only: permission is a parameter."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import UUID

StaffId = NewType("StaffId", UUID)
PartnerId = NewType("PartnerId", UUID)


class ActorKind(StrEnum):
    REQUESTER = "requester"
    HELPER = "helper"
    INTAKE_STAFF = "intake_staff"
    SUPERVISOR = "supervisor"
    PROVIDER_STAFF = "provider_staff"
    PARTNER_APP = "partner_app"
    SYSTEM = "system"


class Scope(StrEnum):
    """What an API key opens."""

    DIRECTORY_READ = "directory:read"
    REQUEST_SUBMIT = "request:submit"
    REFERRAL_RESPOND = "referral:respond"


class StaffRole(StrEnum):
    INTAKE = "intake"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Anyone. Nothing is known and nothing is kept about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner application that showed an API key; `organization_id` where the key belongs to a provider."""

    id: PartnerId
    name: str
    scopes: frozenset[Scope]
    organization_id: UUID | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A signed-in member of the intake team."""

    id: StaffId
    email: str
    name: str
    role: StaffRole

    @property
    def kind(self) -> ActorKind:
        return ActorKind.SUPERVISOR if self.role is StaffRole.SUPERVISOR else ActorKind.INTAKE_STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStaff:
    """Someone at a provider, known by a signed link to one referral or one listing, or by the provider's API key."""

    provider_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The house itself: the worker and the importers."""


SYSTEM = System()
