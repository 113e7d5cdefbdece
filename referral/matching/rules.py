"""May this provider be asked about this person? One function a rule; each answers PASS, FAIL or UNKNOWN.

Real directories state little, so UNKNOWN is the normal case: it never excludes, it is shown, and a person looks at it
before anything is offered. Rules about gender, criminal record and groups have no FAIL, since we never ask.
"""

from collections.abc import Iterable
from datetime import datetime

from referral.directory.words import Answer, Openness
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake.words import AgeBand, CanAfford, ConsentScope, InterpreterGender, UrgencyCriterion
from referral.matching import languages, places, tables
from referral.matching.answers import Room, Rule, RuleAnswer, RuleResult, doubts, fails, passes
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need

TAKES_NOBODY = frozenset({Openness.PAUSED, Openness.CLOSED})


def judge(need: Need, candidate: Candidate, *, pairs: LanguagePairs, now: datetime) -> tuple[RuleResult, ...]:
    """Every rule's answer, always all of them and in the order of `Rule`."""
    return (
        accepting(candidate, now),
        help_given(need, candidate),
        claim(need, candidate),
        language(need, candidate, pairs),
        places.place(need, candidate),
        *person(need, candidate),
        interpreter_gender(need, candidate, pairs),
        deadline(need, candidate, now),
        excluded(candidate),
        consent(need),
    )


def is_feasible(results: Iterable[RuleResult]) -> bool:
    """No rule fails."""
    return all(result.answer is not RuleAnswer.FAIL for result in results)


def is_doubtful(results: Iterable[RuleResult]) -> bool:
    """Some rule is not known."""
    return doubts_in(results) > 0


def doubts_in(results: Iterable[RuleResult]) -> int:
    """How many rules are not known."""
    return sum(result.answer is RuleAnswer.UNKNOWN for result in results)


def is_offerable(results: Iterable[RuleResult], relaxed: frozenset[str] = frozenset()) -> bool:
    """Whether a machine may make the offer. `relaxed` are rules whose doubt an operator accepts.

    Whether there is room cannot be relaxed: a full provider, a waiting list and one that has not said wait for a
    person's look, whatever the policy.
    """
    judged = tuple(results)
    undecided = {result.rule.value for result in judged if result.answer is RuleAnswer.UNKNOWN}
    return is_feasible(judged) and undecided <= relaxed and room_in(judged) is Room.OPEN


def room_in(results: Iterable[RuleResult]) -> Room:
    """The room that the accepting rule found."""
    return next(Room(str(result.values["room"])) for result in results if result.rule is Rule.ACCEPTING)


# ------------------------------------------------------------- room
def accepting(candidate: Candidate, now: datetime) -> RuleResult:
    room = room_of(candidate)
    said = {"room": room.value, "openness": candidate.openness.value}
    if room is Room.NONE:
        return fails(Rule.ACCEPTING, candidate.openness.value, **said)
    if room is Room.UNKNOWN:
        return doubts(Rule.ACCEPTING, "unknown", **said)
    if room is not Room.OPEN:
        return passes(Rule.ACCEPTING, room.value, **said)
    if candidate.openness_stated_at is None:
        return passes(Rule.ACCEPTING, candidate.openness.value, **said)
    days = max(0, (now - candidate.openness_stated_at).days)
    return passes(Rule.ACCEPTING, f"{candidate.openness.value}_stated", stated_days=days, **said)


def room_of(candidate: Candidate) -> Room:
    if candidate.openness in TAKES_NOBODY:
        return Room.NONE
    if candidate.openness is Openness.WAITLIST:
        return Room.WAITING_LIST
    if candidate.free_places is not None and candidate.free_places <= 0:
        return Room.FULL
    return Room.UNKNOWN if candidate.openness is Openness.UNKNOWN else Room.OPEN


