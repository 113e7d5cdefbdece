"""Which migration does a database stand at, and which is the newest? Without the library that runs them."""

from pathlib import Path

from referral.foundation.db import Reader, value


def migrations_folder() -> Path:
    """The folder of migrations beside the package, as in a source checkout."""
    folder = Path(__file__).resolve().parents[2] / "migrations"
    if not (folder / "env.py").is_file():
        raise FileNotFoundError(f"No migrations at {folder}: run from a source checkout.")
    return folder


def newest() -> str:
    """The revision that a current database stands at, by the names of the files."""
    return max(file.stem for file in (migrations_folder() / "versions").glob("*.py")).partition("_")[0]


async def applied(at: Reader) -> str | None:
    """The revision that a database stands at; None where nothing was ever migrated."""
    if await value(at, "SELECT to_regclass('alembic_version')::text") is None:
        return None
    return await value(at, "SELECT version_num FROM alembic_version")


async def bring_up_to_date(dsn: str, at: Reader) -> None:
    """Run the migrations that a database lacks; `at` reads from the same."""
    if await applied(at) != newest():
        await upgrade(dsn)


async def upgrade(dsn: str) -> None:
    """Run every migration, all of them or none. What runs them takes 30 MB, and is loaded only here."""
    from referral.foundation import migrate  # noqa: PLC0415

    await migrate.upgrade(dsn)
