"""Whose number is this? Exact phones and addresses are found again by keyed hashes, which only private keys can make.

Ten thousand million numbers are tried in seconds by whoever has the key: it is where the private keys are, and nowhere
else: what comes in on a public machine is indexed by the worker.
"""

import unicodedata
from collections.abc import Callable, Iterable
from typing import LiteralString
from uuid import UUID

from referral.foundation.db import Reader, Tx, execute, many
from referral.foundation.numbering import PLANS, digits, international
from referral.foundation.vault import Vault
from referral.intake import requests
from referral.intake.form import Person
from referral.intake.requests import REQUEST, HelpRequest

FEWEST_DIGITS = 7
MOST_FOUND = 20
Numbers = Callable[[str], set[str]]

REPLACE: LiteralString = """
    WITH gone AS (
         DELETE FROM contact_index WHERE request_id = $1 AND digest <> ALL($2::bytea[])
    )
    INSERT INTO contact_index (request_id, digest)
    SELECT $1, digest FROM unnest($2::bytea[]) AS digest
    ON CONFLICT DO NOTHING"""


async def index(tx: Tx, vault: Vault, id: UUID) -> None:
    """Let a request be found by what it gives of phones and addresses now, and by nothing it gave before."""
    request = await requests.request(tx, id)
    if request is None or request.data_key is None:
        return
    person = requests.person_of(vault, request)
    await execute(tx, REPLACE, id, digests(vault, of_person(person, request.country)))


def of_person(person: Person | None, country: str | None) -> set[str]:
    """Every form that the person's contacts are found by."""
    return {form for contact in (person.contacts if person else ()) for form in as_kept(contact.value, country)}


def as_kept(written: str, country: str | None) -> set[str]:
    """A number of where the person is, or an address; nothing where it is neither."""
    plan = PLANS.get(country or "")
    return forms(written, lambda plain: {found for found in (international(plain, plan)[0],) if found})


def as_searched(written: str) -> set[str]:
    """The same wherever the number may be at home: who types it does not know."""
    return forms(
        written, lambda plain: {found for plan in (None, *PLANS.values()) if (found := international(plain, plan)[0])}
    )


def forms(written: str, numbers: Numbers) -> set[str]:
    plain = unicodedata.normalize("NFKC", written).strip()
    if "@" in plain:
        return {f"mail {plain.casefold()}"}
    ascii_digits = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in plain)
    if len(digits(ascii_digits)) < FEWEST_DIGITS:
        return set()
    return {f"phone {number}" for number in {digits(ascii_digits), *numbers(ascii_digits)}}


def digests(vault: Vault, found: Iterable[str]) -> list[bytes]:
    return [vault.index(*form.split(" ", 1)) for form in sorted(found)]


async def giving(at: Reader, vault: Vault, written: str) -> list[HelpRequest]:
    """The requests that give this phone or address, the newest first; erased ones give none."""
    return await many(
        at,
        HelpRequest,
        f"""
        SELECT {REQUEST} FROM help_request
         WHERE id IN (SELECT request_id FROM contact_index WHERE digest = ANY($1::bytea[])) AND data_key IS NOT NULL
         ORDER BY created_at DESC, id
         LIMIT $2""",
        digests(vault, as_searched(written)),
        MOST_FOUND,
    )
