"""How well would this provider help this person? Seven terms in whole points, 1000 in all, each with its values."""

from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from referral.directory.words import Openness
from referral.foundation.vocabulary import HelpType
from referral.intake.words import InterpreterGender, Wish
from referral.matching import languages, places, rules, tables
from referral.matching.answers import Part, Rule, RuleAnswer, RuleResult, Term, Value
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need

SAYS = MappingProxyType({"yes": True, "no": False})


def score(
    need: Need, candidate: Candidate, results: tuple[RuleResult, ...], *, pairs: LanguagePairs, now: datetime
) -> tuple[Term, ...]:
    """The seven terms, always all of them and in the order of `Part`."""
    return (
        help_fit(need, candidate),
        language(need, candidate, pairs),
        place(need, candidate, results),
        likely_yes(candidate, now),
        speed(need, candidate, now),
        wishes(need, candidate),
        spread(candidate),
    )


def total(terms: tuple[Term, ...]) -> int:
    return sum(term.points for term in terms)


def doubt(doubts: int) -> int:
    """What so many rules whose answer is not known cost in the order."""
    return 0 if doubts == 0 else tables.FIRST_DOUBT_POINTS + (doubts - 1) * tables.FURTHER_DOUBT_POINTS


def term(part: Part, permille: int, how: str, **values: Value) -> Term:
    return Term(code=part, weight=tables.WEIGHTS[part], permille=permille, values={"how": how, **values})


