"""The figures on a page, between its marks: what stands around them is written by people."""

from textwrap import fill

from referral.edges.simulation.promises import Runs
from referral.edges.simulation.report import INVENTED, Table, legend, tables

BEGIN, END = "<!-- simulation -->", "<!-- end of simulation -->"
WIDTH = 130


class NoMarks(Exception):  # noqa: N818 - said to whoever named the page
    """The page has no place for the figures."""


def written(page: str, runs: Runs, where: str, figures: dict[str, str]) -> str:
    """The page with these figures; `figures` are names of images with what they show."""
    before, after = place(page)
    parts = [fill(f"*{INVENTED}* {where}", WIDTH), "\n".join(f"- *{name}*: {title}" for name, title in legend())]
    parts += [f"**{table.title}** (invented network)\n\n{marked_down(table)}" for table in tables(runs)]
    parts += [f"![{shows}]({name})" for name, shows in figures.items()]
    return f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{after}"


def place(page: str) -> tuple[str, str]:
    """What stands before and after the figures. Raises NoMarks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoMarks(f"The page has no {BEGIN} and {END}, between which the figures stand.")
    return before, after


def marked_down(table: Table) -> str:
    rows = [table.columns, ("---", *("---:" for _ in table.columns[1:])), *table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
