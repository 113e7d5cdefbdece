"""Can people and offices talk, and how well? Each language is held against each that is offered; of all the ways
between two people the best counts, as for one pair.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from referral.directory.words import Answer, LanguageMode
from referral.foundation.vocabulary import HelpType
from referral.matching import languages, rules, tables
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Need, OfferedLanguage
from referral.matching.planning.choices import Flags, Whole, flags, whole
from referral.matching.planning.classes import Kinds, Pairs, block, code, kinds, of_each
from referral.matching.planning.question import Office

NOBODYS = "zxx"  # the tag of no language: nobody serves it, but an interpreter for any
INTERPRETED = frozenset({Answer.YES, Answer.ONLY})
TALK = HelpType.LEGAL_ASYLUM  # help that nobody gives without words
NO_WORDS = 1000  # permille where nobody has to talk


class Tongues:
    """What people speak against every office, found out once."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office], pairs: LanguagePairs) -> None:
        spoken = kinds(needs, lambda need: None if no_words(need) else need.languages)
        self.needs = spoken.of
        voices = kinds(offices, lambda office: (bool(languages.spoken_languages(office)), office.interpreter_for_other))
        nobodys, silent = spoken_by(needs[0], NOBODYS), spoken_by(needs[0])
        self.unserved = of_each(voices, lambda office: code(rules.language(nobodys, office, LanguagePairs())))
        self.unsaid = of_each(voices, lambda office: code(rules.language(silent, office, LanguagePairs())))
        self.says_nothing = flags(not need.languages for need in spoken.first)
        self.worth = worth(spoken, offices, pairs)
        self.serves = self.worth > 0
        self.says_languages = flags(bool(office.languages) for office in offices)
        unknown = [
            [languages.not_known_permille(need, says_languages=says) for says in (False, True)] for need in spoken.first
        ]
        self.unknown = np.array(unknown, dtype=np.int64)

    def below(self, most: int, need: Whole, office: Whole) -> Flags:
        """Whether the rule of language says less than `most`, need by office."""
        kind = self.needs[need]
        otherwise = np.where(
            self.says_nothing[kind][:, None], self.unsaid[office] < most, (self.unserved[office] < most)[None, :]
        )
        return block(self.serves, kind, office) | otherwise

    def of(self, pairs: Pairs) -> tuple[Whole, Whole]:
        """What the rule says of these pairs, and the permille of its points."""
        kind = self.needs[pairs.need]
        found = self.worth.ravel()[kind * self.worth.shape[1] + pairs.office].astype(np.int64)
        unserved = np.where(self.says_nothing[kind], self.unsaid[pairs.office], self.unserved[pairs.office])
        unknown = self.unknown[kind, self.says_languages[pairs.office].astype(np.int64)]
        is_served = found > 0
        return np.where(is_served, 0, unserved), np.where(is_served, found, unknown)


def no_words(need: Need) -> bool:
    return need.help_types[0] in tables.NEEDS_NO_WORDS


def spoken_by(need: Need, *tags: str) -> Need:
    """Someone who speaks these languages and asks for help that needs words."""
    return replace(need, languages=tags, help_types=(TALK,))


def worth(spoken: Kinds[Need], offices: Sequence[Office], pairs: LanguagePairs) -> npt.NDArray[np.int16]:
    """Permille for each kind of need and each office; 0 where nobody talks."""
    tags = sorted({tag for need in spoken.first for tag in need.languages})
    row = {tag: number for number, tag in enumerate(tags)}
    most = max((len(need.languages) for need in spoken.first), default=0)
    said = np.full((len(spoken), most), len(tags), dtype=np.int64)  # behind all tags there is one that nobody serves
    for kind, need in enumerate(spoken.first):
        if not no_words(need):
            said[kind, : len(need.languages)] = [row[tag] for tag in need.languages]
    served = by_language([spoken_by(spoken.first[0], tag) for tag in tags], offices, pairs)
    found = np.zeros((len(spoken), len(offices)), dtype=np.int16)
    for position in range(most):
        speaks = tables.SPEAKS_PERMILLE[min(position, len(tables.SPEAKS_PERMILLE) - 1)]
        by_tag = ((served * speaks + 500) // 1000).astype(np.int16)
        np.maximum(found, by_tag.take(said[:, position], axis=0), out=found)
    found[[kind for kind, need in enumerate(spoken.first) if no_words(need)]] = NO_WORDS
    return found


def by_language(asks: Sequence[Need], offices: Sequence[Office], pairs: LanguagePairs) -> Whole:
    """Permille for each language, and at last for none, with each office."""
    offered = kinds([one for office in offices for one in (*office.languages, None)], lambda one: one)
    ways = np.zeros((len(offered) + 1, len(asks) + 1), dtype=np.int64)
    silent = [
        replace(office, languages=(), interpreter_for_other=Answer.UNKNOWN, country=None) for office in offices[:1]
    ]
    for office in silent:
        may_hear = heard(asks, pairs)
        for number, one in enumerate(offered.first):
            if one is None:
                continue
            for ask in may_hear.get(one.tag, frozenset()) | may_hear.get(languages.primary(one.tag), frozenset()):
                ways[number, ask] = permille(asks[ask], replace(office, languages=(one,)), pairs)
        interpreter = replace(office, interpreter_for_other=Answer.YES)
        ways[-1, :-1] = whole(permille(ask, interpreter, pairs) for ask in asks)
    if not offices:
        return ways[:, :0].T[:0].reshape(len(asks) + 1, 0)
    # Each office's languages stand one behind the other, and at last one that serves nobody.
    first = np.cumsum([0, *(len(office.languages) + 1 for office in offices)])[:-1]
    served = np.maximum.reduceat(ways[offered.of], first, axis=0)
    is_interpreted = flags(office.interpreter_for_other in INTERPRETED for office in offices)
    served[is_interpreted] = np.maximum(served[is_interpreted], ways[-1])
    served[:, :-1] = np.maximum(served[:, :-1], of_the_land(asks, silent[0], offices, pairs))
    return np.ascontiguousarray(served.T)


def of_the_land(asks: Sequence[Need], silent: Office, offices: Sequence[Office], pairs: LanguagePairs) -> Whole:
    """Permille for each office and language, for what everybody there speaks and no list says."""
    lands = kinds(offices, lambda office: (office.country, bool(office.languages)))
    other = (OfferedLanguage(tag=NOBODYS, mode=LanguageMode.WRITTEN_ONLY),)
    there = [
        replace(silent, country=office.country, languages=other if office.languages else ()) for office in lands.first
    ]
    found = [[permille(ask, office, pairs) for ask in asks] for office in there]
    return np.array(found, dtype=np.int64).reshape(len(lands), len(asks))[lands.of]


def heard(asks: Sequence[Need], pairs: LanguagePairs) -> Mapping[str, frozenset[int]]:
    """Who could be served in a language at all, by its tag or its first part: no other pair needs to be asked."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for number, ask in enumerate(asks):
        for tag in near_to(ask.languages[0], pairs):
            found[tag].add(number)
    return {tag: frozenset(numbers) for tag, numbers in found.items()}


def near_to(spoken: str, pairs: LanguagePairs) -> Iterable[str]:
    sound = languages.primary(spoken)
    yield sound
    for paired in (pairs.same, pairs.related):
        for tag in (spoken, sound):
            yield from paired.get(tag, ())


def permille(need: Need, office: Office, pairs: LanguagePairs) -> int:
    """How well a language is served; 0 where it is not."""
    found = languages.best_bridge(need, office, pairs)
    return found.permille if found else 0
