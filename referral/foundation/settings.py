"""What an operator can set. Every setting is an environment variable that starts with REFERRAL_."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from referral.foundation.outbox import LEASE_SECONDS

Surface = Literal["public", "partner", "console", "all"]
Asked = Literal["nobody", "known", "listed"]


class Settings(BaseSettings):
    """Read once by the composition root and handed down."""

    model_config = SettingsConfigDict(env_prefix="REFERRAL_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(default=Path(".referral"), description="Where data, keys and the mailbox are kept.")
    database_url: SecretStr | None = Field(
        default=None, description="A Postgres >= 15 to use. Not set: the embedded one, under REFERRAL_HOME."
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
    relaxed_rules: frozenset[str] = Field(
        default=frozenset(), description="Rules whose UNKNOWN does not hold back an automatic offer, as a JSON list."
    )

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
    def mail_folder(self) -> Path:
        return self.home / "mail"

    @property
    def asked(self) -> Asked:
        return self.ask_providers or ("nobody" if self.smtp_url is None else "known")

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
