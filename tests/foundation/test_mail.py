"""Letters arrive whole, in a folder or at a real SMTP server, and say nothing they need not say."""

import socket
import stat
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from postbox import PASSWORD, Postbox, free_port, listening
from pydantic import SecretStr

from referral.foundation import mail
from referral.foundation.clock import now
from referral.foundation.mail import FolderMailer, Letter, MailFailed, SmtpMailer
from referral.foundation.settings import Settings

SENDER = "Referral <referral@demo.invalid>"
LINK = "https://referral.demo.invalid/answer/" + "x" * 120
LETTER = Letter(
    to="office@demo.invalid", subject="Una petición — a request", text=f"Línea uno\n{LINK}\nالسلام\n.\nend\n"
)


def listed(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def smtp(url: str) -> mail.Mailer:
    return mail.mailer(Settings(smtp_url=SecretStr(url), mail_from=SENDER))


# ---------------------------------------------------------------- the folder


async def test_letters_come_back_newest_first_as_they_were_sent(tmp_path: Path) -> None:
    folder = FolderMailer(tmp_path / "mail", SENDER)
    before = now()
    for number in range(4):
        await folder.send(Letter(to="office@demo.invalid", subject=f"Number {number}", text=LETTER.text))
    kept = mail.letters(tmp_path / "mail", first=3)
    assert [letter.subject for letter in kept] == ["Number 3", "Number 2", "Number 1"]
    assert {(letter.to, letter.text) for letter in kept} == {(LETTER.to, LETTER.text)}
    assert all(letter.sent_at is not None and before <= letter.sent_at <= now() for letter in kept)


async def test_only_the_owner_can_read_the_folder_and_no_draft_stays(tmp_path: Path) -> None:
    path = tmp_path / "home" / "mail"
    await FolderMailer(path, SENDER).send(LETTER)
    (kept,) = listed(path)
    assert kept.suffix == ".eml"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_mailbox_nobody_wrote_to_is_empty(tmp_path: Path) -> None:
    assert mail.letters(tmp_path / "none") == []


async def test_without_an_smtp_server_letters_go_to_the_home_folder(tmp_path: Path) -> None:
    await mail.mailer(Settings(home=tmp_path)).send(LETTER)
    assert [letter.subject for letter in mail.letters(tmp_path / "mail")] == [LETTER.subject]


# ---------------------------------------------------------------- what a letter says


def test_a_letter_names_the_sender_and_nothing_of_the_machine() -> None:
    written = mail.compose(LETTER, SENDER, at=datetime(2026, 11, 25, 8, 30, tzinfo=UTC)).as_bytes()
    message = message_from_bytes(written, policy=policy.default)
    assert message["From"] == SENDER
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Wed, 25 Nov 2026 08:30:00 +0000"
    assert str(message["Message-ID"]).endswith("@demo.invalid>")
    assert message.get_content_type() == "text/plain"
    assert socket.gethostname().encode() not in written
    assert written.isascii()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "office",
        "office@",
        "@demo.invalid",
        "office@demo.invalid\nBcc: x@demo.invalid",
        "office@demo.invalid\r\nBcc: x@demo.invalid",
        "office@demo.invalid\n",
        "office@demo.invalid, x@demo.invalid",
        "Office <office@demo.invalid>",
        "all: office@demo.invalid, x@demo.invalid;",
        "=?utf-8?q?x=0ABcc=3A_y?=@demo.invalid",
        "office@demo.invalid\x00",
        "ofﬁce@demo.invalid",
        "a" * 250 + "@demo.invalid",
    ],
)
async def test_what_is_not_one_plain_address_gets_no_letter(tmp_path: Path, to: str) -> None:
    with pytest.raises(MailFailed, match="MAIL_NOT_ADDRESSABLE"):
        await FolderMailer(tmp_path, SENDER).send(Letter(to=to, subject="Hello", text="Hello"))
    assert mail.letters(tmp_path) == []


@pytest.mark.parametrize(
    "subject",
    ["Hello\nBcc: x@demo.invalid", "Hello\r\n\r\nbody", "Hello\x00", "Hello\u2028Bcc: x", "=?utf-8?q?a=0ABcc=3A_x?="],
)
async def test_a_subject_cannot_bring_a_header_along(tmp_path: Path, subject: str) -> None:
    with pytest.raises(MailFailed, match="MAIL_NOT_ADDRESSABLE"):
        await FolderMailer(tmp_path, SENDER).send(Letter(to=LETTER.to, subject=subject, text="Hello"))


