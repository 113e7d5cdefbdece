"""Letters go out by real SMTP, and the worker that sends them is killed in the middle."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import IO, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from canaries import Canaries
from commands_given import environment
from desk import Desk
from postbox import Postbox

LETTERS_BEFORE = 3  # so many letters are taken before the worker dies over the next
SECONDS = 3_600.0  # a thousand people's letters take their time on a busy machine
DUE = """SELECT count(*) FROM outbox
          WHERE kind IN ('match', 'tell_provider', 'tell_requester') AND parked_at IS NULL AND run_at <= now()"""
OF_THE_CASE = re.compile("Brownsville|Texas|Hondur|asil|asyl|Span|espa|detain|deten", re.IGNORECASE)


class Deadly(Postbox):
    """Takes a letter and kills who brought it, before they have heard that it was taken."""

    victim: int | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = await super().handle_DATA(server, session, envelope)
        if self.victim is not None and len(self.received) > LETTERS_BEFORE:
            os.kill(self.victim, signal.SIGKILL)
            self.victim = None
        return said


@dataclass(kw_only=True)
class Posted:
    """What the SMTP server was told, and how it is reached."""

    box: Deadly
    port: int
    logs: list[Path] = field(default_factory=list[Path])

    def tokens(self, to: str) -> list[str]:
        """The tokens of the links in the letters to somebody, one for each letter, the newest first."""
        found: list[str] = []
        for envelope in reversed(self.box.received):
            link = re.search(r"/r/(\S+)", body(envelope)) if envelope.rcpt_tos == [to] else None
            if link and link[1] not in found:
                found.append(link[1])
        return found


def parsed(envelope: Envelope) -> EmailMessage:
    return message_from_bytes(cast("bytes", envelope.original_content), policy=policy.SMTP)


def body(envelope: Envelope) -> str:
    """The words of a letter, decoded."""
    return "\n".join(str(part.get_content()) for part in parsed(envelope).walk() if not part.is_multipart())


def besides_the_address(envelope: Envelope) -> bytes:
    """All of a letter but the line that says to whom it goes: as it travelled, and decoded."""
    letter = parsed(envelope)
    assert [letter["To"]] == envelope.rcpt_tos
    del letter["To"]
    headers = "\n".join(f"{name}: {value}" for name, value in letter.items())
    return b"\n".join([letter.as_bytes(), headers.encode(), body(envelope).encode()])


def to_people(received: Sequence[Envelope], canaries: Canaries) -> list[Envelope]:
    return [one for one in received if any(canaries.core in address for address in one.rcpt_tos)]


# ---------------------------------------------------------------- the worker
@asynccontextmanager
async def working(desk: Desk, post: Posted) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A worker in a process of its own, which writes all it has to say to a file, until the block ends."""
    log = desk.house.settings.home / f"worker-{len(post.logs)}.log"
    post.logs.append(log)
    with log.open("wb") as file:
        process = await started(desk, post, file)
    try:
        async with asyncio.timeout(SECONDS):
            while b"Working." not in log.read_bytes():
                assert process.returncode is None, log.read_text(encoding="utf-8")
                await asyncio.sleep(0.02)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), SECONDS)


async def started(desk: Desk, post: Posted, log: IO[bytes]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "referral", "worker"),
        stdin=DEVNULL,
        stdout=log,
        stderr=log,
        env=environment(
            desk.database.dsn,
            desk.house.settings.home,
            REFERRAL_SMTP_URL=f"smtp://127.0.0.1:{post.port}",
            REFERRAL_LEASE_SECONDS="1",  # as short as may be set, so that nobody waits long for a dead worker's jobs
        ),
    )


async def works_and_is_killed(desk: Desk, post: Posted) -> None:
    """A worker dies over a letter that it has just handed over; another takes up what it had in hand."""
    async with working(desk, post) as first:
        post.box.victim = first.pid
        assert await asyncio.wait_for(first.wait(), SECONDS) == -signal.SIGKILL
    begun: int = await desk.sql("SELECT count(*) FROM outbox WHERE attempts > 0 AND leased_until IS NOT NULL")
    assert begun > 0, "it died with jobs in hand"
    async with working(desk, post) as second, asyncio.timeout(SECONDS):
        while await desk.sql(DUE):
            await asyncio.sleep(0.05)
    assert second.returncode == 0


async def news_is_due(desk: Desk) -> int:
    """Nobody waits the minutes in which news gathers; how many letters that makes."""
    return await desk.sql(
        """WITH due AS (UPDATE outbox SET run_at = now() WHERE kind = 'tell_requester' RETURNING 1)
           SELECT count(*) FROM due"""
    )
