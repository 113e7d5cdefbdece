"""Which files do pages load, and how long may they be kept? The style of a page stands in the page itself."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
WHILE_IT_LASTS = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
NOT_AT_ALL = re.compile(r"q\s*=\s*0(\.0*)?")


def version(path: Path) -> str:
    """Ten digits that change with the content."""
    return sha256(path.read_bytes()).hexdigest()[:10]


def lean(css: str) -> str:
    """Without what only its writers need: comments, and spaces that part nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}")
    return re.sub(r"(?<![\w.)])0\.(?=\d)", ".", css).strip()


def source_of(written: str) -> str:
    """What a policy calls a style or a script: by its hash, so that no other may stand there."""
    return f"'sha256-{b64encode(sha256(written.encode()).digest()).decode()}'"


# What pages look like, and those among them that list groups. A page holds of it what it needs (styling).
STYLE = "".join(lean((FOLDER / name).read_text(encoding="utf-8")) for name in ("plain.css", "near.css"))
# The one script of the pages that hold something of a person; it is loaded beside them, and they name it by its hash.
GUARD = source_of((FOLDER / "guard.js").read_text(encoding="utf-8"))
MARK = re.sub(r"\s+", " ", (FOLDER / "mark.svg").read_text(encoding="utf-8")).strip()
OF_THE_WHOLE = {"content-length", "etag", "accept-ranges"}
VERSIONS = {file.relative_to(FOLDER).as_posix(): version(file) for file in FOLDER.rglob("*") if file.is_file()}
# What travels packed: the small scripts of our pages, the same for everybody.
PACKED = {file.name: gzip.compress(file.read_bytes(), mtime=0) for file in FOLDER.glob("*.js")}


def packed_headers(whole: Response) -> dict[str, str]:
    """What is said of the file, without what is true of it unpacked only: length, tag, and that it comes in parts."""
    others = {name: said for name, said in whole.headers.items() if name not in OF_THE_WHOLE}
    return {**others, "content-encoding": "gzip"}


def address(name: str) -> str:
    """Where a page finds a file; the address changes with the content, so the file may be kept for ever."""
    return f"/static/{name}?v={VERSIONS[name]}"


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names it, and not with q=0."""
    for part in accepted.split(","):
        name, _, liking = part.partition(";")
        if name.strip().lower() == "gzip":
            return NOT_AT_ALL.fullmatch(liking.strip()) is None
    return False


class Assets(StaticFiles):
    """Our own files. One that is asked for by its present version is kept for ever, any other for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if path in PACKED:
            response.headers["vary"] = "Accept-Encoding"
            asked = Headers(scope=scope)
            is_whole = response.status_code == HTTPStatus.OK and "range" not in asked
            if is_whole and takes_gzip(asked.get("accept-encoding", "")):
                response = Response(PACKED[path], headers=packed_headers(response))
        is_current = scope["query_string"].decode("latin-1") == f"v={VERSIONS.get(path)}"
        response.headers["cache-control"] = WHILE_IT_LASTS if is_current else AN_HOUR
        return response
