"""How does Postgres mean to answer? The product's own statements, planned and not run."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


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

    @asynccontextmanager
    async def acquire(self, *, timeout: float) -> AsyncGenerator["Explaining"]:  # noqa: ASYNC109 - the driver's own word
        yield self

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
