"""Is this the passkey of somebody who works here? Bound to our own origin, so that no other site can pass it on."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

import webauthn
from webauthn.helpers import (
    generate_challenge,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from referral.foundation import audit
from referral.foundation.actors import Staff, StaffId
from referral.foundation.db import Reader, Tx, execute, many, one, refusing, value
from referral.foundation.errors import Conflict, NotAllowed, NotFound, RateLimited, ValidationFailed, problem
from referral.triage import staff as accounts
from referral.triage.entry import sessions
from referral.triage.entry.party import Party
from referral.triage.entry.sessions import Policy, SignedIn, Way

LIVES = timedelta(minutes=5)
MOST_WAITING = 5_000  # anyone may ask for a challenge: a flood fills no disk
SWEPT_AT_ONCE = 100
MOST_OF_ONE = 10
LONGEST_NAME = 60

WRONG = "This passkey does not open an account here. Try another, or ask two colleagues for a new start."


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    is_synced: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A passkey as it is checked."""

    id: UUID
    staff_id: StaffId
    public_key: bytes = field(repr=False)
    sign_count: int


PASSKEY: LiteralString = "id, name, is_synced, created_at, last_used_at"


async def to_make(tx: Tx, party: Party, staff: Staff, *, now: datetime) -> str:
    """What a browser needs to make a passkey, as JSON. Ones that are there already are not made twice."""
    there: list[bytes] = await value(
        tx, "SELECT coalesce(array_agg(credential_id), '{}') FROM staff_passkey WHERE staff_id = $1", staff.id
    )
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=staff.id.bytes,
        user_name=staff.email,
        user_display_name=staff.name,
        challenge=await challenge(tx, staff.id, now=now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in there],
    )
    return options_to_json(options)


async def keep(tx: Tx, party: Party, staff: Staff, credential: str, name: str, *, now: datetime) -> UUID:
    """Keep the passkey that a browser made. Raises ValidationFailed, and Conflict where it is known or too many are."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValidationFailed([problem("name", "BAD_NAME", f"A name has 1 to {LONGEST_NAME} printable characters.")])
    await execute(tx, "SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff.id)
    if await value(tx, "SELECT count(*) FROM staff_passkey WHERE staff_id = $1", staff.id) >= MOST_OF_ONE:
        raise Conflict(f"You have {MOST_OF_ONE} passkeys. Remove one that you do not use.")
    try:
        made = parse_registration_credential_json(credential)
        expected = await answered(tx, made.response.client_data_json, staff.id, now=now)
        verified = webauthn.verify_registration_response(
            credential=made,
            expected_challenge=expected,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise ValidationFailed(
            [problem("credential", "UNUSABLE", "The browser's answer cannot be used. Begin again on this page.")]
        ) from None
    id = uuid4()
    with refusing(passkey_known_once=Conflict("This passkey is known already.")):
        await execute(
            tx,
            """
            INSERT INTO staff_passkey (id, staff_id, credential_id, public_key, sign_count, name, is_synced, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
            id,
            staff.id,
            verified.credential_id,
            verified.credential_public_key,
            verified.sign_count,
            name,
            verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            now,
        )
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="passkey_made", subject_id=staff.id)
    return id


async def to_sign_in(tx: Tx, party: Party, *, now: datetime) -> str:
    """What a browser needs to sign somebody in, as JSON. It names nobody: the passkey itself says whose it is."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=await challenge(tx, None, now=now),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def sign_in(tx: Tx, party: Party, policy: Policy, credential: str, *, now: datetime) -> SignedIn:
    """Open a session. Raises NotAllowed, in the same words whatever was wrong."""
    try:
        shown = parse_authentication_credential_json(credential)
        expected = await answered(tx, shown.response.client_data_json, None, now=now)
        known = await one(
            tx,
            Known,
            "SELECT id, staff_id, public_key, sign_count FROM staff_passkey WHERE credential_id = $1",
            shown.raw_id,
        )
        if known is None:
            raise NotAllowed(WRONG)
        verified = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=expected,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise NotAllowed(WRONG) from None
    await count_use(tx, known, verified.new_sign_count, now=now)
    account = await accounts.account(tx, known.staff_id)
    if account is None or account.disabled_at is not None or not policy.lets_in(account.role, Way.PASSKEY):
        raise NotAllowed(WRONG)
    return await sessions.begin(tx, account.staff, Way.PASSKEY, now=now)


async def count_use(tx: Tx, known: Known, sign_count: int, *, now: datetime) -> None:
    """A counter that does not grow tells of a copy. Those that never count stay at zero."""
    used = await execute(
        tx,
        """
        UPDATE staff_passkey SET sign_count = $2, last_used_at = $3
         WHERE id = $1 AND (sign_count < $2 OR sign_count = 0 AND $2 = 0)""",
        known.id,
        sign_count,
        now,
    )
    if not used:
        raise NotAllowed(WRONG)


async def challenge(tx: Tx, staff_id: StaffId | None, *, now: datetime) -> bytes:
    """A riddle that is answered once, within minutes; those whose time is over go. Raises RateLimited in a flood."""
    await execute(
        tx,
        """
        DELETE FROM passkey_challenge
         WHERE challenge_hash IN (SELECT challenge_hash FROM passkey_challenge
                                   WHERE expires_at <= $1
                                   ORDER BY expires_at
                                   LIMIT $2
                                     FOR UPDATE SKIP LOCKED)""",
        now,
        SWEPT_AT_ONCE,
    )
    if await value(tx, "SELECT count(*) FROM passkey_challenge") >= MOST_WAITING:
        raise RateLimited("Too many people sign in now. Try again.", retry_after_seconds=60)
    made = generate_challenge()
    await execute(
        tx,
        "INSERT INTO passkey_challenge (challenge_hash, staff_id, expires_at) VALUES ($1, $2, $3)",
        hash_of(made),
        staff_id,
        now + LIVES,
    )
    return made


async def answered(tx: Tx, client_data: bytes, staff_id: StaffId | None, *, now: datetime) -> bytes:
    """The challenge that this answers, if it is ours, for this, and was not answered yet. Raises ValueError."""
    said = parse_client_data_json(client_data).challenge
    waited = await execute(
        tx,
        """
        DELETE FROM passkey_challenge
         WHERE challenge_hash = $1 AND staff_id IS NOT DISTINCT FROM $2 AND expires_at > $3""",
        hash_of(said),
        staff_id,
        now,
    )
    if not waited:
        raise ValueError
    return said


def hash_of(made: bytes) -> bytes:
    return sessions.hash_of(urlsafe_b64encode(made).decode())


async def of(at: Reader, staff: Staff) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    return await many(
        at, Passkey, f"SELECT {PASSKEY} FROM staff_passkey WHERE staff_id = $1 ORDER BY created_at, id", staff.id
    )


async def remove(tx: Tx, staff: Staff, id: UUID) -> None:
    """Remove one of one's own; the last stays, else nobody could come in. Raises NotFound and Conflict."""
    await execute(tx, "SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff.id)
    mine = await of(tx, staff)
    if id not in {one.id for one in mine}:
        raise NotFound("You have no such passkey.")
    if len(mine) == 1:
        raise Conflict("This is your only passkey. Make another one first.")
    await execute(tx, "DELETE FROM staff_passkey WHERE id = $1 AND staff_id = $2", id, staff.id)
    await audit.record(tx, actor=staff.kind, actor_id=staff.id, act="passkey_removed", subject_id=staff.id)
