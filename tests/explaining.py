"""How does Postgres mean to answer? The product's own statements, planned and not run."""

import asyncio
import json
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(kw_only=True)
class Explaining:
    """Stands where the driver's connection does: every statement is planned, none is run."""

    connection: Any
    plans: list[Any] = field(default_factory=list[Any])

    async def fetch(self, sql: str, *args: object) -> list[object]:
        self.plans += json.loads(await self.connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
        return []

    async def fetchrow(self, sql: str, *args: object) -> None:
        await self.fetch(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> None:
        await self.fetch(sql, *args)

    async def execute(self, sql: str, *args: object) -> None:
        """What a transaction is told of its caller is no question of a table."""

    def acquire(self, *, timeout: float) -> "Explaining":
        """To be awaited or entered, as the driver's."""
        return self

    def __await__(self) -> Generator[Any, None, "Explaining"]:
        yield from asyncio.sleep(0).__await__()
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        """There is only one, and it stays."""

    async def release(self, connection: "Explaining") -> None:
        """As above."""

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        yield

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Every node of every plan."""
        found: list[dict[str, Any]] = []
        rest: list[dict[str, Any]] = [plan["Plan"] for plan in self.plans]
        while rest:
            step = rest.pop()
            found.append(step)
            rest += step.get("Plans", [])
        return found

    @property
    def indexes(self) -> set[str]:
        return {step["Index Name"] for step in self.steps if "Index Name" in step}

    @property
    def read_whole(self) -> set[str]:
        return {step["Relation Name"] for step in self.steps if step["Node Type"] == "Seq Scan"}
