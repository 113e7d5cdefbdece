"""The folder of keys: what seals, what opens, and for which week.

    keys/  pepper                      what every process needs: keyed hashes. It opens nothing
           inner                       what only key-holding processes have, wrapped by the root key
           epochs/NAME.public          seals what comes in that week
                  NAME.share           with a receipt's digits, the person opens their own
                  NAME.private         opens all of it; wrapped by the root key
                  NAME.destroyed       says that the other three are gone, and are not to be missed

A folder without `inner` and `.private` files is what a machine gets that the public can reach.
"""

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from referral.foundation.keys import files as key_files
from referral.foundation.keys.epochs import MOST_GENERATIONS, Epoch, Kept
from referral.foundation.keys.hybrid import PrivateHalf, PublicHalf
from referral.foundation.keys.refusals import KeyDestroyed, KeyElsewhere, KeyFileUnusable, NoKeyNow, SealBroken
from referral.foundation.keys.root import RootKey

SHARE_BYTES = 32
PUBLIC, SHARE, PRIVATE, DESTROYED = "public", "share", "private", "destroyed"
WEEKS_AHEAD = 8
RACY_NANOSECONDS = 1_000_000_000  # a folder that changed so lately may change again under the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What there is of one epoch."""

    epoch: Epoch
    seals: bool
    opens: bool
    is_destroyed: bool


