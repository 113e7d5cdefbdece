"""`referral db`: the database that comes along, its schema and its logins."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from referral.edges import house
from referral.edges.commands.terminal import complaints, console, fail, run, settings
from referral.foundation import embedded, logins, revisions, schema_dump
from referral.foundation.embedded import Cluster
from referral.foundation.logins import Login
from referral.foundation.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="The embedded Postgres, and the schema.")


@commands.command()
def start() -> None:
    """Start the embedded Postgres of REFERRAL_HOME, bring its schema up to date, and leave it running."""
    chosen = embedded_only()

    async def starting() -> Cluster:
        cluster = await asyncio.to_thread(embedded.start, chosen.home, tell=console.print)
        await revisions.upgrade(cluster.dsn)
        return cluster

    describe(run(starting()))


@commands.command()
def stop() -> None:
    """Stop it."""
    chosen = embedded_only()
    run(asyncio.to_thread(embedded.stop, chosen.home))
    console.print("Postgres is stopped.")


@commands.command()
def status() -> None:
    """Say whether it runs and how to reach it. Exit code 3 if it does not run."""
    cluster = embedded.status(embedded_only().home)
    if cluster is None:
        fail("Postgres does not run. Start it: referral db start", code=3)
    describe(cluster)


@commands.command(name="migrate")
def bring_up_to_date() -> None:
    """Bring the schema of the database up to date."""

    async def migrating() -> str | None:
        async with house.postgres(settings(), console.print) as dsn:
            await revisions.upgrade(dsn)
        return revisions.newest()

    console.print(f"The schema is at migration {run(migrating())}.")


@commands.command(name="schema")
def print_schema() -> None:
    """Print what all migrations together make, from an empty Postgres that is gone afterwards."""
    typer.echo(run(schema_dump.of_migrations()), nl=False)


@commands.command(name="grants")
def print_grants() -> None:
    """Print what the role of each surface may do, from an empty Postgres that is gone afterwards."""
    typer.echo(run(schema_dump.grants_of_migrations()), nl=False)


@commands.command(name="roles")
def make_roles(
    surfaces: Annotated[
        list[Login] | None, typer.Argument(help="Which of public, partner, console, worker. Default: all.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Write the addresses into a new file that only you can read, not on the screen.")
    ] = None,
) -> None:
    """Make the logins of the surfaces, with new passwords, and tell their addresses: once, they are kept nowhere.

    Said again, it gives the same logins other passwords; who is connected stays so, and the old passwords end.
    """
    wanted = list(surfaces or Login)

    async def making() -> list[str]:
        async with house.opened(settings(), tell=complaints.print) as opened:
            name = await logins.database_of(opened.database.reader)
            made = [logins.drawn(name, login) for login in wanted]
            async with opened.database.transaction() as tx:
                await logins.make(tx, made)
            return [f"REFERRAL_{one.login.upper()}_DATABASE_URL={one.at(opened.database.dsn)}" for one in made]

    if file is None:
        typer.echo("\n".join(run(making())))
        return
    try:
        kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:  # before any password is another
        fail(f"{file} cannot be written ({error.strerror}). Name a new file in a folder that you can write.")
    with os.fdopen(kept, "w") as written_to:
        written_to.write("\n".join(run(making())) + "\n")
    console.print(f"Written: {file}", markup=False)


def embedded_only() -> Settings:
    chosen = settings()
    if chosen.database_url is not None:
        fail("REFERRAL_DATABASE_URL names another Postgres, so there is none of ours to look after.")
    return chosen


def without_password(cluster: Cluster) -> str:
    """How to connect, with the file that holds the password instead of the password."""
    before, _, after = cluster.dsn.partition("@")
    return f"{before.rpartition(':')[0]}@{after}   (its password: {cluster.home / 'owner-password'})"


def describe(cluster: Cluster) -> None:
    console.print(f"Postgres runs, process {cluster.pid}, at migration {revisions.newest()}.")
    for what, where in (("home", cluster.home), ("log", cluster.log), ("dsn", without_password(cluster))):
        console.print(f"  {what:<5} {where}", markup=False, soft_wrap=True)
    console.print("To stop it: referral db stop")
