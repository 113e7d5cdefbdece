"""The root key in a key service: the same four calls as in a file, over HTTP."""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Generator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from referral.foundation.keys import folder as key_folder
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.refusals import KeyFileUnusable, SealBroken
from referral.foundation.keys.service import ServiceRoot

TOKEN = "a synthetic token"
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


class Service(ThreadingHTTPServer):
    """A key service as the outside world has it: versions of one key, and no way to take one out."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.versions: dict[str, bytes] = {"1": secrets.token_bytes(32)}
        self.primary = "1"
        self.away: int | None = None


class Answering(BaseHTTPRequestHandler):
    server: Service  # pyright: ignore[reportIncompatibleVariableOverride] - the one it is made by

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        pass

    def do_GET(self) -> None:
        if self.path == "/keys/referral":
            return self.say(200, {"primary": {"name": f"/keys/referral/cryptoKeyVersions/{self.server.primary}"}})
        names = [{"name": f"x/{one}", "state": "ENABLED"} for one in self.server.versions]
        return self.say(200, {"cryptoKeyVersions": names})

    def do_POST(self) -> None:  # noqa: PLR0911 - one for each thing that can be asked
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.say(403, {})
        if self.server.away:
            return self.say(self.server.away, {})
        action = self.path.removeprefix("/keys/referral")
        if action == "/cryptoKeyVersions":
            number = str(len(self.server.versions) + 1)
            self.server.versions[number] = secrets.token_bytes(32)
            return self.say(200, {"name": f"/keys/referral/cryptoKeyVersions/{number}"})
        if action == ":updatePrimaryVersion":
            self.server.primary = said["cryptoKeyVersionId"]
            return self.say(200, {})
        if action.endswith(":destroy"):
            del self.server.versions[action.removesuffix(":destroy").rpartition("/")[2]]
            return self.say(200, {})
        about = b64decode(said["additionalAuthenticatedData"])
        if action == ":encrypt":
            nonce, version = secrets.token_bytes(12), self.server.primary
            sealed = AESGCM(self.server.versions[version]).encrypt(nonce, b64decode(said["plaintext"]), about)
            return self.say(200, {"ciphertext": b64encode(version.encode() + nonce + sealed).decode()})
        whole = b64decode(said["ciphertext"])
        try:
            plain = AESGCM(self.server.versions[whole[:1].decode()]).decrypt(whole[1:13], whole[13:], about)
        except (KeyError, InvalidTag, UnicodeDecodeError):
            return self.say(400, {"error": {"message": "Decryption failed"}})
        return self.say(200, {"plaintext": b64encode(plain).decode()})

    def say(self, code: int, body: dict[str, Any]) -> None:
        written = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


@pytest.fixture
def service() -> Generator[Service]:
    with Service() as service:
        serving = Thread(target=service.serve_forever, args=(0.05,))
        serving.start()
        yield service
        service.shutdown()
        serving.join(10)


@pytest.fixture
def root(service: Service, tmp_path: Path) -> ServiceRoot:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    return ServiceRoot(f"http://127.0.0.1:{service.server_port}/keys/referral", token)


def test_what_it_wraps_it_unwraps_as_the_same_thing_only(root: ServiceRoot) -> None:
    wrapped = root.wrap(b"a private half", about="request-2026-W49")
    assert b"a private half" not in wrapped
    assert root.unwrap(wrapped, about="request-2026-W49") == b"a private half"
    for other, about in ((wrapped, "request-2026-W50"), (wrapped[:-1] + b"\0", "request-2026-W49"), (b"9", "x")):
        with pytest.raises(SealBroken):
            root.unwrap(other, about=about)


def test_a_folder_lives_on_it_and_no_key_of_it_lies_in_the_folder(root: ServiceRoot, tmp_path: Path) -> None:
    folder, subject = tmp_path / "keys", uuid4()
    vault = open_vault(folder, root)
    key, wrapped = vault.new_key(subject, now=MONDAY)
    again = open_vault(folder, root, may_create=False)
    assert again == vault
    assert again.unwrap(subject, wrapped) == key
    assert {path.name for path in folder.iterdir()} == {"pepper", "inner", "epochs"}
    with pytest.raises(KeyFileUnusable, match="is missing"):
        open_vault(tmp_path / "elsewhere", root, may_create=False)


def test_a_new_version_wraps_everything_anew_and_the_old_one_is_destroyed(
    root: ServiceRoot, service: Service, tmp_path: Path
) -> None:
    folder, subject = tmp_path / "keys", uuid4()
    vault = open_vault(folder, root)
    key, wrapped = vault.new_key(subject, now=MONDAY)
    assert vault.ring
    assert key_folder.rotate(folder, root, vault.ring) == 1
    assert (list(service.versions), service.primary) == (["2"], "2")
    assert open_vault(folder, root).unwrap(subject, wrapped) == key


def test_a_service_that_is_away_or_lets_nobody_in_is_said_to_the_operator(
    root: ServiceRoot, service: Service, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("another token")
    with pytest.raises(KeyFileUnusable, match="403"):
        ServiceRoot(root.url, tmp_path / "wrong").wrap(b"x", about="x")
    service.away = 503
    with pytest.raises(KeyFileUnusable, match="503"):
        root.wrap(b"x", about="x")
    with pytest.raises(KeyFileUnusable, match="cannot be asked"):
        ServiceRoot("http://127.0.0.1:9/keys/referral").wrap(b"x", about="x")
    with pytest.raises(KeyFileUnusable, match="https"):
        ServiceRoot("http://keys.example.org/keys/referral")
