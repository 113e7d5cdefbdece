"""Who answers for a provider: the holder of a signed link, or its organization's API key."""

from uuid import UUID

from referral.directory import providers
from referral.edges.graphql.context import Context
from referral.edges.graphql.inputs import id_of
from referral.foundation import links
from referral.foundation.actors import ActorKind, Scope, Staff
from referral.foundation.db import Reader
from referral.foundation.errors import NotAllowed, NotFound, ValidationFailed, naming, problem
from referral.foundation.links import Purpose
from referral.referrals import reading
from referral.referrals.notes import By

Answering = tuple[UUID, By]
NO_REFERRAL = "There is no such referral, or it is not your organization's."
NO_LISTING = "There is no such listing, or it is not your organization's."


async def of_outcome(at: Reader, context: Context, token: str | None, id: str | None) -> Answering:
    """The same for what became of a yes, which staff may write down too, by the word of a provider who called."""
    if isinstance(context.who, Staff) and token is None:
        staff = context.intake
        return id_of(id or "", "referral_id"), By(kind=staff.kind, id=staff.id)
    return await of_referral(at, context, token, id)


async def of_referral(at: Reader, context: Context, token: str | None, id: str | None) -> Answering:
    """The referral meant, and who speaks. NotFound alike for another organization's and for none."""
    if by_link := await through(at, context, "answer-referral", token, id, "referral_id"):
        return by_link
    wanted, organization = id_of(id or "", "referral_id"), organization_of(context)
    with naming("referral_id"):
        found = await reading.referral(at, wanted)
        if found is None or found.organization_id != organization:
            raise NotFound(NO_REFERRAL)
    return wanted, By(kind=ActorKind.PARTNER_APP, id=context.partner.id)


async def of_provider(
    at: Reader, context: Context, token: str | None, id: str | None, *, scope: Scope = Scope.REFERRAL_RESPOND
) -> Answering:
    """The listing meant, and who speaks: by a key, with this scope."""
    if by_link := await through(at, context, "state-capacity", token, id, "provider_id"):
        return by_link
    wanted, organization = id_of(id or "", "provider_id"), organization_of(context, scope)
    with naming("provider_id"):
        found = await providers.provider(at, wanted)
        if found is None or found.organization.id != organization:
            raise NotFound(NO_LISTING)
    return wanted, By(kind=ActorKind.PARTNER_APP, id=context.partner.id)


async def through(
    at: Reader, context: Context, purpose: Purpose, token: str | None, id: str | None, id_path: str
) -> Answering | None:
    """What a token opens; None where an id was sent instead."""
    if (token is None) == (id is None):
        raise ValidationFailed(
            [problem("token", "ONE_OF", f"Send either token or {id_path.split('_', maxsplit=1)[0]}Id.")]
        )
    if token is None:
        return None
    with naming("token"):
        link = links.read(context.house.vault, purpose, token, now=context.now)
    await links.shown(at, context.house.vault, link)
    return link.subject, By(kind=ActorKind.PROVIDER_STAFF)


def organization_of(context: Context, scope: Scope = Scope.REFERRAL_RESPOND) -> UUID:
    """The organization of the key; NotAllowed for a key without one, or without the scope."""
    partner = context.partner
    if partner.organization_id is None or not partner.may(scope):
        raise NotAllowed(f"This key may not speak for a provider: it needs the scope {scope.value}.")
    return partner.organization_id