def test_a_text_cannot_bring_a_header_along() -> None:
    hostile = Letter(to=LETTER.to, subject="Hello", text="Bcc: x@demo.invalid\r\n\r\nSubject: other\n")
    message = message_from_bytes(mail.compose(hostile, SENDER, at=now()).as_bytes(), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello"


def test_a_letter_shows_nothing_of_itself_in_a_log() -> None:
    shown = repr(Letter(to="canary@demo.invalid", subject="canary subject", text="canary text"))
    assert "canary" not in shown


# ---------------------------------------------------------------- SMTP


async def test_a_server_gets_the_letter_whole() -> None:
    box = Postbox()
    with listening(box) as port:
        await smtp(f"smtp://127.0.0.1:{port}").send(LETTER)
    (envelope,) = box.received
    assert (envelope.mail_from, envelope.rcpt_tos) == ("referral@demo.invalid", ["office@demo.invalid"])
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert message["Subject"] == LETTER.subject
    assert message.get_content().replace("\r\n", "\n") == LETTER.text
    assert box.greetings == ["demo.invalid"]


async def test_a_password_is_given_to_a_server_that_asks() -> None:
    box = Postbox()
    with listening(box, login=True) as port:
        await smtp(f"smtp://referral:canary%20pass%2Fword%401@127.0.0.1:{port}").send(LETTER)
    assert box.logins == [(b"referral", PASSWORD.encode())]
    assert len(box.received) == 1


async def test_a_password_never_leaves_the_machine_unencrypted() -> None:
    box = Postbox()
    with listening(box, "127.0.0.2", login=True) as port, pytest.raises(MailFailed, match="MAIL_UNREACHABLE"):
        await smtp(f"smtp://referral:canary@127.0.0.2:{port}").send(LETTER)
    assert (box.logins, box.received) == ([], [])


@pytest.mark.parametrize(
    ("login", "refuses", "code"),
    [
        (True, None, "MAIL_REFUSED"),
        (False, "550 canary: office@demo.invalid is unknown", "MAIL_REFUSED"),
        (False, "451 canary: try later", "MAIL_REFUSED"),
    ],
)
async def test_a_refusal_is_a_code_without_an_address(login: bool, refuses: str | None, code: str) -> None:
    with listening(Postbox(refuses=refuses), login=login) as port, pytest.raises(MailFailed) as failed:
        await smtp(f"smtp://referral:wrong@127.0.0.1:{port}" if login else f"smtp://127.0.0.1:{port}").send(LETTER)
    assert (failed.value.code, str(failed.value)) == (code, code)
    assert (failed.value.__cause__, failed.value.__context__) == (None, None)


async def test_a_server_that_is_not_there_is_a_code() -> None:
    with pytest.raises(MailFailed, match="MAIL_UNREACHABLE"):
        await smtp(f"smtp://127.0.0.1:{free_port('127.0.0.1')}").send(LETTER)


async def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "STEP_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(MailFailed, match="MAIL_UNREACHABLE"):
            await smtp(f"smtp://127.0.0.1:{silent.getsockname()[1]}").send(LETTER)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:25", "smtp://", "127.0.0.1:25", "canary", "smtp://[canary", "smtp://canary:99999"]
)
def test_a_url_that_is_no_smtp_server_is_named_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match="REFERRAL_SMTP_URL") as unusable:
        smtp(url)
    assert "canary" not in str(unusable.value)


@pytest.mark.parametrize("sender", ["", "Referral", "a@demo.invalid, b@demo.invalid", "X\nBcc: y <a@demo.invalid>"])
def test_a_sender_that_is_not_one_address_is_named(sender: str) -> None:
    with pytest.raises(ValueError, match="REFERRAL_MAIL_FROM"):
        mail.mailer(Settings(mail_from=sender))


def test_a_mailer_shows_no_password_in_a_log() -> None:
    mailer = smtp("smtp://referral:canary@mail.demo.invalid:587")
    assert isinstance(mailer, SmtpMailer)
    assert "canary" not in repr(mailer)


async def test_a_letter_in_two_forms_keeps_both(tmp_path: Path) -> None:
    both = Letter(to=LETTER.to, subject="Hello", text="Línea uno\n", html="<p>Línea <b>uno</b></p>\n")
    await FolderMailer(tmp_path, SENDER).send(both)
    (kept,) = mail.letters(tmp_path)
    assert (kept.text, kept.html) == (both.text, both.html)
    message = mail.compose(both, SENDER, at=now())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
