"""Two figures as SVG: who is helped, and how soon. Each says on itself that the network is invented."""

from collections.abc import Iterator, Sequence
from html import escape

from referral.edges.simulation import policies
from referral.edges.simulation.policies import Policy
from referral.edges.simulation.promises import Runs, matched
from referral.edges.simulation.report import INVENTED, average, of_all
from referral.intake.words import UrgencyLevel
from referral.matching.planning.choices import LEVELS

WIDTH, HEIGHT = 860, 430
LEFT, TOP, BOTTOM, RIGHT = 50, 84, 56, 16
SHOWN = (policies.DIRECTORY, policies.NEAREST, policies.URGENT_FIRST, policies.AT_ONCE, policies.DEFAULT)
COLOURS = {
    policies.DIRECTORY.code: "#c9b8a0",
    policies.NEAREST.code: "#b9c3cc",
    policies.URGENT_FIRST.code: "#d98a3d",
    policies.AT_ONCE.code: "#7fb0d6",
    policies.DEFAULT.code: "#1d5b8f",
}
PANELS = ((UrgencyLevel.CRITICAL, 96), (UrgencyLevel.URGENT, 240))  # with the hours shown
STEPS = 48


def helped(runs: Runs) -> str:
    """The share matched at each level, policy by policy."""
    return drawn("Share of people matched, by urgency", [*legend(SHOWN), *scale(LEFT, WIDTH - RIGHT), *bars(runs)])


def how_soon(runs: Runs) -> str:
    """The share of critical and of urgent people who are matched within so many hours."""
    parts = [*legend(SHOWN)]
    room = (WIDTH - RIGHT - LEFT) // len(PANELS)
    for number, (level, most) in enumerate(PANELS):
        parts += panel(runs, level, most, LEFT + number * room, LEFT + (number + 1) * room - 56)
    return drawn("Share of people matched within so many hours", parts)


def drawn(title: str, parts: Sequence[str]) -> str:
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">',
        f"<title>{escape(title)}. {escape(INVENTED)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><g font-size="13">',
        text(10, 22, title, 'font-weight="bold" font-size="15"'),
        text(10, HEIGHT - 8, INVENTED, 'font-size="12" fill="#555"'),
    ]
    return "\n".join([*lines, *parts, "</g></svg>\n"])


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def height_of(percent: float) -> float:
    return HEIGHT - BOTTOM - percent / 100 * (HEIGHT - BOTTOM - TOP)


def legend(shown: Sequence[Policy]) -> Iterator[str]:
    """Two rows of names: the long ones get the room they need."""
    x, y = float(LEFT), 48.0
    for policy in shown:
        length = 26 + 6.6 * len(policy.short)
        if x + length > WIDTH - RIGHT:
            x, y = float(LEFT), y + 20
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="12" fill="{COLOURS[policy.code]}"/>'
        yield text(x + 17, y, policy.short)
        x += length


def scale(left: float, right: float) -> Iterator[str]:
    for percent in range(0, 101, 25):
        y = height_of(percent)
        yield f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield text(left - 6, y + 4, f"{percent} %", 'text-anchor="end" font-size="11"')


def bars(runs: Runs) -> Iterator[str]:
    room = (WIDTH - RIGHT - LEFT) / len(LEVELS)
    wide = (room - 30) / len(SHOWN)
    for group, level in enumerate(LEVELS):
        left = LEFT + group * room + 15
        for number, policy in enumerate(SHOWN):
            shares = [figures.levels[level].matched for figures in runs[policy.code]]
            top, x = height_of(sum(shares) / len(shares)), left + number * wide
            yield (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide - 3:.1f}" height="{height_of(0) - top:.1f}" '
                f'fill="{COLOURS[policy.code]}"/>'
            )
            shown = average(matched(level))(runs[policy.code])
            yield text(x + (wide - 3) / 2, top - 4, shown, 'text-anchor="middle" font-size="11"')
        yield text(left + (room - 30) / 2, height_of(0) + 18, level.value, 'text-anchor="middle"')


def panel(runs: Runs, level: UrgencyLevel, most: int, left: float, right: float) -> Iterator[str]:
    yield from scale(left, right)
    for hour in range(0, most + 1, most // 4):
        x = left + hour / most * (right - left)
        yield text(x, height_of(0) + 16, f"{hour} h", 'text-anchor="middle" font-size="11"')
    target = level.first_answer_within.total_seconds() / 3600
    x = left + target / most * (right - left)
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height_of(0):.1f}" stroke="#999" stroke-dasharray="4 4"/>'
    yield text(x + 4, TOP + 10, f"target {target:.0f} h", 'font-size="11" fill="#555"')
    yield text((left + right) / 2, height_of(0) + 32, level.value, 'text-anchor="middle"')
    for policy in SHOWN:
        hours = sorted(of_all(runs[policy.code], level))
        people = sum(figures.levels[level].people for figures in runs[policy.code])
        shares = [share_within(hours, most * step / STEPS, people) for step in range(STEPS + 1)]
        points = " ".join(
            f"{left + step / STEPS * (right - left):.1f},{height_of(share):.1f}" for step, share in enumerate(shares)
        )
        yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[policy.code]}" stroke-width="2.5"/>'


def share_within(hours: Sequence[float], limit: float, people: int) -> float:
    return 100 * sum(hour <= limit for hour in hours) / people if people else 0.0
