"""The questions of the form walked as a graph: who answers what comes where, and by which way soonest."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from referral.intake.asking import way
from referral.intake.asking.fields import Given, Page
from referral.intake.asking.questions import PAGES

CHECK = "check"
SERVED = "place.served"
ORDER = [page.id for page in PAGES]
# The fields that anything later depends on: all that can be said there makes a difference.
READ_LATER = {condition.field for page in PAGES for condition in page.when}
# What nobody chooses, and what is found out about a page's answer.
FOUND_BESIDES = {"court_date": ("court_past", ("", "yes")), "place": (SERVED, ("", "yes", "no"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page, what is answered there, and the page it leads to."""

    page: str
    said: Mapping[str, str]
    leads_to: str

    @property
    def news(self) -> frozenset[tuple[str, str]]:
        """What a walk learns by it: that one page leads to another, and what each answer leads to at all."""
        deciding = {(name, said) for name, said in self.said.items() if name in READ_LATER}
        return frozenset({(self.page, self.leads_to), *deciding})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What has been answered so far, by a shortest way, and the page that is asked next; None before checking."""

    given: Given
    page: Page | None
    steps: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        return self.page.id if self.page else CHECK

    @property
    def is_end(self) -> bool:
        return self.page is None or self.page.stops

    def after(self, said: Mapping[str, str]) -> "Stand":
        """Where somebody stands who answers this here."""
        given = {**self.given, **said}
        come_to = way.next_page(given)
        step = Step(page=self.name, said=said, leads_to=come_to.id if come_to else CHECK)
        return Stand(given=given, page=come_to, steps=(*self.steps, step))


def choices(page: Page) -> Iterator[dict[str, str]]:
    """All the ways to answer a page that make a difference to what comes; each skipped, too, where it can be."""
    fields = [field for field in page.fields if field.name in READ_LATER]
    rest = {field.name: "" for field in page.fields if field.name not in READ_LATER}
    said = [[*field.answers, *([] if field.must else [""])] for field in fields]
    for combination in product(*said):
        answered = dict(zip((field.name for field in fields), combination, strict=True))
        if page.id in FOUND_BESIDES:
            name, values = FOUND_BESIDES[page.id]
            yield from ({**rest, **answered, name: found} for found in values)
        else:
            yield {**rest, **answered} or {page.id: ""}


@cache
def stands() -> tuple[Stand, ...]:
    """Where anybody can stand; two ways that nothing later tells apart are one. What takes fewest steps comes first."""
    first = Stand(given={}, page=way.next_page({}))
    found, todo = [first], deque([first])
    known = set[frozenset[tuple[str, str]]]()
    while todo:
        here = todo.popleft()
        if here.page is None or here.page.stops:
            continue
        later = {condition.field for one in PAGES[ORDER.index(here.page.id) :] for condition in one.when}
        for said in choices(here.page):
            come_to = here.after(said)
            state = frozenset((name, told) for name, told in come_to.given.items() if name in later)
            state |= {("page", come_to.name)}
            if state not in known:
                known.add(state)
                found.append(come_to)
                todo.append(come_to)
    return tuple(found)


def soonest(name: str) -> Stand:
    """Where one first stands on this page; or before checking."""
    return next(one for one in stands() if one.name == name)


def onward(here: Stand) -> Iterator[Stand]:
    """Wherever one step leads from here."""
    if here.page is not None and not here.page.stops:
        yield from (here.after(said) for said in choices(here.page))


def ways() -> tuple[Stand, ...]:
    """Ways to an end that go together over every step from page to page, and over every answer that decides one."""
    found, known = list[Stand](), set[tuple[str, str]]()
    for come_to in (one for here in stands() for one in onward(here)):
        if come_to.steps[-1].news <= known:
            continue
        here = come_to
        while not here.is_end:  # by whatever is not known yet
            here = max(onward(here), key=lambda one: len(one.steps[-1].news - known))
        found.append(here)
        known |= {new for step in here.steps for new in step.news}
    return tuple(found)
