"""How the house says no.

    Refused                 an expected "no"; doors turn it into words
    ├── ValidationFailed    something in the input is wrong; names each field
    ├── NotFound            there is no such thing, or it is not yours
    ├── Conflict            true a moment ago, or said differently before
    │   └── AlreadyAnswered somebody has answered this offer
    ├── Expired             the clock ran out
    ├── NoCapacity          every stated place is taken or held
    ├── NotAllowed          the actor may not do this
    └── RateLimited         too many in too short a time

Everything else is a bug and is allowed to crash.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """One thing wrong with one field: where it stands, a stable code, and a sentence for a person."""

    path: tuple[str, ...]
    code: str
    message: str


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An expected "no". `code` is stable for programs; the message is for people and holds nobody's data.

    `path` names the argument it is about, where there is one.
    """

    code: ClassVar[str] = "REFUSED"
    path: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return str(self.args[0]) if self.args else self.code


class ValidationFailed(Refused):
    """The input has problems; each names its field. Nothing was written."""

    code = "VALIDATION_FAILED"

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("Some of what was sent cannot be used. See fields.")


class NotFound(Refused):
    """There is no such thing, or it is not the caller's to see."""

    code = "NOT_FOUND"


class Conflict(Refused):
    """What was asked contradicts what is already so."""

    code = "CONFLICT"


class AlreadyAnswered(Conflict):
    """The offer has had its answer."""

    code = "ALREADY_ANSWERED"


class IdempotencyKeyReused(Conflict):
    """The same idempotency key came with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"
    path = ("idempotency_key",)


class Expired(Refused):
    """The link or the offer is past its time."""

    code = "EXPIRED"


class NoCapacity(Refused):
    """Every stated place is taken or held."""

    code = "NO_CAPACITY"


class NotAllowed(Refused):
    """The actor may not do this."""

    code = "NOT_ALLOWED"


class RateLimited(Refused):
    """Too many in too short a time; try again after `retry_after_seconds`."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


def problem(path: str, code: str, message: str) -> FieldProblem:
    """A field problem from a dotted path: `problem("near.text", "UNKNOWN_PLACE", "...")`."""
    return FieldProblem(path=tuple(path.split(".")), code=code, message=message)


@contextmanager
def naming(path: str) -> Generator[None]:
    """Say of every refusal inside which argument it is about."""
    try:
        yield
    except Refused as refusal:
        refusal.path = refusal.path or tuple(path.split("."))
        raise
