"""Where can one try the GraphQL doors by hand? In our own bundled GraphiQL, which asks nobody else for anything."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from referral.edges.web.pages import page
from referral.foundation.settings import Surface

# The bundle was built without style tags and data: images (tools/graphiql), so it needs no more than this. Markup that
# it makes of text goes through the one policy of static/trusted.js.
EXPLORER = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)
PUBLIC, PARTNER, STAFF = ("Public", "/graphql"), ("Partner", "/graphql/partner"), ("Staff", "/graphql/staff")
DOORS: dict[Surface, tuple[tuple[str, str], ...]] = {
    "public": (PUBLIC,),
    "partner": (PARTNER,),
    "console": (STAFF,),
    "all": (PUBLIC, PARTNER, STAFF),
}
FIRST_QUERY = """\
# Who can help near Brownsville,
# in Spanish, with an asylum case?
#
# Ctrl-Enter asks. Ctrl-Space suggests.
# Never type a person's name here.

query Nearest {
  providers(
    filter: {
      near: { text: "Brownsville TX" }
      radiusKm: 400
      languages: ["es"]
      helpTypes: [LEGAL_ASYLUM]
    }
    first: 5
  ) {
    totalCount
    edges {
      distanceKm
      node {
        name
        openness
        phones {
          number
        }
        languages {
          tag
          mode
        }
        verification {
          status
          sourceDate
        }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorer:
    """The page; it offers the doors this process opens."""

    surface: Surface

    async def show(self, request: Request) -> Response:
        """All settings are attributes, so the page needs no inline script."""
        response = page(request, "graphiql.html", doors=DOORS[self.surface], query=FIRST_QUERY)
        response.headers["Content-Security-Policy"] = EXPLORER
        return response
