"""What happens next? Things to do, each at its hour; at the same hour in the order they were put."""

import heapq
from collections.abc import Callable

Deed = Callable[[], None]


class Agenda:
    """Hours and what is done in them. `now` is the hour of what is being done."""

    def __init__(self) -> None:
        self.now = 0.0
        self.put_so_far = 0
        self.waiting: list[tuple[float, int, Deed]] = []

    def put(self, hour: float, deed: Deed) -> None:
        self.put_so_far += 1
        heapq.heappush(self.waiting, (hour, self.put_so_far, deed))

    def next_before(self, end: float) -> Deed | None:
        """What comes next, before the end; its hour is now."""
        if not self.waiting or self.waiting[0][0] >= end:
            return None
        self.now, _, deed = heapq.heappop(self.waiting)
        return deed
