"""What an operator can set. Every setting is an environment variable that starts with REFERRAL_."""

import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from referral.foundation.db import STATEMENT_SECONDS
from referral.foundation.outbox import LEASE_SECONDS

Surface = Literal["public", "partner", "console", "all"]
Asked = Literal["nobody", "known", "listed"]
Planned = Literal["off", "propose", "apply"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseSettings):
    """Read once by the composition root and handed down."""

    model_config = SettingsConfigDict(env_prefix="REFERRAL_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default=Path(".referral"), description="Where data, keys and the mailbox are kept.")
    database_url: SecretStr | None = Field(
        default=None,
        description="A Postgres >= 15 to use, by the login that owns it. Not set: the embedded one, under "
        "REFERRAL_HOME, unless every surface of this process has an address of its own.",
    )
    public_database_url: SecretStr | None = Field(
        default=None,
        description="The database by the login of the public surface, as `referral db roles` prints it. Not set: a "
        "login that the owner's is used to make. The same holds for the next three.",
    )
    partner_database_url: SecretStr | None = Field(default=None, description="The same for the partners' surface.")
    console_database_url: SecretStr | None = Field(default=None, description="The same for the staff's surface.")
    worker_database_url: SecretStr | None = Field(default=None, description="The same for the worker.")
    config: Path | None = Field(
        default=None,
        description="The file in which the organization says its name, promises, hotlines, colours and which sites may "
        "show its pages in a frame. Not set: the one that ships, which is nobody's.",
    )
    audio: Path | None = Field(
        default=None,
        description="A folder of recordings of the form's pages, such as es/danger.opus. Not set: audio in "
        "REFERRAL_HOME.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="The address people see; links in mails start with it."
    )
    host: str = Field(default="127.0.0.1", description="The address the server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port the server listens on.")
    surface: Surface = Field(default="all", description="Which doors this process opens.")
    provider_url: str | None = Field(
        default=None,
        description="The address that links in providers' letters start with. Not set: REFERRAL_PUBLIC_URL. Set it to "
        "where the surface partner is served, if the surface public runs without private keys.",
    )
    keys: Path | None = Field(
        default=None,
        description="The folder of keys, outside the database's own and outside its backups. Not set: "
        "REFERRAL_HOME/keys, made at first use.",
    )
    keys_backup: Path | None = Field(
        default=None,
        description="A folder that keys are copied to when they are made, and destroyed in when they are destroyed.",
    )
    root_key_file: Path | None = Field(
        default=None,
        description="The 32-byte root key, which the other keys are wrapped by. Not set: root.key in REFERRAL_KEYS, "
        "made at first use.",
    )
    key_service: str | None = Field(
        default=None,
        description="The https:// address of a root key in a key service that speaks as Google's Cloud KMS does. "
        "Not set: the root key is REFERRAL_ROOT_KEY_FILE. To be chosen before the first use.",
    )
    key_service_token_file: Path | None = Field(
        default=None, description="The file that holds what the key service lets us in with."
    )
    geocoder: str | None = Field(
        default=None,
        description="A geopy geocoder to ask instead of the offline one, such as nominatim. "
        "Visitors' places then leave this machine.",
    )
    geocoder_options: dict[str, str] = Field(
        default_factory=dict[str, str], description="Its keyword arguments, as JSON."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="smtp://user:password@host:port, or smtps:// where the connection is encrypted from the start. "
        "A password goes to another machine over STARTTLS only. Not set: mail is put in REFERRAL_HOME/mail.",
    )
    mail_from: str = Field(default="Referral <referral@localhost>", description="The sender of mails.")
    ask_providers: Asked | None = Field(
        default=None,
        description="Who is asked by mail, once a week at most, whether they still take people: nobody; known, at the "
        "addresses that offers go to; listed, also at addresses that only an imported list gives. "
        "Not set: known where REFERRAL_SMTP_URL is set, else nobody.",
    )
    show_mailbox: bool = Field(
        default=False, description="Show REFERRAL_HOME/mail at /mailbox. For demonstrations only: it shows live links."
    )
    jobs_at_once: int = Field(
        default=4,
        ge=1,
        le=64,
        description="How many decisions, and beside them how many letters, a worker has at hand at once.",
    )
    lease_seconds: float = Field(
        default=LEASE_SECONDS,
        ge=1,
        le=600,
        description="After so long without a sign of life from its worker a job goes to another.",
    )
    keep_contact_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="So many days after a request was closed the person's name and contacts are deleted.",
    )
    keep_closed_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="So many days after a request was closed all of it is deleted but an empty row.",
    )
    silent_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="A request that is not closed and of which nothing was heard for so many days is put before staff.",
    )
    audit_days: int = Field(
        default=730,
        ge=30,
        le=3650,
        description="So many days the audit trail is kept; the oldest acts then go behind a signed checkpoint.",
    )
    audit_anchors: Path | None = Field(
        default=None,
        description="The file that signed anchors of the audit trail are added to, best on another disk. "
        "Not set: REFERRAL_HOME/audit/anchors.jsonl.",
    )
    audit_anchors_copy: Path | None = Field(
        default=None, description="A second file for the same anchors, where another person keeps the medium."
    )
    audit_mail: str | None = Field(
        default=None, description="An address that the newest anchor of the audit trail is mailed to, once a day."
    )
    visitor_points: int = Field(
        default=300_000,
        ge=10_000,
        description="What all visitors of one network (/24, /48) may ask of the public GraphQL door in a minute, in "
        "cost points, of each process.",
    )
    visitor_submissions: int = Field(
        default=60, ge=1, description="How many requests for help may come from one network in a minute."
    )
    calm_submissions: int = Field(
        default=120,
        ge=1,
        description="Up to so many requests for help in a minute, of each process, nobody has to compute a proof of "
        "work; beyond it /challenge is the price, and it doubles with how many pay it.",
    )
    form_submissions: int = Field(
        default=60,
        ge=1,
        description="So many in a minute are kept for forms that were sent without a script while proofs are asked.",
    )
    quarantine_submissions: int = Field(
        default=60,
        ge=1,
        description="So many suspicious requests are kept in quarantine in a minute, of each process; more are told "
        "to come back.",
    )
    quarantine_most: int = Field(
        default=2_000,
        ge=1,
        description="So many requests may wait in quarantine, of all processes; more are told to come back.",
    )
    page_views: int = Field(
        default=600,
        ge=10,
        description="How many pages one network (/24, /48) may open in a minute, of each process. Static files and "
        "health checks do not count.",
    )
    hsds_reads: int = Field(
        default=600, ge=10, description="How many answers of the HSDS read API one network may have in a minute."
    )
    partner_points: int = Field(
        default=600_000, ge=10_000, description="What one API key may ask in a minute, in cost points."
    )
    partner_submissions: int = Field(
        default=600, ge=1, description="How many requests for help one API key may send in a minute."
    )
    staff_points: int = Field(
        default=600_000, ge=10_000, description="What one session of staff may ask in a minute, in cost points."
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="Networks of the proxies whose X-Forwarded-For is believed, as a JSON list.",
    )
    statement_seconds: int | None = Field(
        default=None,
        ge=1,
        le=60,
        description="After so long the database gives up on a statement. Not set: 2 for the public surface, else 5.",
    )
    tick_milliseconds: int = Field(
        default=250,
        ge=20,
        le=5_000,
        description="The answer to a receipt, a password or a code goes after a whole number of these, so that its "
        "time does not tell whether it was right. Longer than such an answer takes here.",
    )
    plan: Planned = Field(
        default="apply",
        description="What the worker does with the whole queue each day: apply, whoever is not urgent waits for a plan "
        "of all together, and what of it needs no person's look is offered; propose, everyone is matched as they come, "
        "and a plan of those who still wait is put before staff; off, no plan is made but when staff ask for one.",
    )
    plan_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="A plan is made so often; with apply also when places open, a quarter of an hour apart at least.",
    )
    reserves: bool = Field(
        default=True,
        description="Plans keep some places for urgent people who are expected before there are new ones, as many as "
        "the arrivals of the last four weeks let expect.",
    )
    relaxed_rules: frozenset[str] = Field(
        default=frozenset(), description="Rules whose UNKNOWN does not hold back an automatic offer, as a JSON list."
    )

    passkeys_only: bool = Field(
        default=False, description="Intake staff sign in with passkeys only, too; supervisors and admins always do."
    )
    opened_per_hour: int = Field(
        default=25,
        ge=1,
        le=1000,
        description="Whoever opens more cases than this in an hour is stopped, and supervisors and admins are told.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="An OpenID provider by which staff may sign in: its issuer, an https address."
    )
    oidc_client_id: str = Field(default="", description="What that provider knows this service as.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="The secret that goes with it.")
    oidc_name: str = Field(default="your organization", description="What staff call that provider.")
    oidc_acr: frozenset[str] = Field(
        default=frozenset(), description="Which of its acr values mean that it asked twice, as a JSON list."
    )
    oidc_amr: frozenset[str] = Field(
        default=frozenset({"mfa", "hwk", "pop"}), description="Which of its amr values mean the same, as a JSON list."
    )

    @field_validator("oidc_issuer")
    @classmethod
    def is_an_issuer(cls, url: str | None) -> str | None:
        """Over plain http anyone between could be that provider; only on this machine there is nobody between."""
        parts = urlsplit(url or "https://none.invalid")
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not (parts.scheme == "https" or is_here) or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write an https address such as https://login.example.org, without ? and #")
        return url

    @field_validator("public_url", "provider_url")
    @classmethod
    def is_an_address(cls, url: str | None) -> str | None:
        """Links are made by adding a path to it."""
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write an address such as https://help.example.org, without ? and #")
        return url

    @field_validator("audit_mail")
    @classmethod
    def is_a_mail_address(cls, address: str | None) -> str | None:
        """Else the first letter would fail a day later."""
        if address is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            raise ValueError("write an address such as trail@example.org")
        return address

    @property
    def key_folder(self) -> Path:
        return self.keys or self.home / "keys"

    @property
    def key_file(self) -> Path:
        return self.root_key_file or self.key_folder / "root.key"

    @property
    def holds_private_keys(self) -> bool:
        """Whether this process may open what was sealed: not if it serves the public and nobody else."""
        return self.surface != "public"

    @property
    def providers_at(self) -> str:
        return self.provider_url or self.public_url

    @property
    def anchor_files(self) -> list[Path]:
        """Where anchors are kept outside the database."""
        first = self.audit_anchors or self.home / "audit" / "anchors.jsonl"
        return [first] if self.audit_anchors_copy is None else [first, self.audit_anchors_copy]

    @property
    def mail_folder(self) -> Path:
        return self.home / "mail"

    @property
    def audio_folder(self) -> Path:
        return self.audio or self.home / "audio"

    @property
    def asked(self) -> Asked:
        return self.ask_providers or ("nobody" if self.smtp_url is None else "known")

    @property
    def statement_limit(self) -> int:
        return self.statement_seconds or (2 if self.surface == "public" else STATEMENT_SECONDS)

    @property
    def tick_seconds(self) -> float:
        return self.tick_milliseconds / 1_000

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
