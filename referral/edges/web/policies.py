"""What may a page load and do? A policy (CSP) names all of it; what nobody named does not happen."""

from referral.edges.web.assets import GUARD

OWN_STYLES = "style-src 'self'"  # the files; what stands in the page itself is named by its hash
# A page without scripts: should one find its way in, there is no way to make text of it into code either.
PLAIN_PAGE = (
    f"default-src 'none'; {OWN_STYLES}; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# The same with the one script that guards what a page holds, and the question to us whether it may still be shown.
GUARDED_PAGE = PLAIN_PAGE.replace("; ", f"; script-src {GUARD}; connect-src 'self'; ", 1)


def with_style(policy: str, source: str) -> str:
    """The policy of a page in which this style stands, as `assets.source_of` calls it."""
    return policy.replace(OWN_STYLES, f"{OWN_STYLES} {source}", 1)
