"""Who are we to passkeys? Apart from what checks them, which a process that lets nobody in need not load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who we are to browsers: the domain passkeys belong to, and the only origin they are used from."""

    id: str
    origin: str
    name: str = "Referral"
