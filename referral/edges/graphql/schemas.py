# pyright: reportUnknownMemberType=false
# (strawberry leaves some types open)
"""Three schemas over the same types: what one audience may not see, its schema cannot spell."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import cast

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition, WithStrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from referral.edges.graphql.deciding import OfChangedSince
from referral.edges.graphql.problems import HANDLERS
from referral.edges.graphql.proposal_types import ListingProposal, StaffListingProposal
from referral.edges.graphql.public import PublicMutation, PublicQuery
from referral.edges.graphql.request_types import HelpRequest, Referral
from referral.edges.graphql.scalars import SCALARS


class Audience(StrEnum):
    PUBLIC = "public"
    PARTNER = "partner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The roots of a schema, and the types that show this audience more."""

    query: type
    mutation: type
    grown: Mapping[type, type]


def plan(audience: Audience) -> Plan:
    """What only another audience is shown is not even loaded: a process that serves the public knows no desk."""
    match audience:
        case Audience.PUBLIC:
            return Plan(query=PublicQuery, mutation=PublicMutation, grown={})
        case Audience.PARTNER:
            from referral.edges.graphql import partner  # noqa: PLC0415

            return Plan(query=partner.PartnerQuery, mutation=partner.PartnerMutation, grown={})
        case Audience.STAFF:
            from referral.edges.graphql import staff  # noqa: PLC0415

            return Plan(
                query=staff.StaffQuery,
                mutation=staff.StaffMutation,
                grown={
                    HelpRequest: staff.StaffHelpRequest,
                    Referral: staff.StaffReferral,
                    ListingProposal: StaffListingProposal,
                },
            )


class AudienceSchema(strawberry.Schema):
    """A schema in which some types have more fields; references to them stay as they are."""

    def __init__(self, plan: Plan) -> None:
        self.grown = plan.grown
        super().__init__(
            query=plan.query,
            mutation=plan.mutation,
            config=StrawberryConfig(scalar_map=SCALARS),
            exception_handlers=(OfChangedSince(), *HANDLERS),  # the first that fits answers
        )

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        grown = self.grown.get(type_definition.origin)
        if grown is None:
            return type_definition.fields
        return cast("WithStrawberryObjectDefinition", grown).__strawberry_definition__.fields

    @property
    def core(self) -> GraphQLSchema:
        return self._schema


@cache
def schema(audience: Audience) -> AudienceSchema:
    """The schema of an audience, built once."""
    return AudienceSchema(plan(audience))


def sdl(audience: Audience) -> str:
    """The published text of a schema."""
    return schema(audience).as_str() + "\n"
