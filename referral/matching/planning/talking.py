"""Can people and offices talk, and how well? Each language is held against each that is offered; of all the ways
between two people the best counts, as for one pair.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from referral.directory.words import Answer, LanguageMode
from referral.matching import languages, rules, tables
from referral.matching.languages import LanguagePairs
from referral.matching.pair import Need, OfferedLanguage
from referral.matching.planning.choices import Whole, flags, whole
from referral.matching.planning.classes import code, each, kinds
from referral.matching.planning.question import Office

NOBODYS = "zxx"  # the tag of no language: nobody serves it, but an interpreter for any


class Tongues:
    """Every language that is spoken against every office, found out once."""

    def __init__(self, needs: Sequence[Need], offices: Sequence[Office], pairs: LanguagePairs) -> None:
        self.column = {office.provider_id: number for number, office in enumerate(offices)}
        self.row = {tag: number for number, tag in enumerate(sorted({tag for need in needs for tag in need.languages}))}
        self.serves = np.zeros((len(self.row), len(offices)), dtype=np.int64)
        if not needs or not offices:
            return
        asks = [replace(needs[0], languages=(tag,)) for tag in self.row]
        silent = replace(offices[0], languages=(), interpreter_for_other=Answer.UNKNOWN, country=None)
        offered = {one: replace(silent, languages=(one,)) for office in offices for one in office.languages}
        ways = {one: whole(permille(ask, office, pairs) for ask in asks) for one, office in offered.items()}
        by_anyone = whole(permille(ask, replace(silent, interpreter_for_other=Answer.YES), pairs) for ask in asks)
        other = (OfferedLanguage(tag=NOBODYS, mode=LanguageMode.WRITTEN_ONLY),)
        of_land = {
            (land, says): whole(
                permille(ask, replace(silent, country=land, languages=other if says else ()), pairs) for ask in asks
            )
            for land in {office.country for office in offices}
            for says in (True, False)
        }
        for column, office in enumerate(offices):
            found = [ways[one] for one in office.languages]
            found.append(of_land[office.country, bool(office.languages)])
            if office.interpreter_for_other in {Answer.YES, Answer.ONLY}:
                found.append(by_anyone)
            self.serves[:, column] = np.max(found, axis=0)

    def between(self, needs: Sequence[Need], offices: Sequence[Office]) -> tuple[Whole, Whole]:
        """What the rule says, and the permille of its points, need by office; all ask for one kind of help."""
        if needs[0].help_types[0] in tables.NEEDS_NO_WORDS:
            shape = (len(needs), len(offices))
            return np.zeros(shape, dtype=np.int64), np.full(shape, 1000, dtype=np.int64)
        serves = self.serves[:, whole(self.column[office.provider_id] for office in offices)]
        nobodys, silent = replace(needs[0], languages=(NOBODYS,)), replace(needs[0], languages=())
        unserved = each(offices, lambda office: code(rules.language(nobodys, office, LanguagePairs())))
        unsaid = each(offices, lambda office: code(rules.language(silent, office, LanguagePairs())))
        says_nothing = flags(not office.languages for office in offices)
        spoken = kinds(needs, lambda need: need.languages)
        codes, worth = np.zeros((2, len(spoken), len(offices)), dtype=np.int64)
        for row, need in enumerate(spoken.first):
            if not need.languages:
                codes[row], worth[row] = unsaid, tables.LANGUAGE_NOT_KNOWN_PERMILLE
                continue
            rows = [self.row[tag] for tag in need.languages]
            worth[row] = ((serves[rows] * speaks(len(rows))[:, None] + 500) // 1000).max(axis=0)
            codes[row] = np.where(worth[row] > 0, 0, unserved)
            named, unnamed = (languages.not_known_permille(need, says_languages=says) for says in (True, False))
            worth[row] = np.where(worth[row] > 0, worth[row], np.where(says_nothing, unnamed, named))
        return codes[spoken.of], worth[spoken.of]


def speaks(languages: int) -> Whole:
    """How well a person speaks each of their languages."""
    last = len(tables.SPEAKS_PERMILLE) - 1
    return whole(tables.SPEAKS_PERMILLE[min(position, last)] for position in range(languages))


def permille(need: Need, office: Office, pairs: LanguagePairs) -> int:
    """How well a language is served; 0 where it is not."""
    found = languages.best_bridge(need, office, pairs)
    return found.permille if found else 0
