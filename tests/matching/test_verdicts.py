"""What is judged once for many listings is what would have been said of each of them alone."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st
from matching_given import NOW, PAIRS, candidates, fitting_candidates, hopeful_needs, needs, office, person

from referral.directory.words import Openness
from referral.foundation.vocabulary import HelpType
from referral.matching import verdicts
from referral.matching.pair import Candidate, Need
from referral.matching.verdicts import Judge

FIELDS = [one.name for one in fields(Candidate)]
RELAXED = st.sampled_from([frozenset[str](), frozenset({"population", "language"})])


def between(one: Candidate, other: Candidate) -> list[Candidate]:
    """From the one to the other and back, each unlike the last in one thing."""
    steps = [one]
    for end in (other, one):
        steps += [replace(steps[-1], **{name: getattr(end, name)}) for name in FIELDS]
    return steps


@given(needs | hopeful_needs, fitting_candidates, candidates() | fitting_candidates, RELAXED)
def test_a_listing_that_differs_in_one_thing_is_judged_by_that_too(
    need: Need, one: Candidate, other: Candidate, relaxed: frozenset[str]
) -> None:
    judge = Judge(need, pairs=PAIRS, now=NOW, relaxed=relaxed)
    for listing in between(one, other):
        alone = verdicts.why(need, listing, pairs=PAIRS, now=NOW, relaxed=relaxed)
        assert judge.of(listing) == (alone if alone.is_feasible else None)


def test_help_and_languages_of_no_use_to_the_person_are_not_looked_at_again() -> None:
    judge = Judge(person(), pairs=PAIRS, now=NOW)
    first, second = (
        judge.of(office(help_types=(HelpType.LEGAL_ASYLUM, besides)))
        for besides in (HelpType.HUM_FOOD, HelpType.HUM_SHELTER)
    )
    assert first
    assert second
    assert first.terms[0] is second.terms[0]


def test_whom_a_rule_excludes_has_no_verdict_and_is_in_nobodys_list() -> None:
    judge = Judge(person(), pairs=PAIRS, now=NOW)
    is_open, closed = office(), office(openness=Openness.CLOSED)
    assert judge.of(closed) is None
    assert [one.candidate for one in judge.feasible([closed, is_open])] == [is_open]
