"""Which files do pages load, and how long may they be kept?"""

from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
WHILE_IT_LASTS = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"


def version(path: Path) -> str:
    """Ten digits that change with the content."""
    return sha256(path.read_bytes()).hexdigest()[:10]


VERSIONS = {file.relative_to(FOLDER).as_posix(): version(file) for file in FOLDER.rglob("*") if file.is_file()}


def address(name: str) -> str:
    """Where a page finds a file; the address changes with the content, so the file may be kept for ever."""
    return f"/static/{name}?v={VERSIONS[name]}"


class Assets(StaticFiles):
    """Our own files. One that is asked for by its present version is kept for ever, any other for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_current = scope["query_string"].decode("latin-1") == f"v={VERSIONS.get(path)}"
        response.headers["cache-control"] = WHILE_IT_LASTS if is_current else AN_HOUR
        return response
