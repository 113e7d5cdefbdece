# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# ruff: noqa: N802 - the library calls its handlers with these, under these names
# (aiosmtpd ships no types)
"""An SMTP server on loopback that keeps what it is told."""

import socket
from collections.abc import Generator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "canary pass/word@1"


class Postbox:
    """Outside world: what an SMTP server was told."""

    def __init__(self, *, refuses: str | None = None) -> None:
        self.refuses = refuses
        self.received: list[Envelope] = []
        self.greetings: list[str] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses is not None:
            return self.refuses
        self.received.append(envelope)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        self.logins.append((login.login, login.password))
        return AuthResult(success=login.password == PASSWORD.encode(), handled=False)


@contextmanager
def listening(box: Postbox, host: str = "127.0.0.1", *, login: bool = False) -> Generator[int]:
    controller = Controller(
        box,
        hostname=host,
        port=free_port(host),
        authenticator=box.authenticate if login else None,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