# ------------------------------------------------------------- help
def help_given(need: Need, candidate: Candidate) -> RuleResult:
    asked = need.help_types[0]
    if not candidate.help_types:
        return doubts(Rule.HELP, "not_stated", asked=asked.value)
    by, permille = best_help(asked, candidate.help_types)
    if permille < tables.LEAST_HELP_PERMILLE:
        return fails(Rule.HELP, "none", asked=asked.value)
    return passes(Rule.HELP, "same" if by is asked else "substitute", asked=asked.value, by=by.value)


def best_help(asked: HelpType, offered: tuple[HelpType, ...]) -> tuple[HelpType, int]:
    """What serves best, and how well; `offered` is not empty."""
    serves = tables.SUBSTITUTES[asked]
    by = max(offered, key=lambda help_type: (serves.get(help_type, 0), help_type.value))
    return by, serves.get(by, 0)


def claim(need: Need, candidate: Candidate) -> RuleResult:
    if need.help_types[0] not in tables.CLAIM_DECIDES:
        return passes(Rule.CLAIM, "no_case")
    known = set(need.claims) - {ProtectionClaim.UNSURE}
    shared = known & set(candidate.claims) if candidate.claims else known
    if shared == {ProtectionClaim.SIJS}:
        return state_court(need, candidate)
    if not candidate.claims:
        return passes(Rule.CLAIM, "no_limit")
    if shared:
        return passes(Rule.CLAIM, "taken", claim=min(shared).value)
    if not known or ProtectionClaim.UNSURE in need.claims:
        return doubts(Rule.CLAIM, "unsure")
    return fails(Rule.CLAIM, "not_taken", takes=",".join(sorted(candidate.claims)))


def state_court(need: Need, candidate: Candidate) -> RuleResult:
    """A child's status begins with an order of a state court, and a lawyer there needs that state's bar."""
    here = need.place.state if need.place is not None else None
    states = {candidate.state, *(area.state for area in candidate.areas)} - {None}
    if here is None or not states:
        return doubts(Rule.CLAIM, "state_not_known")
    return passes(Rule.CLAIM, "state", state=here) if here in states else fails(Rule.CLAIM, "state", state=here)


def language(need: Need, candidate: Candidate, pairs: LanguagePairs) -> RuleResult:
    if need.help_types[0] in tables.NEEDS_NO_WORDS:
        return passes(Rule.LANGUAGE, "no_words")
    if bridge := languages.best_bridge(need, candidate, pairs):
        return passes(Rule.LANGUAGE, bridge.how, language=bridge.served, spoken=bridge.spoken)
    if not need.languages:
        return doubts(Rule.LANGUAGE, "not_said")
    spoken = need.languages[0]
    stated = languages.spoken_languages(candidate)
    if stated and candidate.interpreter_for_other is Answer.NO:
        return fails(Rule.LANGUAGE, "none", language=spoken)
    if written := languages.written_only(need, candidate, pairs):
        return doubts(Rule.LANGUAGE, "written_only", language=written)
    return doubts(Rule.LANGUAGE, "not_listed" if stated else "not_stated", language=spoken)


# ------------------------------------------------------------- person
def person(need: Need, candidate: Candidate) -> tuple[RuleResult, ...]:
    """Whom the provider takes, wherever the person is and whatever help it gives."""
    return (
        detained(need, candidate),
        minor(need, candidate),
        age(need, candidate),
        unasked(Rule.GENDER, candidate, "gender_limit"),
        household(need, candidate),
        income(need, candidate),
        unasked(Rule.CRIMINAL_RECORD, candidate, "criminal_history"),
        unasked(Rule.POPULATION, candidate, "population_limit"),
    )


def detained(need: Need, candidate: Candidate) -> RuleResult:
    if need.is_held is None:
        is_limited = candidate.accepts_detained in {Answer.NO, Answer.ONLY}
        return doubts(Rule.DETAINED, "not_said") if is_limited else passes(Rule.DETAINED, "no_limit")
    if not need.is_held:
        is_outside = candidate.accepts_detained is Answer.ONLY
        return fails(Rule.DETAINED, "only") if is_outside else passes(Rule.DETAINED, "free")
    if candidate.accepts_detained is Answer.NO:
        return fails(Rule.DETAINED, "none")
    if candidate.accepts_detained is Answer.UNKNOWN:
        # Children who came alone are in care, and whoever works with children only goes to them there.
        if need.posture is CasePosture.ORR_CUSTODY and minors_taken(candidate) is Answer.ONLY:
            return passes(Rule.DETAINED, "children")
        return doubts(Rule.DETAINED, "not_stated")
    return passes(Rule.DETAINED, "accepted")


