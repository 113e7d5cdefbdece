"""Is this a password that may be used, and is it the right one? Only its Argon2id hash is kept.

Length is what counts: no rules of composition, no change by the calendar. What guessers try first is refused.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from referral.foundation.errors import FieldProblem, problem

SHORTEST_ALONE = 15  # NIST SP 800-63B-4: what stands alone
SHORTEST_WITH_CODE = 8  # and what stands beside a second factor
LONGEST = 128
TELLING = 4  # a part of a name or an address shorter than this says little
FEWEST_SIGNS = 5

COMMON = Path(__file__).parents[2] / "data" / "common_passwords.txt"
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)

HASHER = PasswordHasher()
# What is checked where there is no account: the parameters of HASHER, and a hash that nothing is known to give.
DECOY = "$argon2id$v=19$m=65536,t=3,p=4$zM5b5Y1BZ2mHgVDVgN2L4w$y3V1Jqv0cS2b1N7M0m5tX5o3mC9b8kq2y6Ww7Z0s4aE"


def normal(password: str) -> str:
    """One spelling for what different keyboards make of the same letters."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """To be called beside the loop: it takes tens of milliseconds and 64 MiB."""
    return HASHER.hash(normal(password))


def is_right(known: str, password: str) -> bool:
    try:
        return HASHER.verify(known, normal(password))
    except VerifyMismatchError:
        return False


def wrong_in(password: str, *, email: str, name: str, with_code: bool = False) -> Iterator[FieldProblem]:
    """What speaks against a new password of this account."""
    spelt = normal(password)
    shortest = SHORTEST_WITH_CODE if with_code else SHORTEST_ALONE
    if not shortest <= len(spelt) <= LONGEST:
        yield problem("password", "BAD_LENGTH", f"A password has {shortest} to {LONGEST} characters.")
    elif is_common(spelt):
        yield problem("password", "TOO_COMMON", "Others use this password: it is among the first that are guessed.")
    elif tells(spelt, email=email, name=name):
        yield problem("password", "TELLS_WHO", "A password does not hold your name or your e-mail address.")


def is_common(password: str) -> bool:
    """Listed, one of the listed repeated, a run of neighbours, or a few signs over and over."""
    found = folded(password)
    if len(set(found)) < FEWEST_SIGNS:  # also where all of it is signs that fold to nothing
        return len(set(password)) < FEWEST_SIGNS or not found
    return found in listed() or unit(found) in listed() or is_run(found)


def unit(text: str) -> str:
    """The shortest part that makes the text when it is repeated."""
    return text[: (text + text).find(text, 1)]


def is_run(text: str) -> bool:
    doubled = [run * 2 for run in RUNS]
    return any(text in run or text[::-1] in run for run in doubled)


def tells(password: str, *, email: str, name: str) -> bool:
    found = folded(password)
    own = [email.partition("@")[0], *name.split()]
    return any(part in found for part in (folded(one) for one in own) if len(part) >= TELLING)


def folded(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


@cache
def listed() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(folded(line) for line in lines if not line.startswith("#"))
