"""Letters: put in a folder, or handed to an SMTP server.

A letter is plain text to one address, with the same as HTML beside it where that helps. Whoever carries it learns no
more of us than the sender the operator chose: no host name, no process id, no local time.
"""

import asyncio
import os
import re
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address, UniqueAddressHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, cast
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from referral.foundation.clock import now
from referral.foundation.settings import Settings

STEP_SECONDS = 10  # for each word with the server
SEND_SECONDS = 30  # for all of it
LONGEST_ADDRESS = 254
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# Seven bits pass every server; the parts that need more are encoded.
POLICY = policy.SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Plain text to one address, and the same as HTML if wanted; `sent_at` is None until it has been sent.

    Letters with one `key` bear one Message-ID: they are one letter that was sent again.
    """

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    key: str | None = None
    names_sender: bool = True  # a phone that others may look at shows who writes
    sent_at: datetime | None = None


class MailFailed(Exception):  # noqa: N818 - said to the worker, which tries again
    """A letter did not go out. It holds a code only: no address, no text, no answer of the server."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Mailer(Protocol):
    """Whoever takes letters."""

    async def send(self, letter: Letter) -> None:
        """Take a letter, or raise MailFailed."""
        ...


@dataclass(frozen=True, slots=True)
class FolderMailer:
    """Puts letters in a folder that only its owner can read."""

    folder: Path
    sender: str

    async def send(self, letter: Letter) -> None:
        await asyncio.to_thread(keep, self.folder, compose(letter, self.sender, at=now()))


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Hands letters to an SMTP server; encrypted where the server can, and always before a password leaves home."""

    url: SplitResult = field(repr=False)
    sender: str

    async def send(self, letter: Letter) -> None:
        # Raised here and not where it happened: the server's own exception holds the address.
        if (code := await self.hand_over(compose(letter, self.sender, at=now()))) is not None:
            raise MailFailed(code)

    async def hand_over(self, message: EmailMessage) -> str | None:
        """None when the server took it, else the code of what went wrong."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await aiosmtplib.send(
                    message,
                    sender=only_address(message, "From").addr_spec,
                    recipients=[only_address(message, "To").addr_spec],
                    hostname=self.url.hostname,
                    port=self.url.port,
                    username=unquote(self.url.username) if self.url.username else None,
                    password=unquote(self.url.password) if self.url.password else None,
                    use_tls=self.url.scheme == "smtps",
                    start_tls=start_tls(self.url),
                    tls_context=trusting(),
                    # The library would say this machine's name, and relays would write it into the letter.
                    local_hostname=only_address(message, "From").domain,
                    timeout=STEP_SECONDS,
                )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
            return "MAIL_REFUSED"
        except (aiosmtplib.SMTPException, OSError):
            return "MAIL_UNREACHABLE"
        return None


@cache
def trusting() -> ssl.SSLContext:
    """Whom to trust, read once: the list of authorities is long, and reading it holds everything else up."""
    return ssl.create_default_context()


def mailer(settings: Settings) -> Mailer:
    """The operator's choice. Raises ValueError, which names the setting, where one of them cannot be used."""
    if not is_sender(settings.mail_from):
        raise ValueError("REFERRAL_MAIL_FROM must be one address, such as Referral <referral@example.org>.")
    if settings.smtp_url is None:
        return FolderMailer(settings.mail_folder, settings.mail_from)
    if (url := smtp_server(settings.smtp_url.get_secret_value())) is None:
        raise ValueError("REFERRAL_SMTP_URL must look like smtp://user:password@host:port, or smtps://...")
    return SmtpMailer(url, settings.mail_from)


def smtp_server(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        is_usable = url.scheme in {"smtp", "smtps"} and bool(url.hostname) and url.port != 0  # a port may not parse
    except ValueError:
        return None
    return url if is_usable else None


def start_tls(url: SplitResult) -> bool | None:
    """Whether to turn a plain connection into an encrypted one: True must, False never, None where the server can."""
    if url.scheme == "smtps" or url.hostname in LOOPBACK:
        return False  # encrypted from the start; or a relay on this machine, which seldom has a valid certificate
    return True if url.username is not None else None


def compose(letter: Letter, sender: str, *, at: datetime) -> EmailMessage:
    """The message as it travels. Raises MailFailed where a header would hold anything but its one line."""
    if not is_address(letter.to) or not is_line(letter.subject):
        raise MailFailed("MAIL_NOT_ADDRESSABLE")
    message = EmailMessage(policy=POLICY)
    message["From"] = sender if letter.names_sender else parseaddr(sender)[1]
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = at
    message["Message-ID"] = f"<{letter.key or secrets.token_hex(16)}@{only_address(message, 'From').domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html")
    return message


def is_line(text: str) -> bool:
    """Printable, on one line, and no encoded word that hides something else."""
    return text.isprintable() and "=?" not in text


def is_address(text: str) -> bool:
    """One plain address, as everybody writes them: no name, no quotes, no comment, ASCII only."""
    return len(text) <= LONGEST_ADDRESS and "=?" not in text and re.fullmatch(ADDRESS, text) is not None


def is_sender(text: str) -> bool:
    """One address, or a name and an address in angle brackets."""
    return is_line(text) and re.fullmatch(rf'{ADDRESS}|[^<>()@,;:"\\]+ <{ADDRESS}>', text) is not None


def only_address(message: EmailMessage, header: str) -> Address:
    return cast("UniqueAddressHeader", message[header]).addresses[0]


def keep(folder: Path, message: EmailMessage) -> None:
    """Write a letter whole or not at all, under a name that sorts by time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    path = folder / f"{now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def letters(folder: Path, first: int = 50) -> list[Letter]:
    """The newest letters of a folder, newest first."""
    return [read(path) for path in sorted(folder.glob("*.eml"), reverse=True)[:first]]


def read(path: Path) -> Letter:
    """One kept letter; the time it was sent is in its name, to the microsecond."""
    message = BytesParser(policy=POLICY).parsebytes(path.read_bytes())
    return Letter(
        to=only_address(message, "To").addr_spec,
        subject=str(message["Subject"]),
        text=content(message, "plain") or "",
        html=content(message, "html"),
        sent_at=datetime.strptime(path.name.split("-")[0], "%Y%m%dT%H%M%S.%f%z"),
    )


def content(message: EmailMessage, kind: Literal["plain", "html"]) -> str | None:
    body = cast("EmailMessage | None", message.get_body((kind,)))
    return None if body is None else str(body.get_content()).replace("\r\n", "\n")