def minor(need: Need, candidate: Candidate) -> RuleResult:
    takes, child = minors_taken(candidate), is_child(need)
    if child is None:
        is_limited = takes in {Answer.NO, Answer.ONLY}
        return doubts(Rule.MINOR, "not_said") if is_limited else passes(Rule.MINOR, "no_limit")
    if not child:
        return fails(Rule.MINOR, "only") if takes is Answer.ONLY else passes(Rule.MINOR, "adult")
    if takes is Answer.NO:
        return fails(Rule.MINOR, "none")
    return doubts(Rule.MINOR, "not_stated") if takes is Answer.UNKNOWN else passes(Rule.MINOR, "accepted")


def minors_taken(candidate: Candidate) -> Answer:
    """What is stated, else what the age limits say: "up to 21" or "from 12" takes children."""
    if candidate.accepts_minors is not Answer.UNKNOWN:
        return candidate.accepts_minors
    if candidate.minimum_age is None and candidate.maximum_age is None:
        return Answer.UNKNOWN
    return Answer.YES if (candidate.minimum_age or 0) < tables.ADULT_AGE else Answer.NO


def is_child(need: Need) -> bool | None:
    """None where nothing says so. The Office of Refugee Resettlement has only children in its care."""
    if need.age is not AgeBand.UNKNOWN:
        return need.age is AgeBand.UNDER_18
    is_alone = UrgencyCriterion.UNACCOMPANIED_CHILD in need.circumstances
    return True if is_alone or need.posture is CasePosture.ORR_CUSTODY else None


def age(need: Need, candidate: Candidate) -> RuleResult:
    """Only a band of ages is asked: it lies within the limits, outside, or partly in both."""
    lowest = candidate.minimum_age or 0
    highest = tables.OLDEST_AGE if candidate.maximum_age is None else candidate.maximum_age
    if lowest == 0 and highest >= tables.OLDEST_AGE:
        return passes(Rule.AGE, "no_limit")
    youngest, oldest = band(need)
    how = "from" if highest >= tables.OLDEST_AGE else "up_to" if lowest == 0 else "between"
    if lowest <= youngest and oldest <= highest:
        return passes(Rule.AGE, how, lowest=lowest, highest=highest)
    if oldest < lowest or highest < youngest:
        return fails(Rule.AGE, how, lowest=lowest, highest=highest)
    return doubts(Rule.AGE, how, lowest=lowest, highest=highest)


def band(need: Need) -> tuple[int, int]:
    """The ages the person may have, from what they said."""
    match is_child(need):
        case True:
            return 0, tables.ADULT_AGE - 1
        case False:
            return tables.ADULT_AGE, tables.OLDEST_AGE
        case None:
            return 0, tables.OLDEST_AGE


def household(need: Need, candidate: Candidate) -> RuleResult:
    """Families, people alone, or so many at most; any other limit has to be asked about."""
    if not states_limit(candidate, "household_limit"):
        return passes(Rule.HOUSEHOLD, "no_limit")
    limit, size = candidate.facts["household_limit"].strip().lower(), need.household_size
    most = int(limit) if limit.isascii() and limit.isdecimal() else None
    how = (
        "families" if limit in tables.FAMILIES else "alone" if limit in tables.ALONE else "at_most" if most else "limit"
    )
    values = {"most": most} if most else {}
    if size is None or how == "limit":
        return doubts(Rule.HOUSEHOLD, how, **values)
    fits = size > 1 if how == "families" else size == 1 if how == "alone" else size <= (most or 0)
    return passes(Rule.HOUSEHOLD, how, **values) if fits else fails(Rule.HOUSEHOLD, how, **values)


