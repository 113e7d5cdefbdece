"""The matrix as a table that people read: schema/visibility.md."""

from collections.abc import Iterator

from referral.privacy.fields import FIELDS
from referral.privacy.matrix import OF_A_REQUEST, Group, Stage, Viewer, sees

FILE = "visibility.md"
HEAD = """# Who sees what

Written by `referral contract` from `referral/privacy/`; do not edit it here. A test asks a running server for every
field as every viewer at every stage, and compares.

A requester comes with the receipt, a provider with the signed link of its offer or with its organization's API key;
*other* are those of another request. A request is *sent* (offered to nobody yet), *offered*, *accepted*, accepted by a
provider while the person agrees to the summary only (*unagreed*), *declined*, *served*, *withdrawn* or *erased*.
"""


def written() -> str:
    """The whole file."""
    return "\n".join((HEAD, "## Of a request", "", *of_a_request(), "", "## Besides", "", *besides(), "", *listed()))


def of_a_request() -> Iterator[str]:
    """A row for each group, a column for each viewer who ever sees one."""
    groups = [group for group in Group if group in OF_A_REQUEST]
    viewers = [viewer for viewer in Viewer if any(sees(viewer, group) for group in groups)]
    yield f"| | {' | '.join(said(viewer) for viewer in viewers)} |"
    yield f"| --- |{' --- |' * len(viewers)}"
    for group in groups:
        yield f"| {said(group)} | {' | '.join(stages(sees(viewer, group)) for viewer in viewers)} |"
    unseeing = [said(viewer) for viewer in Viewer if viewer not in viewers]
    yield f"\nNothing of it is ever seen by: {', '.join(unseeing)}."


def besides() -> Iterator[str]:
    yield "| | who |"
    yield "| --- | --- |"
    for group in Group:
        if group not in OF_A_REQUEST:
            who = [said(viewer) for viewer in Viewer if sees(viewer, group)]
            yield f"| {said(group)} | {'everybody' if len(who) == len(Viewer) else ', '.join(who)} |"


def listed() -> Iterator[str]:
    """Which fields each group holds."""
    yield "## The fields of each group"
    for group in Group:
        yield f"\n**{said(group)}**: {group.meaning}\n"
        yield from (f"- {kind}: {', '.join(names.split())}" for kind, names in FIELDS[group.value].items())
    yield ""


def stages(seen: frozenset[Stage]) -> str:
    """The stages in a few words: those that are missing, where they are fewer."""
    if not seen:
        return "-"
    missing = [stage.value for stage in Stage if stage not in seen]
    if not missing:
        return "always"
    if len(missing) <= len(seen):
        return f"not {', '.join(missing)}"
    return ", ".join(stage.value for stage in Stage if stage in seen)


def said(word: Group | Viewer) -> str:
    return word.value.replace("_", " ")
