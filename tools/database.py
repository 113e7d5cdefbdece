"""`make db`: starts the embedded Postgres of REFERRAL_HOME and leaves it running; `database.py stop` ends it."""

import asyncio
import sys
import time

from referral.foundation import embedded, migrate
from referral.foundation.settings import Settings


def start(settings: Settings) -> None:
    ran = embedded.status(settings.home)
    began = time.monotonic()
    cluster = embedded.start(settings.home, tell=print)
    asyncio.run(migrate.upgrade(cluster.dsn))
    state = "ran already" if ran else f"started in {time.monotonic() - began:.1f} s"
    print(f"Postgres {state}, process {cluster.pid}, at migration {migrate.newest()}.")
    print(f"  home  {cluster.home}")
    print(f"  log   {cluster.log}")
    print(f"  dsn   {cluster.dsn}")
    print(f"To stop it: {sys.executable} {sys.argv[0]} stop")


def main() -> None:
    settings = Settings()
    match sys.argv[1:]:
        case [] if settings.database_url is not None:
            sys.exit("REFERRAL_DATABASE_URL points to another Postgres, so there is none of ours to start.")
        case []:
            start(settings)
        case ["stop"]:
            embedded.stop(settings.home)
        case _:
            sys.exit(__doc__)


main()
