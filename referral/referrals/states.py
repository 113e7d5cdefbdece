"""The life of a referral, as a table.

proposed -> offered -> viewed -> more_info -> accepted -> in_progress -> completed | failed
               any open offer -> declined | expired | recalled
"""

from referral.foundation.errors import AlreadyAnswered, Conflict
from referral.referrals.words import ReferralStatus

P, O, V, M, A, W, D, X, R, C, F = tuple(ReferralStatus)  # noqa: E741 - a table reads best in one letter each

NEXT: dict[ReferralStatus, frozenset[ReferralStatus]] = {
    P: frozenset({O, R}),
    O: frozenset({V, M, A, D, X, R}),
    V: frozenset({M, A, D, X, R}),
    M: frozenset({A, D, X, R}),
    A: frozenset({W, C, F, R}),
    W: frozenset({C, F, R}),
    D: frozenset(),
    X: frozenset(),
    R: frozenset(),
    C: frozenset(),
    F: frozenset(),
}
OPEN = frozenset({O, V, M})
AFTER_YES = frozenset({A, W})
LIVE = OPEN | AFTER_YES | {P}


def before(to: ReferralStatus) -> frozenset[ReferralStatus]:
    """From where a referral may become this."""
    return frozenset(status for status, nexts in NEXT.items() if to in nexts)


def advance(status: ReferralStatus, to: ReferralStatus) -> ReferralStatus:
    """The next status, or a refusal that says where the referral stands."""
    if to in NEXT[status]:
        return to
    if status in {A, W, C, F, D} and to in {A, D, M}:
        raise AlreadyAnswered("This offer has been answered already.")
    if status is M and to is M:
        raise Conflict("You have asked already, and the intake team sees your question. You can still say yes or no.")
    if status in {C, F} and to in {W, C, F}:
        raise AlreadyAnswered("What became of this referral has been recorded already.")
    raise Conflict(f"This referral is {status.value} and cannot become {to.value}.")