def income(need: Need, candidate: Candidate) -> RuleResult:
    if not states_limit(candidate, "low_income_only"):
        return passes(Rule.INCOME, "no_limit")
    if need.can_afford is CanAfford.NO:
        return passes(Rule.INCOME, "low")
    if need.can_afford is CanAfford.YES:
        return fails(Rule.INCOME, "low")
    return doubts(Rule.INCOME, "low")


def unasked(rule: Rule, candidate: Candidate, fact: str) -> RuleResult:
    """A limit on something we never ask: a person must ask the provider, and may ask the person."""
    return doubts(rule, "limit") if states_limit(candidate, fact) else passes(rule, "no_limit")


def states_limit(candidate: Candidate, fact: str) -> bool:
    return candidate.facts.get(fact, "").strip().lower() not in tables.SAYS_NO_LIMIT


def interpreter_gender(need: Need, candidate: Candidate, pairs: LanguagePairs) -> RuleResult:
    """Some things can be told through a woman only. Where staff speak the language, nobody stands between."""
    wanted = need.interpreter_gender
    if wanted is None:
        return passes(Rule.INTERPRETER_GENDER, "not_asked")
    if need.help_types[0] in tables.NEEDS_NO_WORDS:
        return passes(Rule.INTERPRETER_GENDER, "no_words")
    bridge = languages.best_bridge(need, candidate, pairs)
    if bridge is not None and bridge.how in tables.NOBODY_BETWEEN:
        return passes(Rule.INTERPRETER_GENDER, "nobody_between")
    stated = interpreters(candidate)
    if stated is None:
        return doubts(Rule.INTERPRETER_GENDER, "not_stated", gender=wanted.value)
    answer = passes if wanted in stated else fails
    return answer(Rule.INTERPRETER_GENDER, "stated", gender=wanted.value)


def interpreters(candidate: Candidate) -> frozenset[InterpreterGender] | None:
    """Who interprets there, as it is stated; None where nothing is."""
    said = candidate.facts.get("interpreter_gender", "").strip().lower()
    if said in tables.EITHER:
        return frozenset(InterpreterGender)
    return frozenset({InterpreterGender(said)}) if said in set(InterpreterGender) else None


def deadline(need: Need, candidate: Candidate, now: datetime) -> RuleResult:
    """Help that begins after the hearing is none. A date that has passed holds nobody off: it may have been missed."""
    if need.next_hearing_on is None or (left := (need.next_hearing_on - now.date()).days) < 0:
        return passes(Rule.DEADLINE, "no_date")
    if candidate.openness is Openness.WAITLIST:
        if candidate.waitlist_days is None:
            return doubts(Rule.DEADLINE, "waiting_list", left_days=left)
        answer = fails if candidate.waitlist_days > left else passes
        return answer(Rule.DEADLINE, "waiting_list", left_days=left, wait_days=candidate.waitlist_days)
    hours = (candidate.answer_hours or 0.0) + (candidate.start_hours or 0.0)
    if hours > (left + 1) * 24:
        return doubts(Rule.DEADLINE, "usually_later", left_days=left, wait_days=round(hours / 24))
    takes_now = candidate.openness in {Openness.OPEN, Openness.LIMITED}
    return passes(Rule.DEADLINE, "in_time" if takes_now else "say_so", left_days=left)


# ------------------------------------------------------------- history
def excluded(candidate: Candidate) -> RuleResult:
    """Why a pair is excluded is not kept here: a conflict of interest must leave no trace in a sentence."""
    return fails(Rule.EXCLUDED, "asked_before") if candidate.asked_before else passes(Rule.EXCLUDED, "new")


def consent(need: Need) -> RuleResult:
    """An offer shows the summary: who agrees to less than that is not offered to anybody."""
    is_given = ConsentScope.SHARE_SUMMARY in need.consents
    return passes(Rule.CONSENT, "given") if is_given else fails(Rule.CONSENT, "missing")
