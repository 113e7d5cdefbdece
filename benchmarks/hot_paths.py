"""How long do the hot paths take, next to the shortest question one can ask?

All cases run in turns in one process on one database, so that a busy machine slows them all alike and the ratios hold.
"""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import msgspec

from referral.directory.searching import search
from referral.directory.searching.search import Point, Search
from referral.foundation import places
from referral.foundation.actors import ActorKind, Visitor
from referral.foundation.audit import record
from referral.foundation.clock import now
from referral.foundation.db import Database, value
from referral.foundation.keys.folder import open_vault
from referral.foundation.keys.root import FileRoot
from referral.foundation.vault import Vault
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import receipts, submitting
from referral.intake.form import Answers, LookedUp, Person, SafeContact, Spot
from referral.intake.receipts import Lock
from referral.intake.requests import HelpRequest
from referral.intake.submitting import Sending
from referral.intake.words import AgeBand, CanAfford, ConsentScope, ContactChannel, Representation
from referral.matching import finding

ROUNDS = 40
BROWNSVILLE = (25.9017, -97.4975)
WRITTEN_WELL = ("Brownsville TX", "cd juarez", "78520", "El Paso TX", "Port-au-Prince", "Nogales")
WRITTEN_BADLY = ("Brownsvile", "Tapachulla", "Matamorros", "Huoston TX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something to measure, and how often in each round."""

    name: str
    once: Callable[[], Awaitable[object]]
    times: int
    seconds: list[float] = field(default_factory=list[float])

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


async def cases(db: Database, vault: Vault) -> list[Case]:
    at = db.reader
    well, badly = cycle(WRITTEN_WELL), cycle(WRITTEN_BADLY)
    here = Search(
        near=Point(latitude=BROWNSVILLE[0], longitude=BROWNSVILLE[1]),
        radius_km=400,
        languages=("es",),
        help_types=(HelpType.LEGAL_ASYLUM,),
    )
    stretched = await stretched_once(vault)
    asked = await submitted(db, vault, stretched)
    need = await finding.need_of(at, vault, asked, now=now())

    async def commit() -> None:
        async with db.transaction() as tx:
            await record(tx, actor=ActorKind.SYSTEM, actor_id=None, act="measured", subject_id=asked.id)

    return [
        Case(name="SELECT 1", once=lambda: value(at, "SELECT 1"), times=20),
        Case(name="one row written and committed", once=commit, times=5),
        Case(
            name="search: near, language, kind of help; 20 rows", once=lambda: search.find(at, here, first=20), times=5
        ),
        Case(name="place, as people write it", once=lambda: places.resolve(at, next(well)), times=6),
        Case(name="place, misspelt", once=lambda: places.resolve(at, next(badly)), times=4),
        Case(name="submit: check, seal, store, commit", once=lambda: submitted(db, vault, stretched), times=5),
        Case(
            name="rank: the first 10 for one request, with every reason",
            once=lambda: finding.ranked(at, need, now=now()),
            times=1,
        ),
    ]


async def submitted(db: Database, vault: Vault, stretched: Lock) -> HelpRequest:
    """One request, as a door sends it, but for the stretching of its receipt: that is slow on purpose (20 ms), is done
    before the transaction, and would hide all else.
    """
    answers, key_hash = asking(), vault.digest("idempotency", str(uuid4()))
    sent = Sending(
        receipt=receipts.derive(vault, key_hash),
        lock=stretched,
        hashes=(submitting.kept_hash(vault, key_hash), key_hash),
        body_hash=vault.digest("body", msgspec.json.encode(answers, order="sorted")),
    )
    async with db.transaction() as tx:
        return (await submitting.submit(tx, vault, Visitor(), answers, FOUND, sent=sent, now=now())).request


async def stretched_once(vault: Vault) -> Lock:
    """A lock to measure with: of no receipt that is given out."""
    return await receipts.lock(receipts.derive(vault, b"measured"))


def asking() -> Answers:
    """A fictional person near the border, and a new key each time."""
    return Answers(
        idempotency_key=str(uuid4()),
        representation=Representation.NONE,
        can_afford=CanAfford.NO,
        help_types=(HelpType.LEGAL_ASYLUM,),
        claims=(ProtectionClaim.ASYLUM,),
        posture=CasePosture.IN_REMOVAL_PROCEEDINGS,
        languages=("es",),
        country="HN",
        age=AgeBand.ADULT,
        consents=(ConsentScope.STORE_REQUEST, ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY),
        person=Person(
            name="Synthetic Person", contacts=(SafeContact(channel=ContactChannel.PHONE, value="+1 956 555 0100"),)
        ),
    )


FOUND = LookedUp(
    languages={"es": "es"},
    place=Spot(
        place_id=uuid4(),
        name="Brownsville",
        kind="town",
        country="US",
        state="TX",
        county="Cameron County",
        latitude=BROWNSVILLE[0],
        longitude=BROWNSVILLE[1],
    ),
)


async def measured(case: Case) -> None:
    for _ in range(case.times):
        began = time.perf_counter()
        await case.once()
        case.seconds.append(time.perf_counter() - began)


async def rows(database: Database) -> list[tuple[str, ...]]:
    """A table of all cases, run in turns."""
    with tempfile.TemporaryDirectory() as keys:
        found = await cases(database, open_vault(Path(keys), FileRoot(Path(keys) / "root.key")))
        for case in found:  # once for nothing: plans and caches
            await case.once()
        for _ in range(ROUNDS):
            for case in found:
                await measured(case)
    return table(found)


def table(measured: list[Case]) -> list[tuple[str, ...]]:
    unit = measured[0].median
    lines = [("", "median ms", "p95 ms", "x SELECT 1", "runs")]
    lines += [
        (
            case.name,
            f"{case.median * 1e3:.3f}",
            f"{case.p95 * 1e3:.3f}",
            f"{case.median / unit:.1f}",
            f"{len(case.seconds)}",
        )
        for case in measured
    ]
    return lines
