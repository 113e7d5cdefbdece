"""An answer that is held for the browser that asked, for as long as the way to it takes.

A browser keeps on disk what it sent for a page that it shows, to be able to ask for it again. So what was typed is
answered with an address, and the page waits there: sealed by a key that follows from the browser's cookie, which nobody
here keeps. It lies beside the drafts, and goes with them.
"""

import zlib
from datetime import timedelta
from uuid import UUID

from referral.foundation.claims import Kind
from referral.foundation.db import Tx, execute, show, value
from referral.foundation.vault import DataKey, Vault, seal, unseal
from referral.intake import drafts

HELD = timedelta(minutes=2)  # long enough for a bad network and a second try


async def hold(tx: Tx, vault: Vault, cookie: str, shown: bytes) -> None:
    """Hold it for whoever comes with this cookie, in place of what was held for it before."""
    hashed = looked_up(vault, cookie)
    await show(tx, Kind.DRAFT, hashed.hex())
    await execute(
        tx,
        """
        INSERT INTO help_draft (id, look_up, by_token, answers) VALUES ($1, $2, '', $3)
        ON CONFLICT (look_up) DO UPDATE SET answers = excluded.answers, touched_at = clock_timestamp()""",
        row_of(hashed),
        hashed,
        seal(key_of(vault, cookie), zlib.compress(shown), table=drafts.TABLE, row=row_of(hashed), name="shown"),
    )


async def held(tx: Tx, vault: Vault, cookie: str) -> bytes | None:
    """What is held for whoever has this cookie; None where nothing is, or it waited for too long."""
    hashed = looked_up(vault, cookie)
    await show(tx, Kind.DRAFT, hashed.hex())
    sealed = await value(
        tx,
        "SELECT answers FROM help_draft WHERE look_up = $1 AND touched_at > clock_timestamp() - $2::interval",
        hashed,
        HELD,
    )
    if sealed is None:
        return None
    return zlib.decompress(unseal(key_of(vault, cookie), sealed, table=drafts.TABLE, row=row_of(hashed), name="shown"))


def looked_up(vault: Vault, cookie: str) -> bytes:
    return vault.digest("held page look-up", cookie)


def row_of(hashed: bytes) -> UUID:
    return UUID(bytes=hashed[:16], version=4)


def key_of(vault: Vault, cookie: str) -> DataKey:
    return DataKey(drafts.derived(vault, cookie.encode(), b"referral/held/cookie"))
