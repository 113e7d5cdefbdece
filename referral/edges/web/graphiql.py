"""Where can one try the GraphQL doors by hand? In our own bundled GraphiQL, which asks nobody else for anything."""

from starlette.requests import Request
from starlette.responses import Response

from referral.edges.web.pages import page

# The bundle was built without style tags and data: images (tools/graphiql), so it needs no more than this.
EXPLORER = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
DOORS = [["Public", "/graphql"], ["Partner", "/graphql/partner"], ["Staff", "/graphql/staff"]]
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


async def explorer(request: Request) -> Response:
    """The page; all its settings are attributes, so it needs no inline script."""
    response = page(request, "graphiql.html", doors=DOORS, query=FIRST_QUERY)
    response.headers["Content-Security-Policy"] = EXPLORER
    return response
