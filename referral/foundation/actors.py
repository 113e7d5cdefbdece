"""Who acts. A function that asks for `Staff` can be called by staff only: permission is a parameter."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NewType
from uuid import UUID

from referral.foundation.vocabulary import Word

StaffId = NewType("StaffId", UUID)
PartnerId = NewType("PartnerId", UUID)

TOLD_BEFORE = timedelta(days=30)


class ActorKind(Word):
    """Who did something, as histories show it: a kind, never a name."""

    REQUESTER = "requester", "The person who asks."
    HELPER = "helper", "Someone who asks on their behalf."
    INTAKE_STAFF = "intake_staff", "A member of the intake team."
    SUPERVISOR = "supervisor", "A supervisor of the intake team."
    PROVIDER_STAFF = "provider_staff", "Someone at the provider."
    PARTNER_APP = "partner_app", "A partner application."
    SYSTEM = "system", "The machine."


class Scope(Word):
    """What an API key opens."""

    DIRECTORY_READ = "directory:read", "Read the directory, as anyone may, under the key's own budget."
    REQUEST_SUBMIT = "request:submit", "Send requests on behalf of people."
    REFERRAL_RESPOND = "referral:respond", "Answer offers made to the key's organization."
    DIRECTORY_PROPOSE = "directory:propose", "Propose what the listings of the key's organization should say."


class StaffRole(Word):
    """What a member of staff may do."""

    INTAKE = "intake", "Works on requests."
    SUPERVISOR = "supervisor", "Works on requests and oversees the team."
    ADMIN = "admin", "Keeps accounts; sees no person's details."


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Anyone. Nothing is known and nothing is kept about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The key that was shown: everything but its secret. Of its use only the day is known."""

    id: str
    expires_at: datetime
    last_used_on: date | None

    def ends_soon(self, now: datetime) -> bool:
        """Whether whoever uses it should be told to change over."""
        return self.expires_at - now <= TOLD_BEFORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A partner application that showed an API key; `organization_id` where the key belongs to a provider."""

    id: PartnerId
    name: str
    scopes: frozenset[Scope]
    organization_id: UUID | None = None
    key: ApiKey | None = field(default=None, compare=False)

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
class System:
    """The house itself: the worker and the importers."""


SYSTEM = System()
