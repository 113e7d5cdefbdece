"""What do rules and points say? The words and the two results everything else here passes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from referral.foundation.vocabulary import Word

Value = str | int | float


class RuleAnswer(Word):
    """What one rule says about one pair."""

    PASS = "pass", "Fits."
    FAIL = "fail", "Does not fit: not eligible."
    UNKNOWN = "unknown", "Not known: eligible with a doubt, and not offered by machine."


class Rule(Word):
    """The hard rules, in the order they are shown."""

    ACCEPTING = "accepting", "Takes new people."
    HELP = "help", "Gives the help needed first, or something close to it."
    CLAIM = "claim", "Takes this kind of case."
    LANGUAGE = "language", "Can talk with the person."
    PLACE = "place", "Helps people where the person is, or before the person's court."
    DETAINED = "detained", "Takes detained people, or people who are free."
    MINOR = "minor", "Takes children, or adults."
    AGE = "age", "The person's age is within the limits."
    GENDER = "gender", "No limit by gender, or a fitting one."
    HOUSEHOLD = "household", "No limit by household, or a fitting one."
    INCOME = "income", "The person's means are within the limits."
    CRIMINAL_RECORD = "criminal_record", "No limit by criminal record, or a fitting one."
    POPULATION = "population", "No limit to certain groups, or a fitting one."
    INTERPRETER_GENDER = "interpreter_gender", "Has whom the person can speak freely through, or needs nobody between."
    DEADLINE = "deadline", "Help can begin before the hearing, interview or removal."
    EXCLUDED = "excluded", "Not asked before about this person."
    CONSENT = "consent", "The person agrees to be shown to a provider."


class Part(Word):
    """The parts that points are made of, in the order they are shown."""

    HELP_FIT = "help_fit", "How close the help is to what is needed."
    LANGUAGE = "language", "How well both can talk."
    PLACE = "place", "How near it is, or how well it works from afar."
    LIKELY_YES = "likely_yes", "How likely the provider says yes."
    SPEED = "speed", "How soon an answer comes."
    WISHES = "wishes", "How many of the person's wishes are met."
    SPREAD = "spread", "How many places are still free, so that equals share the load."


class Room(Word):
    """Whether there is room now, as far as the provider says."""

    OPEN = "open", "Takes new people, as far as is known."
    WAITING_LIST = "waiting_list", "One can wait in line."
    FULL = "full", "Every place is taken or held."
    UNKNOWN = "unknown", "Not stated, or stated too long ago."
    NONE = "none", "Takes nobody."


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """One rule's answer. `values` hold what was compared, and under `how` why the answer is what it is."""

    rule: Rule
    answer: RuleAnswer
    values: Mapping[str, Value] = field(repr=False)
    hard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One part of the points: weight x permille, rounded, so that the parts add up to the total shown."""

    code: Part
    weight: int
    permille: int
    values: Mapping[str, Value] = field(repr=False)

    @property
    def points(self) -> int:
        return (self.weight * self.permille + 500) // 1000


def passes(rule: Rule, how: str, **values: Value) -> RuleResult:
    return RuleResult(rule=rule, answer=RuleAnswer.PASS, values={"how": how, **values})


def fails(rule: Rule, how: str, **values: Value) -> RuleResult:
    return RuleResult(rule=rule, answer=RuleAnswer.FAIL, values={"how": how, **values})


def doubts(rule: Rule, how: str, **values: Value) -> RuleResult:
    return RuleResult(rule=rule, answer=RuleAnswer.UNKNOWN, values={"how": how, **values})
