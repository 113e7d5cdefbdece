"""A root key in a key service: it never leaves it, and each use of it is one HTTPS request.

The requests are those of Google's Cloud KMS, which others imitate: NAME:encrypt and NAME:decrypt with what is wrapped
as additional data, a new version that becomes the primary one, and versions that are destroyed.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from referral.foundation.keys.refusals import KeyFileUnusable, SealBroken

SECONDS = 10
MOST_BYTES = 1 << 20
LOCAL = {"127.0.0.1", "::1", "localhost"}


class NoRedirects(HTTPRedirectHandler):
    """A key service that sends us elsewhere is none: our token must not follow."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        del req, fp, code, msg, headers, newurl


@dataclass(frozen=True, slots=True)
class ServiceRoot:
    """The key of this address; `token_file` holds what lets us in, read anew for each request, since it changes."""

    url: str
    token_file: Path | None = field(default=None)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
            raise KeyFileUnusable("REFERRAL_KEY_SERVICE must begin with https://.")

    @property
    def place(self) -> str:
        return self.url

    def wrap(self, plain: bytes, *, about: str) -> bytes:
        said = self.ask("POST", ":encrypt", plaintext=text(plain), additionalAuthenticatedData=text(about.encode()))
        return read(said, "ciphertext")

    def unwrap(self, wrapped: bytes, *, about: str) -> bytes:
        said = self.ask("POST", ":decrypt", ciphertext=text(wrapped), additionalAuthenticatedData=text(about.encode()))
        return read(said, "plaintext")

    def rotate(self) -> None:
        made = str(self.ask("POST", "/cryptoKeyVersions").get("name", ""))
        self.ask("POST", ":updatePrimaryVersion", cryptoKeyVersionId=made.rpartition("/")[2])

    def destroy(self) -> None:
        """Every enabled version but the primary one is scheduled for destruction by the service."""
        primary = str(self.ask("GET", "").get("primary", {}).get("name", "")).rpartition("/")[2]
        versions = self.ask("GET", "/cryptoKeyVersions").get("cryptoKeyVersions", [])
        for one in versions:
            number = str(one.get("name", "")).rpartition("/")[2]
            if one.get("state") == "ENABLED" and primary and number != primary:
                self.ask("POST", f"/cryptoKeyVersions/{number}:destroy")

    def ask(self, method: str, path: str, **said: str) -> dict[str, Any]:
        """One request. SealBroken where the service does not open it, KeyFileUnusable where it cannot be asked."""
        headers = {"Content-Type": "application/json"}
        if self.token_file is not None:
            headers["Authorization"] = f"Bearer {self.token_file.read_text().strip()}"
        body = json.dumps(said).encode() if method == "POST" else None
        request = Request(self.url.rstrip("/") + path, data=body, method=method, headers=headers)  # noqa: S310 - looked at above
        try:
            with build_opener(NoRedirects).open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read(MOST_BYTES))
        except HTTPError as error:
            error.close()
            if error.code == 400 and path == ":decrypt":
                raise SealBroken from None
            raise KeyFileUnusable(
                f"The key service said {error.code}. Look whether its key may be used here."
            ) from None
        except (URLError, OSError, ValueError):
            raise KeyFileUnusable("The key service cannot be asked. Look at REFERRAL_KEY_SERVICE.") from None


def text(value: bytes) -> str:
    return b64encode(value).decode()


def read(said: dict[str, Any], name: str) -> bytes:
    try:
        return b64decode(said[name], validate=True)
    except (KeyError, TypeError, ValueError):
        raise KeyFileUnusable("The key service answered something that is no answer.") from None
