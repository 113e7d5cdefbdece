"""Bars as SVG, for docs/performance.md."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, ROW, LEFT, RIGHT = 860, 30, 330, 90
OURS, OTHERS = "#1d5b8f", "#b9c3cc"


class Bar(NamedTuple):
    """One row: what, how much, how the number is written, and whether it is this service."""

    name: str
    amount: float
    shown: str
    is_ours: bool


def svg(title: str, bars: Sequence[Bar]) -> str:
    largest = max(bar.amount for bar in bars)
    height = ROW * (len(bars) + 2)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif">',
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/><g font-size="14">',
        f'<text x="10" y="{ROW - 8}" font-weight="bold">{escape(title)}</text>',
    ]
    for number, bar in enumerate(bars, start=1):
        top, length = number * ROW + 4, bar.amount / largest * (WIDTH - LEFT - RIGHT)
        colour = OURS if bar.is_ours else OTHERS
        lines += [
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{max(1, length):.0f}" height="20" fill="{colour}"/>',
            f'<text x="{LEFT + length + 6:.0f}" y="{top + 15}">{escape(bar.shown)}</text>',
        ]
    return "\n".join([*lines, "</g></svg>\n"])