# ------------------------------------------------------------- help
def help_fit(need: Need, candidate: Candidate) -> Term:
    asked, *others = need.help_types
    if not candidate.help_types:
        return term(Part.HELP_FIT, 0, "not_stated", asked=asked.value)
    first = fit(asked, need, candidate)
    permille = first
    if others:
        rest = sum(fit(other, need, candidate) for other in others)
        whole = 1000 * len(others)
        weighted = tables.FIRST_NEED_PERMILLE * first * len(others) + tables.OTHER_NEEDS_PERMILLE * rest
        permille = (weighted + whole // 2) // whole
    by, _ = rules.best_help(asked, candidate.help_types)
    how = "none" if first == 0 else "same" if by is asked else "substitute"
    if first and has_depth(asked, need):
        return term(Part.HELP_FIT, permille, f"{how}_deep", asked=asked.value, by=by.value, depth=candidate.depth.value)
    return term(Part.HELP_FIT, permille, how, asked=asked.value, by=by.value)


def fit(asked: HelpType, need: Need, candidate: Candidate) -> int:
    """How well one need is served; for a lawyer's work on the case, times how far the service goes."""
    _, permille = rules.best_help(asked, candidate.help_types)
    return times(permille, tables.DEPTH_PERMILLE[candidate.depth]) if has_depth(asked, need) else permille


def has_depth(asked: HelpType, need: Need) -> bool:
    """Whether it matters how far the service goes: someone who has a lawyer wants an opinion, not another case."""
    return asked in tables.CASE_WORK and need.representation in tables.NEEDS_A_LAWYER


# ------------------------------------------------------------- language
def language(need: Need, candidate: Candidate, pairs: LanguagePairs) -> Term:
    if need.help_types[0] in tables.NEEDS_NO_WORDS:
        return term(Part.LANGUAGE, 1000, "no_words")
    bridge = languages.best_bridge(need, candidate, pairs)
    if bridge is None:
        permille = languages.not_known_permille(need, says_languages=bool(candidate.languages))
        if permille == tables.LANGUAGE_NOT_KNOWN_PERMILLE:
            return term(Part.LANGUAGE, permille, "not_known")
        common = next(tag for tag in need.languages if languages.primary(tag) in tables.MOSTLY_SPOKEN_PERMILLE)
        return term(Part.LANGUAGE, permille, "mostly_spoken", language=common)
    return term(Part.LANGUAGE, bridge.permille, bridge.how, language=bridge.served, spoken=bridge.spoken)


# ------------------------------------------------------------- place
def place(need: Need, candidate: Candidate, results: tuple[RuleResult, ...]) -> Term:
    """The better of near and from afar."""
    near = nearness(need, candidate, results)
    if not places.is_remote(need, candidate):
        return near
    afar = tables.REACH[need.help_types[0]].remote_permille or 0
    worth = min(afar, tables.REMOTE_WHILE_HELD_PERMILLE) if need.is_held else afar
    return near if near.permille >= worth else term(Part.PLACE, worth, "remote")


def nearness(need: Need, candidate: Candidate, results: tuple[RuleResult, ...]) -> Term:
    """The better of the way to the office and, for help given at a court or in a place of custody, the way to that."""
    found = next(result for result in results if result.rule is Rule.PLACE)
    office = from_office(need, candidate, is_area_met=is_met(found) and found.values["how"] in places.SETTLES_RESIDENCE)
    there = from_area(need, found)
    return there if there is not None and there.permille > office.permille else office


def from_area(need: Need, found: RuleResult) -> Term | None:
    """A lawyer stands where the court is: one who works there is as near as one can be, wherever the office lies."""
    how, values = found.values["how"], found.values
    if not is_met(found) or (how != "spot" and need.help_types[0] not in tables.CASE_WORK):
        return None
    if how in {"court", "spot"}:
        return term(Part.PLACE, 1000, "there", area=values["area"])
    if how in {"court_near", "court_here"}:
        km = float(values["km"])
        return term(Part.PLACE, halved(km, tables.REACH[need.help_types[0]]), str(how), area=values["area"], km=km)
    return None


def is_met(found: RuleResult) -> bool:
    return found.answer is RuleAnswer.PASS


def from_office(need: Need, candidate: Candidate, *, is_area_met: bool) -> Term:
    here, km = need.place, places.distance_km(need, candidate)
    if here is None:
        return term(Part.PLACE, tables.PLACE_NOT_KNOWN_PERMILLE, "place_not_given")
    if km is not None:
        return term(Part.PLACE, halved(km, tables.REACH[need.help_types[0]]), "near", km=km, place=here.name)
    if is_area_met or places.is_same_state(here, candidate):
        return term(Part.PLACE, tables.SAME_STATE_PERMILLE, "same_state")
    if places.is_elsewhere(here, candidate):
        return term(Part.PLACE, tables.ELSEWHERE_PERMILLE, "elsewhere")
    return term(Part.PLACE, tables.PLACE_NOT_KNOWN_PERMILLE, "not_stated")


def halved(km: float, reach: tables.Reach) -> int:
    """All of it within the free distance, then half with every further half distance."""
    beyond = max(0.0, km - reach.free_km)
    return round(1000 * 0.5 ** (beyond / reach.half_km))


# ------------------------------------------------------------- the rest
def likely_yes(candidate: Candidate, now: datetime) -> Term:
    prior = candidate.offers_made + tables.OFFER_PRIOR
    yes = min(1000, (1000 * (candidate.offers_accepted + tables.YES_PRIOR) + prior // 2) // prior)
    asked = "asked" if candidate.offers_made else "never_asked"
    counts: dict[str, Value] = {"accepted": candidate.offers_accepted, "offered": candidate.offers_made}
    if candidate.openness_stated_at is None:
        return term(Part.LIKELY_YES, times(yes, tables.STALE_PERMILLE), f"{asked}_unstated", **counts)
    days = max(0, (now - candidate.openness_stated_at).days)
    how = f"{asked}_fresh" if days <= tables.FRESH_DAYS else f"{asked}_aging"
    return term(Part.LIKELY_YES, times(yes, age_permille(days)), how, stated_days=days, **counts)


def age_permille(days: int) -> int:
    """An old statement of capacity is worth less."""
    if days <= tables.FRESH_DAYS:
        return tables.FRESH_PERMILLE
    return tables.AGING_PERMILLE if days <= tables.AGING_DAYS else tables.STALE_PERMILLE


def times(permille: int, other: int) -> int:
    return (permille * other + 500) // 1000


def speed(need: Need, candidate: Candidate, now: datetime) -> Term:
    """How much of the time that is left remains once the provider has answered and begun.

    Before a hearing both count, against the date. Without one the target of a first answer is all there is, and only
    the answer counts against it.
    """
    left = hours_left(need, now)
    goes = candidate.answer_hours if left is None else hours_to_start(candidate)
    if goes is None:
        return term(Part.SPEED, tables.SPEED_NOT_KNOWN_PERMILLE, "not_known")
    most = left if left is not None else need.urgency.first_answer_within.total_seconds() / 3600
    permille = max(0, round(1000 * (most - goes) / most))
    how = "answers" if left is None else "waits" if candidate.openness is Openness.WAITLIST else "begins"
    return term(Part.SPEED, permille, how, hours=round(goes), left_hours=round(most))


def hours_left(need: Need, now: datetime) -> float | None:
    """Until the end of the day of a hearing that is still to come."""
    if need.next_hearing_on is None or need.next_hearing_on < now.date():
        return None
    return ((need.next_hearing_on - now.date()).days + 1) * 24.0


def hours_to_start(candidate: Candidate) -> float | None:
    """What is known of how long it takes until help begins: the line, the answer, the first talk."""
    if candidate.openness is Openness.WAITLIST:
        return None if candidate.waitlist_days is None else candidate.waitlist_days * 24.0
    if candidate.answer_hours is None:
        return None
    return candidate.answer_hours + (candidate.start_hours or 0.0)


def wishes(need: Need, candidate: Candidate) -> Term:
    """The share of wishes that are met; one of which nothing is known counts half."""
    if not need.wishes:
        return term(Part.WISHES, tables.NO_WISHES_PERMILLE, "none_stated")
    found: dict[str, list[str]] = {"met": [], "unmet": [], "unsure": []}
    for wish in sorted(need.wishes):
        is_met = meets(wish, candidate)
        found["unsure" if is_met is None else "met" if is_met else "unmet"].append(wish.value)
    worth = 1000 * len(found["met"]) + tables.WISH_NOT_KNOWN_PERMILLE * len(found["unsure"])
    said = {name: ",".join(some) for name, some in found.items() if some}
    return term(Part.WISHES, worth // len(need.wishes), "_".join(said), **said)


def meets(wish: Wish, candidate: Candidate) -> bool | None:
    """Whether a wish is met, as far as the provider says; None where it says nothing."""
    match wish:
        case Wish.INTERPRETER_WOMAN | Wish.INTERPRETER_MAN:
            stated = rules.interpreters(candidate)
            wanted = InterpreterGender.WOMAN if wish is Wish.INTERPRETER_WOMAN else InterpreterGender.MAN
            return None if stated is None else wanted in stated
        case Wish.IN_PERSON:
            return any(not mode.is_remote for mode in candidate.delivery_modes) if candidate.delivery_modes else None
        case Wish.FROM_AFAR:
            return any(mode.is_remote for mode in candidate.delivery_modes) if candidate.delivery_modes else None
        case Wish.STEP_FREE | Wish.CHILD_CARE | Wish.EVENING_HOURS | Wish.LGBTQ_WELCOMING:
            if wish is Wish.LGBTQ_WELCOMING and HelpType.HUM_LGBTQ in candidate.help_types:
                return True
            return SAYS.get(candidate.facts.get(tables.WISH_FACTS[wish], "").strip().lower())
    assert_never(wish)


def spread(candidate: Candidate) -> Term:
    free, stated = candidate.free_places, candidate.stated_places
    if free is None or stated is None:
        return term(Part.SPREAD, tables.PLACES_NOT_COUNTED_PERMILLE, "not_counted")
    share = (1000 * max(0, free) + stated // 2) // stated if stated > 0 else 0
    return term(Part.SPREAD, min(1000, share), "counted", free=max(0, free), stated=stated)
