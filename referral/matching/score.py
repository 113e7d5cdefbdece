"""How well would this provider help this person? Seven terms in whole points, 1000 in all, each with its values."""

from datetime import datetime

from referral.foundation.vocabulary import HelpType
from referral.matching import languages, places, rules, tables
from referral.matching.answers import Part, Rule, RuleAnswer, RuleResult, Term, Value
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Candidate, Need


def score(
    need: Need, candidate: Candidate, results: tuple[RuleResult, ...], *, pairs: LanguagePairs, now: datetime
) -> tuple[Term, ...]:
    """The seven terms, always all of them and in the order of `Part`."""
    return (
        help_fit(need, candidate),
        language(need, candidate, pairs),
        place(need, candidate, results),
        likely_yes(candidate, now),
        speed(),
        wishes(),
        spread(candidate),
    )


def total(terms: tuple[Term, ...]) -> int:
    return sum(term.points for term in terms)


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
        return term(Part.LANGUAGE, tables.LANGUAGE_NOT_KNOWN_PERMILLE, "not_known")
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
    if how == "court_near":
        km = float(values["km"])
        return term(Part.PLACE, halved(km, tables.REACH[need.help_types[0]]), "court_near", area=values["area"], km=km)
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


def speed() -> Term:
    """No provider's usual time to answer is known yet, so all are worth the same."""
    return term(Part.SPEED, tables.SPEED_NOT_KNOWN_PERMILLE, "not_known")


def wishes() -> Term:
    """No wishes are asked yet, so none is unmet."""
    return term(Part.WISHES, tables.NO_WISHES_PERMILLE, "none_stated")


def spread(candidate: Candidate) -> Term:
    free, stated = candidate.free_places, candidate.stated_places
    if free is None or stated is None:
        return term(Part.SPREAD, tables.PLACES_NOT_COUNTED_PERMILLE, "not_counted")
    share = (1000 * max(0, free) + stated // 2) // stated if stated > 0 else 0
    return term(Part.SPREAD, min(1000, share), "counted", free=max(0, free), stated=stated)