class Ring:
    """The epochs in a folder. Other processes make and destroy them too, so it looks whether the folder has changed."""

    def __init__(self, folder: Path, root: RootKey | None, backup: Path | None = None) -> None:
        self.folder, self.root, self.backup = folder / "epochs", root, backup
        self.found: dict[Epoch, set[str]] = {}
        self.publics: dict[Epoch, PublicHalf] = {}
        self.privates: dict[Epoch, PrivateHalf] = {}
        self.seen_at: int | None = None

    # ---------------------------------------------------------------- what seals and what opens
    def sealing(self, kept: Kept, now: datetime) -> tuple[Epoch, PublicHalf]:
        """The epoch of this moment and what seals to it; who holds the root key makes one that is missing.

        Raises NoKeyNow where it is missing and cannot be made here.
        """
        epoch = self.newest(Epoch.of(kept, now))
        if epoch is None:
            if self.root is None:
                raise NoKeyNow
            epoch = Epoch.of(kept, now)
            while self.is_destroyed(epoch):
                epoch = following(epoch)
            self.make(epoch)
        if (half := self.publics.get(epoch)) is None:
            half = self.publics[epoch] = PublicHalf.read(self.path(epoch, PUBLIC).read_bytes())
        return epoch, half

    def newest(self, week: Epoch) -> Epoch | None:
        """The latest generation of a week that things are sealed to."""
        found = self.look()
        generations = [
            one
            for one, parts in found.items()
            if (one.kept, one.year, one.week) == (week.kept, week.year, week.week) and PUBLIC in parts
        ]
        return max(generations, default=None)

    def opening(self, epoch: Epoch) -> PrivateHalf:
        """What opens an epoch. Raises KeyDestroyed, KeyElsewhere, or SealBroken where it is lost."""
        parts = self.look().get(epoch, set())
        if DESTROYED in parts:
            raise KeyDestroyed
        if self.root is None:
            raise KeyElsewhere
        if PRIVATE not in parts:
            raise SealBroken
        if (half := self.privates.get(epoch)) is None:
            wrapped = self.path(epoch, PRIVATE).read_bytes()
            half = self.privates[epoch] = PrivateHalf.read(self.root.unwrap(wrapped, about=epoch.name))
        return half

    def share(self, epoch: Epoch) -> bytes:
        """The epoch's part of what opens a request by its receipt. Raises KeyDestroyed, or SealBroken."""
        parts = self.look().get(epoch, set())
        if DESTROYED in parts:
            raise KeyDestroyed
        if SHARE not in parts:
            raise SealBroken
        return self.path(epoch, SHARE).read_bytes()

    def any_share(self) -> bytes:
        """The newest share there is, read as for a request of its epoch; nothing where there is none yet."""
        newest = max((epoch for epoch, parts in self.look().items() if SHARE in parts), default=None)
        return self.share(newest) if newest else b""

    def is_destroyed(self, epoch: Epoch) -> bool:
        return DESTROYED in self.look().get(epoch, set())

    def held(self) -> list[Held]:
        """Every epoch there is or was, in order."""
        return [
            Held(epoch=epoch, seals=PUBLIC in parts, opens=PRIVATE in parts, is_destroyed=DESTROYED in parts)
            for epoch, parts in sorted(self.look().items())
        ]

    # ---------------------------------------------------------------- made and destroyed
    def make(self, epoch: Epoch) -> None:
        """Make an epoch; when two processes do so at once, both have the keys of the first. The public half comes
        last: whoever sees it may seal.
        """
        if self.root is None:
            raise KeyElsewhere
        if self.is_destroyed(epoch):
            raise KeyDestroyed
        key_files.ready(self.folder)
        private = self.path(epoch, PRIVATE)
        key_files.write_once(private, self.root.wrap(PrivateHalf.made().raw, about=epoch.name))
        key_files.write_once(self.path(epoch, SHARE), secrets.token_bytes(SHARE_BYTES))
        public = PrivateHalf.read(self.root.unwrap(private.read_bytes(), about=epoch.name)).public
        key_files.write_once(self.path(epoch, PUBLIC), public)
        self.seen_at = None
        if self.backup is not None:
            key_files.copied((self.path(epoch, part) for part in (PRIVATE, SHARE, PUBLIC)), self.backup / "epochs")

    def make_ahead(self, now: datetime, weeks: int = WEEKS_AHEAD) -> list[Epoch]:
        """Make what is missing of this week and the coming ones, for every class; what was made."""
        moments = [now + timedelta(weeks=number) for number in range(weeks + 1)]
        missing = [epoch for kept in Kept for moment in moments if self.newest(epoch := Epoch.of(kept, moment)) is None]
        for epoch in missing:
            if not self.is_destroyed(epoch):
                self.make(epoch)
        return [epoch for epoch in missing if not self.is_destroyed(epoch)]

    def make_anew(self, now: datetime) -> list[Epoch]:
        """A new generation of this week's epochs, as when a key may have been seen: what comes in is sealed to it."""
        made: list[Epoch] = []
        for kept in Kept:
            newest = self.newest(Epoch.of(kept, now))
            epoch = following(newest) if newest else Epoch.of(kept, now)
            while self.is_destroyed(epoch):
                epoch = following(epoch)
            self.make(epoch)
            made.append(epoch)
        return made

    def destroy(self, epoch: Epoch) -> None:
        """Make unreadable whatever was sealed under an epoch, for good, here and in the declared backup folder."""
        for folder in (self.folder, *([self.backup / "epochs"] if self.backup else [])):
            key_files.ready(folder)
            key_files.write_once(folder / f"{epoch.name}.{DESTROYED}", b"")
            for part in (PRIVATE, SHARE, PUBLIC):
                key_files.destroy(folder / f"{epoch.name}.{part}")
        self.seen_at = None
        self.look()

    def wrap_anew(self) -> int:
        """Wrap every private half by the newest root key; how many. What was done before an interruption stays so."""
        if self.root is None:
            raise KeyElsewhere
        opened = [one.epoch for one in self.held() if one.opens]
        for epoch in opened:
            path = self.path(epoch, PRIVATE)
            plain = self.root.unwrap(path.read_bytes(), about=epoch.name)
            key_files.replace(path, self.root.wrap(plain, about=epoch.name))
            if self.backup is not None:
                key_files.ready(self.backup / "epochs")
                key_files.replace(self.backup / "epochs" / path.name, path.read_bytes())
        return len(opened)

    # ---------------------------------------------------------------- the folder
    def path(self, epoch: Epoch, part: str) -> Path:
        return self.folder / f"{epoch.name}.{part}"

    def look(self) -> dict[Epoch, set[str]]:
        """What lies in the folder, read again when it has changed; halves of epochs that are gone are forgotten."""
        try:
            changed_at = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed_at != self.seen_at:
            self.found = listed(self.folder.iterdir())
            is_settled = time.time_ns() - changed_at > RACY_NANOSECONDS
            self.seen_at = changed_at if is_settled else None
            self.publics = {one: half for one, half in self.publics.items() if PUBLIC in self.found.get(one, ())}
            self.privates = {one: half for one, half in self.privates.items() if PRIVATE in self.found.get(one, ())}
        return self.found


def listed(paths: Iterable[Path]) -> dict[Epoch, set[str]]:
    found: dict[Epoch, set[str]] = {}
    for path in paths:
        name, _, part = path.name.rpartition(".")
        epoch = Epoch.named(name)
        if epoch is not None and part in {PUBLIC, SHARE, PRIVATE, DESTROYED}:
            found.setdefault(epoch, set()).add(part)
    return found


def following(epoch: Epoch) -> Epoch:
    """The next generation within its week."""
    if epoch.generation == MOST_GENERATIONS:
        raise KeyFileUnusable(f"{epoch.name} is the last generation of its week. Wait for the next week.")
    return Epoch(epoch.kept, epoch.year, epoch.week, epoch.generation + 1)
