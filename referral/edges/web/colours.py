"""In whose colours? Those of the organization, laid over the stylesheet that ships."""

from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from referral.edges.web.assets import AN_HOUR, WHILE_IT_LASTS
from referral.foundation.branding import Branding


def stylesheet(brand: Branding) -> str | None:
    """Where a page finds them; None where they are those that ship."""
    return f"/static/colours.css?v={version(brand.colours.css)}" if brand.colours.css else None


def version(css: str) -> str:
    return sha256(css.encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The stylesheet of the organization's colours."""

    brand: Branding

    async def show(self, request: Request) -> Response:
        css = self.brand.colours.css
        is_current = request.query_params.get("v") == version(css)
        headers = {"Cache-Control": WHILE_IT_LASTS if is_current else AN_HOUR}
        return Response(css, media_type="text/css", headers=headers)
