"""What is a plan made of? Who asks and where they could go, which places there are, and who is proposed to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from referral.intake.words import UrgencyLevel

NO_CAPS: Mapping[UUID, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One provider that no rule excludes, and how well it fits; not certain where some rule is not known."""

    provider_id: UUID
    points: int  # 0 to 1000
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, everywhere it could go, and how many places of one provider it takes."""

    request_id: UUID
    level: UrgencyLevel
    waited: timedelta
    options: tuple[Option, ...] = field(repr=False)
    takes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many places of a provider are free; `kept` of them for the urgent who will come before more are free."""

    provider_id: UUID
    organization_id: UUID
    free: int
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One request proposed to one provider, and what that is worth below its urgency."""

    request_id: UUID
    provider_id: UUID
    points: int
    certain: bool
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The best there is: who goes where, and who is left."""

    given: tuple[Given, ...]
    left: tuple[UUID, ...]

    @property
    def value(self) -> int:
        return sum(one.value for one in self.given)
