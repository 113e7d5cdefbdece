"""A small OpenID provider that is real: code flow, PKCE, keys it publishes, tokens it signs. It can be told to lie."""

import asyncio
import base64
import hashlib
import json
import secrets
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "referral", "a-secret-of-the-test"
Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(kw_only=True)
class OpenIdHouse:
    """Who is signed in there, and what it says of them."""

    issuer: str
    subject: str = "subject-1"
    claims: dict[str, Any] = field(default_factory=lambda: {"amr": ["pwd", "mfa"]})
    lie: Change = lambda claims: claims
    sign_with: Any = None  # another key than it publishes
    algorithm: str = "ES256"
    says_no: bool = False
    names_itself: str | None = None
    is_away: bool = False
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    async def discovery(self, request: Request) -> Response:
        if self.is_away:
            return Response(status_code=503)
        return JSONResponse(
            {
                "issuer": self.names_itself or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
        assert asked["code_challenge_method"] == "S256"
        if self.says_no:
            told = {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            told = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told)}", 303)

    async def token(self, request: Request) -> Response:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(sent.get("code", ""), None)  # once
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or challenge != asked["code_challenge"] or sent["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "opens nothing", "token_type": "Bearer", "id_token": self.told(asked)})

    def told(self, asked: dict[str, str]) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "auth_time": moment,
            "nonce": asked["nonce"],
            "email": "ada@demo.invalid",  # says nothing to us
            **self.claims,
        }
        header = {"alg": self.algorithm, "kid": "1"}
        if self.algorithm == "none":
            parts = (str(header).replace("'", '"'), json.dumps(self.lie(claims)))
            return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
        return jwt.encode(header, self.lie(claims), self.sign_with or self.key, algorithms=[self.algorithm])


def stranger() -> ECKey:
    """A key that nobody publishes."""
    return ECKey.generate_key("P-256", {"kid": "1"})


def shared() -> OctKey:
    """What both sides know: no proof of who signed."""
    return OctKey.import_key(SECRET * 4)


@asynccontextmanager
async def standing_house() -> AsyncGenerator[OpenIdHouse]:
    """The provider on a free port of this machine for a block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        other = OpenIdHouse(issuer=f"http://127.0.0.1:{listening.getsockname()[1]}")
        routes = [
            Route("/.well-known/openid-configuration", other.discovery),
            Route("/keys", other.keys),
            Route("/authorize", other.authorize),
            Route("/token", other.token, methods=["POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), access_log=False, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield other
        finally:
            server.should_exit = True
            await serving
