"""`referral simulate`: what each way of matching does, in the same invented networks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Shown

from referral.edges.commands.terminal import Bars, complaints, console, fail
from referral.edges.simulation import drawing, measures, page, policies, report, running, ways, world
from referral.edges.simulation.measures import Figures
from referral.edges.simulation.promises import Runs, promises
from referral.edges.simulation.world import Size

Seeds = Annotated[int, typer.Option(min=1, max=100, help="How many worlds. With one there is no interval.")]
First = Annotated[int, typer.Option(min=0, max=1_000_000, help="The first seed; the others follow it.")]
Days = Annotated[int, typer.Option(min=1, max=365, help="How many days are counted.")]
ADay = Annotated[float, typer.Option("--people-a-day", min=0.5, max=100, help="How many people come each day.")]
Offices = Annotated[int, typer.Option(min=1, max=300, help="How many offices there are.")]
Room = Annotated[
    float, typer.Option(min=0.05, max=5, show_default="2/3", help="For how many of those who come there are places.")
]
Patience = Annotated[float, typer.Option(min=0.1, max=10, help="How many times as long as otherwise help is of use.")]
Write = Annotated[
    Path | None,
    typer.Option(help=f"A Markdown page: tables go between its {page.BEGIN} marks, two SVG figures beside it."),
]
Check = Annotated[bool, typer.Option("--check", help="Exit code 3 if the default does not hold what it must.")]
NOT_HELD = 3


def simulate(
    *,
    seeds: Seeds = 10,
    first_seed: First = 1,
    days: Days = 90,
    people_a_day: ADay = 24.0,
    offices: Offices = 60,
    room: Room = 2 / 3,
    patience: Patience = 1.0,
    write: Write = None,
    check: Check = False,
) -> None:
    """Ways of matching side by side, in networks drawn from seeds: who is helped, how soon, and who pays for it.

    People and offices are invented; rules, points, urgency, plan and reserves are the product's own. The same seeds
    give the same tables. Needs no database. One world takes about a minute. Exit code 1 if a page cannot be written.
    """
    text = readable(write) if write else ""
    size = Size(days=days, a_day=people_a_day, offices=offices, room=room, patience=patience)
    numbers = range(first_seed, first_seed + seeds)
    runs = simulated(size, numbers)
    where = report.setting(size, numbers)
    show(runs, where)
    if write:
        put(write, text, runs, where)
    broken = [promise.text for promise in promises(runs) if not promise.is_kept]
    if check and broken:
        fail("Not held: " + "; ".join(broken) + ".", code=NOT_HELD)


def readable(path: Path) -> str:
    """The page as it is, read before minutes are spent."""
    try:
        text = path.read_text(encoding="utf-8")
        page.place(text)
    except OSError as error:
        fail(f"{path} cannot be read ({error.strerror}). Name a Markdown page that is there.")
    except UnicodeDecodeError:
        fail(f"{path} is no text in UTF-8. Name a Markdown page.")
    except page.NoMarks as error:
        fail(f"{path}: {error}")
    return text


def simulated(size: Size, seeds: Sequence[int]) -> Runs:
    """Every policy in every world, one after the other, with progress on standard error."""
    runs: dict[str, list[Figures]] = {policy.code: [] for policy in policies.POLICIES}
    steps, done = len(seeds) * len(policies.POLICIES), 0
    with Bars(complaints) as bars:
        for seed in seeds:
            drawn = world.draw(seed, size)
            found = ways.find(drawn)
            most = measures.bound(drawn, found)
            for policy in policies.POLICIES:
                desk = running.run(drawn, found, policy)
                runs[policy.code].append(measures.measure(desk, policy.code, most))
                done += 1
                bars.tell("runs", done, steps)
    return runs


def show(runs: Runs, where: str) -> None:
    console.print(f"{report.INVENTED}\n{where}\n", markup=False)
    for name, title in report.legend():
        console.print(f"  {name:<14} {title}", markup=False)
    console.print()
    for table in report.tables(runs):
        shown = Shown(title=f"{table.title} (invented network)", title_justify="left", pad_edge=False, box=None)
        for number, name in enumerate(table.columns):
            shown.add_column(name, justify="right" if number else "left")
        for row in table.rows:
            shown.add_row(*row)
        console.print(shown)
        console.print()


def put(path: Path, text: str, runs: Runs, where: str) -> None:
    figures = {
        f"{path.stem}-matched.svg": ("Who is helped, by urgency (invented network)", drawing.helped(runs)),
        f"{path.stem}-hours.svg": ("How soon urgent people are helped (invented network)", drawing.how_soon(runs)),
    }
    shows = {name: words for name, (words, _) in figures.items()}
    try:
        for name, (_, svg) in figures.items():
            path.with_name(name).write_text(svg, encoding="utf-8")
        path.write_text(page.written(text, runs, where, shows), encoding="utf-8")
    except OSError as error:
        fail(f"{path} or a figure beside it cannot be written ({error.strerror}).")
    console.print(f"Written: {path}, {', '.join(figures)}", markup=False, soft_wrap=True)
