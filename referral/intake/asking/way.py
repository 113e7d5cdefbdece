"""Which page comes next? The way through the questions for the answers that were given so far."""

from collections.abc import Mapping
from itertools import pairwise

from referral.intake.asking.fields import Given, Page
from referral.intake.asking.questions import PAGES

HURRY = "hurry"  # "yes": sends now with what there is, and is asked only what cannot be left out


def way(given: Given) -> tuple[Page, ...]:
    """The pages for these answers, in order; up to one that stops, if there is one on the way."""
    found: list[Page] = []
    for page in PAGES:
        if page.is_asked(given) and (not is_hurried(given) or is_kept_in_a_hurry(page, given)):
            found.append(page)
            if page.stops:
                break
    return tuple(found)


def is_hurried(given: Given) -> bool:
    return given.get(HURRY) == "yes"


def is_kept_in_a_hurry(page: Page, given: Given) -> bool:
    return page.stops or page.hurries or bool(page.musts) or page.is_seen(given)


def next_page(given: Given) -> Page | None:
    """The first page on the way where the person has not been; None where all is answered and can be sent."""
    found = way(given)
    return next((page for page in found if page.stops or not page.is_seen(given)), None)


def before(page: Page, given: Given) -> Page | None:
    """The page before this on the way; None from the first."""
    found = way(given)
    return next((one for one, following in pairwise(found) if following.id == page.id), None)


def is_on(page: Page, given: Given) -> bool:
    return any(one.id == page.id for one in way(given))


def is_whole(given: Given) -> bool:
    """Whether it can be sent: nothing on the way stops, and all that must be answered is."""
    found = way(given)
    return not any(page.stops for page in found) and not unanswered(given)


def unanswered(given: Given) -> tuple[str, ...]:
    """The fields on the way that must be answered and are not."""
    return tuple(
        field.name
        for page in way(given)
        for field in page.musts
        if not given.get(field.name) and not (field.unless and field.unless.holds(given))
    )


def kept(given: Given) -> Mapping[str, str]:
    """The answers that count: what was said on branches that were left is dropped."""
    known = {field.name for page in way(given) for field in page.fields}
    return {name: said for name, said in given.items() if name.partition(".")[0] in known and said}
