"""What looking at every listing finds: the answer that a narrowed look must give too."""

from referral.foundation.db import Reader, many
from referral.matching.candidates import CANDIDATE, SOURCES, where
from referral.matching.narrowing import serving
from referral.matching.pair import Candidate, Need


async def candidates(at: Reader, need: Need) -> list[Candidate]:
    """Every provider that may give the help and takes people, nearest first."""
    return await many(
        at,
        Candidate,
        f"""
        SELECT {CANDIDATE}
        {SOURCES}
         WHERE (s.help_types && $2::text[] OR s.help_types = '{{}}')
           AND listing.openness NOT IN ('paused', 'closed')
         ORDER BY listing.point <-> cube($3::float8[]) NULLS LAST, p.id""",
        need.request_id,
        list(serving(need)),
        where(need),
    )
