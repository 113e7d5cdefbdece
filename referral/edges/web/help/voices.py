"""Who cannot read hears the question: a file that somebody recorded, dropped into a folder. None is invented.

The folder is `REFERRAL_AUDIO`: in it one folder for each language by its tag, in that one file for each page, such as
`mam/danger.opus`. A language of the folder that no page is written in is offered too, since it may be heard only.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from referral.edges.catalogues import LANGUAGES
from referral.edges.house import House
from referral.edges.web import policies
from referral.foundation.languages import Lexicon
from referral.intake.asking.questions import BY_ID

KINDS = {".opus": "audio/ogg", ".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4"}
PAGES = frozenset({*BY_ID, "start", "check", "receipt"})
TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
AN_HOUR = {"Cache-Control": "public, max-age=3600"}
# Our own files may be heard; nothing else is allowed that a page of text is not.
HEARD = policies.GUARDED_PAGE.replace("default-src 'none'", "default-src 'none'; media-src 'self'", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One recording of a page."""

    tag: str
    autonym: str
    address: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """The recordings, as files."""

    house: House

    async def play(self, request: Request) -> Response:
        """One file, or a part of it."""
        tag, page = request.path_params["tag"], request.path_params["page"]
        found = recorded(self.house.settings.audio_folder, page).get(tag)
        if found is None:
            raise HTTPException(404)
        return FileResponse(found, media_type=KINDS[found.suffix], headers=AN_HOUR)


def recorded(folder: Path, page: str) -> dict[str, Path]:
    """The recordings of a page by the tag of their language, those that there are."""
    if page not in PAGES or not folder.is_dir():
        return {}
    files = sorted(path for path in folder.glob(f"*/{page}.*") if path.suffix in KINDS and path.is_file())
    return {path.parent.name: path for path in files if TAG.fullmatch(path.parent.name)}


def voices(folder: Path, page: str, lang: str, lexicon: Lexicon) -> tuple[Voice, ...]:
    """What can be heard on a page: it itself, and it in languages that are spoken only."""
    found = recorded(folder, page)
    return tuple(
        Voice(
            tag=tag,
            autonym=described.autonym if (described := lexicon.described.get(tag)) else tag,
            address=f"/audio/{tag}/{page}",
            type=KINDS[path.suffix],
        )
        for tag, path in sorted(found.items(), key=lambda one: one[0] != lang)
        if tag == lang or tag not in LANGUAGES
    )
