"""Who is it that comes back from another house's door? OpenID Connect: code flow, PKCE, and every claim checked.

What the provider says is believed only when it is signed by a key it publishes, is meant for us and for this attempt,
is fresh, and says that it asked for more than a password.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self, cast

import httpx2
import msgspec
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from referral.foundation.errors import NotAllowed
from referral.foundation.settings import Settings
from referral.triage.entry.other_house import Attempt, Begun, Identity

BACK = "/staff/through/back"
SCOPE = "openid"
SECONDS = 10.0
LONGEST_ANSWER = 256 * 1024
OLDEST_SECONDS = 15 * 60  # a sign-in there counts for so long here
LEEWAY_SECONDS = 60  # clocks differ
SIGNED_BY = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]  # never `none`, never a secret that both know

AWAY = "The other sign-in does not answer. Use your passkey, or try again later."
UNBELIEVED = "What the other sign-in said cannot be believed. Begin again; if it stays so, tell an admin."


class Discovered(msgspec.Struct, frozen=True):
    """What a provider publishes of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Told(msgspec.Struct, frozen=True):
    """What of an ID token is looked at beside its signature."""

    iss: str
    sub: str
    nonce: str
    auth_time: int
    aud: str | list[str]
    acr: str | None = None
    amr: list[str] = []
    azp: str | None = None


class Client(Protocol):
    """What is used of Authlib's client, which comes without types."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *gone_wrong: object) -> None: ...
    def create_authorization_url(self, url: str, state: str, code_verifier: str, **asked: str) -> tuple[str, str]: ...
    async def fetch_token(self, url: str, *, code: str, code_verifier: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherHouse:
    """The provider that the operator named."""

    settings: Settings = field(repr=False)

    @property
    def issuer(self) -> str:
        return self.settings.oidc_issuer or ""

    @property
    def back(self) -> str:
        return self.settings.public_url.rstrip("/") + BACK

    def client(self) -> Client:
        secret = self.settings.oidc_client_secret
        made: object = AsyncOAuth2Client(
            client_id=self.settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=SCOPE,
            redirect_uri=self.back,
            code_challenge_method="S256",
            timeout=SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
        return cast("Client", made)

    async def discovered(self) -> Discovered:
        """What the provider publishes; it must call itself what the operator calls it. Raises NotAllowed."""
        found = await fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            said = msgspec.convert(found, Discovered)
        except msgspec.ValidationError:
            raise NotAllowed(AWAY) from None
        addresses = (said.authorization_endpoint, said.token_endpoint, said.jwks_uri)
        scheme = self.issuer.partition("://")[0]
        if said.issuer != self.issuer or any(not one.startswith(f"{scheme}://") for one in addresses):
            raise NotAllowed(UNBELIEVED)
        return said

    async def address(self, attempt: Attempt) -> str:
        """Where to send somebody, with what comes back and is checked then. Raises NotAllowed."""
        there = await self.discovered()
        asked: dict[str, str] = {"nonce": attempt.nonce, "max_age": str(OLDEST_SECONDS)}
        if self.settings.oidc_acr:
            asked["acr_values"] = " ".join(sorted(self.settings.oidc_acr))
        async with self.client() as client:
            url, _ = client.create_authorization_url(
                there.authorization_endpoint, state=attempt.state, code_verifier=attempt.verifier, **asked
            )
        return url

    async def identity(self, begun: Begun, code: str, *, now: datetime) -> Identity:
        """Who came back. Raises NotAllowed, which says whether they are away or not believed."""
        there = await self.discovered()
        try:
            async with self.client() as client, asyncio.timeout(SECONDS):
                token = await client.fetch_token(there.token_endpoint, code=code, code_verifier=begun.verifier)
        except (OAuthError, httpx2.InvalidURL, ValueError):
            raise NotAllowed(UNBELIEVED) from None
        except (httpx2.HTTPError, TimeoutError):
            raise NotAllowed(AWAY) from None
        return self.believed(str(token.get("id_token", "")), await fetched(there.jwks_uri), begun, now=now)

    def believed(self, id_token: str, keys: object, begun: Begun, *, now: datetime) -> Identity:
        """Who an ID token names, once everything about it holds. Raises NotAllowed."""
        seconds = int(now.timestamp())
        checks = JWTClaimsRegistry(
            now=seconds,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.settings.oidc_client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        )
        try:
            claims = jwt.decode(id_token, KeySet.import_key_set(cast("Any", keys)), algorithms=SIGNED_BY).claims
            checks.validate(claims)
            told = msgspec.convert(claims, Told)
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotAllowed(UNBELIEVED) from None
        many_meant = isinstance(told.aud, list) and len(told.aud) > 1
        if (told.azp is not None or many_meant) and told.azp != self.settings.oidc_client_id:
            raise NotAllowed(UNBELIEVED)
        if not told.sub or not seconds - OLDEST_SECONDS - LEEWAY_SECONDS <= told.auth_time <= seconds + LEEWAY_SECONDS:
            raise NotAllowed(UNBELIEVED)
        if told.acr not in self.settings.oidc_acr and not self.settings.oidc_amr.intersection(told.amr):
            raise NotAllowed(
                "The other sign-in asked you for a password only. Use a second factor there, or a passkey."
            )
        return Identity(issuer=told.iss, subject=told.sub)


async def fetched(url: str) -> object:
    """A JSON document of the provider. Raises NotAllowed."""
    try:
        async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = await client.get(url, headers={"Accept": "application/json"})
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise NotAllowed(AWAY) from None
    if not answer.is_success or len(answer.content) > LONGEST_ANSWER:
        raise NotAllowed(AWAY)
    try:
        return msgspec.json.decode(answer.content)
    except ValueError:
        raise NotAllowed(AWAY) from None
