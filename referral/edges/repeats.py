"""How is a flood of the same news kept from flooding the log? Told at once, then counted for a minute.

What is noted comes from lists of ours: codes, names of fields, types of errors. Never what anybody sent.
"""

import logging
from dataclasses import dataclass, field

SECONDS = 60.0
MOST_KINDS = 500


@dataclass(slots=True)
class Kind:
    """One sort of news: since when it is counted, and how often it came since it was told."""

    since: float
    untold: int = 0


@dataclass(slots=True, kw_only=True)
class Folded:
    """One line for each kind of news in a minute, and how often it came meanwhile."""

    log: logging.Logger
    level: int = logging.WARNING
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    total: int = 0

    def note(self, news: str, at: float) -> None:
        """Tell it, or count it where it was told within a minute. `at` is a clock that only goes forward."""
        self.total += 1
        known = self.kinds.get(news)
        if known is not None and at < known.since + SECONDS:
            known.untold += 1
            return
        if known is None and len(self.kinds) >= MOST_KINDS:
            self.forget(at)
        self.kinds[news] = Kind(since=at)
        self.log.log(self.level, "%s%s", news, f" ({known.untold} more before)" if known and known.untold else "")

    def forget(self, at: float) -> None:
        """Those of which nothing is untold; all, where that is not enough."""
        self.kinds = {news: kind for news, kind in self.kinds.items() if at < kind.since + SECONDS or kind.untold}
        if len(self.kinds) >= MOST_KINDS:
            self.kinds.clear()
