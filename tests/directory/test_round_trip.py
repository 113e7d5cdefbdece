"""What we give away as HSDS, taken in again, is what we had."""

from pathlib import Path

import hsds_given as hsds
import orjson
from desk import Desk


async def test_the_whole_directory_read_and_imported_again_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    await hsds.load(desk.database, hsds.EOIR)
    response = await desk.http.get("/hsds/services", params={"format": "ndjson", "full": "true"})
    services = [orjson.loads(line) for line in response.text.splitlines()]
    assert len(services) == 154
    package = tmp_path / "services.json"
    package.write_bytes(orjson.dumps(services))
    report = await hsds.load(desk.database, package)
    assert (report.errors, report.missing, report.changed) == ((), (), 0)
