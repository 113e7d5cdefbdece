"""The figures as tables of words: the same for a terminal and for a page."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from referral.edges.simulation import measures, policies, promises
from referral.edges.simulation.intervals import Estimate
from referral.edges.simulation.measures import Figures
from referral.edges.simulation.promises import Figure, Promise, Runs
from referral.edges.simulation.world import Size
from referral.intake.words import UrgencyLevel

C, U, E, N = UrgencyLevel.CRITICAL, UrgencyLevel.URGENT, UrgencyLevel.ELEVATED, UrgencyLevel.NORMAL
INVENTED = "An invented network: people, offices and answers are drawn by a program, and no figure is of a real one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(runs: Runs) -> tuple[Table, ...]:
    return (compared(runs), kept(runs), paid(runs))


def legend() -> tuple[tuple[str, str], ...]:
    """The short names of policies, and what they mean."""
    return tuple((policy.short, policy.title) for policy in policies.POLICIES)


def setting(size: Size, seeds: Sequence[int]) -> str:
    """In which worlds this was measured."""
    worlds = "one world (seed" if len(seeds) == 1 else f"{len(seeds)} worlds (seeds {seeds[0]} to"
    return (
        f"Measured in {worlds} {seeds[-1]}), the same for every policy: {size.days} days in which people are counted, "
        f"after {size.filling_days} that fill the queue and before {size.settling_days} in which it goes on; "
        f"{size.a_day:g} people a day; {size.offices} offices with new places each week for {100 * size.room:.0f} % of "
        f"them{'' if size.patience == 1 else f'; help is of use {size.patience:g} times as long as otherwise'}."
    )


# ------------------------------------------------------------- the policies side by side
def compared(runs: Runs) -> Table:
    columns = [runs[policy.code] for policy in policies.POLICIES]

    def row(name: str, *cells: Callable[[Sequence[Figures]], str]) -> tuple[str, ...]:
        return (name, *(" / ".join(cell(figures) for cell in cells) for figures in columns))

    rows = (
        row("matches made, for each 100 who came", average(lambda figures: figures.made, 1)),
        row("matched, of those who came", average(lambda figures: figures.matched, 1)),
        row("matched, critical / urgent", *(average(promises.matched(level)) for level in (C, U))),
        row("matched, elevated / normal", *(average(promises.matched(level)) for level in (E, N))),
        row("critical in 24 h / urgent in 72 h", *(average(promises.in_time(level)) for level in (C, U))),
        row("elevated in 7 days / normal in 14", *(average(promises.in_time(level)) for level in (E, N))),
        row("median h, critical / urgent", *(hours(level, 0.5) for level in (C, U))),
        row("median h, elevated / normal", *(hours(level, 0.5) for level in (E, N))),
        row("95th percentile h, critical / urgent", *(hours(level, 0.95) for level in (C, U))),
        row("95th percentile h, elevated / normal", *(hours(level, 0.95) for level in (E, N))),
        row("rare language, matched", average(lambda figures: figures.rare)),
        row("worst-served region, matched", average(lambda figures: figures.worst_region)),
        row("mean km, in person", average(lambda figures: figures.km)),
        (
            "passed over someone more urgent",
            *(
                "–" if policy is policies.DIRECTORY else average(lambda figures: figures.envy)(figures)
                for policy, figures in zip(policies.POLICIES, columns, strict=True)
            ),
        ),
        row("offers or calls for each match", average(lambda figures: figures.offers_per_match, 1)),
        row("value, of the clairvoyant bound", average(lambda figures: figures.value)),
    )
    return Table(
        title="Shares in %; hours among those matched, in all worlds together",
        columns=("", *(policy.short for policy in policies.POLICIES)),
        rows=rows,
    )


def average(figure: Figure, digits: int = 0) -> Callable[[Sequence[Figures]], str]:
    def cell(figures: Sequence[Figures]) -> str:
        known = [value for one in figures if not math.isnan(value := figure(one))]
        return number(statistics.fmean(known) if known else math.nan, digits)

    return cell


def hours(level: UrgencyLevel, part: float) -> Callable[[Sequence[Figures]], str]:
    def cell(figures: Sequence[Figures]) -> str:
        return number(measures.at_share(of_all(figures, level), part))

    return cell


def of_all(figures: Iterable[Figures], level: UrgencyLevel) -> list[float]:
    return [hour for one in figures for hour in one.levels[level].hours]


# ------------------------------------------------------------- what must hold, and what it costs
def kept(runs: Runs) -> Table:
    return Table(
        title="What the default must hold, with 95 % intervals",
        columns=("", "needed", "measured", "95 %", "held"),
        rows=tuple(
            (
                promise.text,
                needed(promise),
                signed(promise.measured.value, promise.unit),
                between(promise.measured, promise.unit),
                held(promise),
            )
            for promise in promises.promises(runs)
        ),
    )


def needed(promise: Promise) -> str:
    is_least = promise.least != -math.inf
    limit = promise.least if is_least else promise.most
    return f"{'at least' if is_least else 'at most'} {limit:g} {promise.unit}"


def held(promise: Promise) -> str:
    if math.isnan(promise.measured.value):
        return "not measured"
    if not promise.is_kept:
        return "NO"
    return "yes" if promise.is_sure else "yes, but not surely"


def paid(runs: Runs) -> Table:
    return Table(
        title="What the gain costs: the default minus others, with 95 % intervals",
        columns=("", *(f"minus {other.short}" for other in promises.COMPARED)),
        rows=tuple(
            (f"{price.text}, {price.unit}", *(with_half(one, price.unit) for one in price.against))
            for price in promises.prices(runs)
        ),
    )


def with_half(estimate: Estimate, unit: str) -> str:
    digits = 2 if unit == "offers" else 1
    sign = "+" if estimate.value > 0 else ""
    half = "" if math.isnan(estimate.half) else f" ± {number(estimate.half, digits)}"
    return f"{sign}{number(estimate.value, digits)}{half}"


def signed(value: float, unit: str) -> str:
    return number(value, 2 if unit == "times" else 1)


def between(estimate: Estimate, unit: str) -> str:
    if math.isnan(estimate.half):
        return "–"
    return f"{signed(estimate.low, unit)} to {signed(estimate.high, unit)}"


def number(value: float, digits: int = 0) -> str:
    """A minus that is a minus, and never one before nothing."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
