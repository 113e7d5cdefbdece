"""How the domain's refusals are answered: as a member of a mutation's result union, or as a coded error."""

from collections.abc import Iterable

import strawberry
from strawberry.utils.str_converters import to_camel_case

from referral.edges.graphql.request_types import Match
from referral.edges.graphql.scalars import described
from referral.foundation import errors
from referral.foundation.errors import (
    Conflict,
    Expired,
    NoCapacity,
    NotFound,
    RateLimited,
    Refused,
    ValidationFailed,
)


@strawberry.interface(description="An expected no.")
class Problem:
    code: str = described("Stable, for programs.")
    message: str = described("For people. Holds nobody's data.")


@strawberry.type(description="One thing wrong with one field.")
class FieldProblem:
    path: list[str] = described("Where the field stands in what was sent: [near, text].")
    code: str = described("Stable, for programs.")
    message: str = described("For people: what to do.")


@strawberry.type(description="Something in the input is wrong. Nothing was written.")
class ValidationProblem(Problem):
    fields: list[FieldProblem] = described("Every field that is wrong.")


@strawberry.type(description="There is no such thing, or it is not the caller's to see.")
class NotFoundProblem(Problem):
    path: list[str] = described("The argument it is about; empty if none.")


@strawberry.type(description="What was asked contradicts what is already so.")
class ConflictProblem(Problem):
    path: list[str] = described("The argument it is about; empty if none.")


@strawberry.type(description="The link or the offer is past its time.")
class ExpiredProblem(Problem):
    path: list[str] = described("The argument it is about; empty if none.")


@strawberry.type(description="Every stated place is taken or held.")
class NoCapacityProblem(Problem):
    alternatives: list[Match] = described("Other providers that could take the request now, best first.")


@strawberry.type(description="Too many in too short a time.")
class RateLimitedProblem(Problem):
    retry_after_seconds: int = described("When to try again.")


class OfValidation(strawberry.ExceptionHandler[ValidationFailed, ValidationProblem]):
    def handle(self, exception: ValidationFailed, *, field: object, info: object) -> ValidationProblem:  # noqa: ARG002
        return ValidationProblem(
            code=exception.code, message=exception.message, fields=field_problems(exception.problems)
        )


class OfNotFound(strawberry.ExceptionHandler[NotFound, NotFoundProblem]):
    def handle(self, exception: NotFound, *, field: object, info: object) -> NotFoundProblem:  # noqa: ARG002
        return NotFoundProblem(code=exception.code, message=exception.message, path=spelled(exception.path))


class OfConflict(strawberry.ExceptionHandler[Conflict, ConflictProblem]):
    def handle(self, exception: Conflict, *, field: object, info: object) -> ConflictProblem:  # noqa: ARG002
        return ConflictProblem(code=exception.code, message=exception.message, path=spelled(exception.path))


class OfExpired(strawberry.ExceptionHandler[Expired, ExpiredProblem]):
    def handle(self, exception: Expired, *, field: object, info: object) -> ExpiredProblem:  # noqa: ARG002
        return ExpiredProblem(code=exception.code, message=exception.message, path=spelled(exception.path))


class OfNoCapacity(strawberry.ExceptionHandler[NoCapacity, NoCapacityProblem]):
    def handle(self, exception: NoCapacity, *, field: object, info: object) -> NoCapacityProblem:  # noqa: ARG002
        return NoCapacityProblem(code=exception.code, message=exception.message, alternatives=[])


class OfRateLimit(strawberry.ExceptionHandler[RateLimited, RateLimitedProblem]):
    def handle(self, exception: RateLimited, *, field: object, info: object) -> RateLimitedProblem:  # noqa: ARG002
        return RateLimitedProblem(
            code=exception.code, message=exception.message, retry_after_seconds=exception.retry_after_seconds
        )


HANDLERS = (OfValidation(), OfNotFound(), OfConflict(), OfExpired(), OfNoCapacity(), OfRateLimit())


def field_problems(problems: Iterable[errors.FieldProblem]) -> list[FieldProblem]:
    return [FieldProblem(path=spelled(one.path), code=one.code, message=one.message) for one in problems]


def spelled(path: Iterable[str]) -> list[str]:
    """A path as the schema spells it."""
    return [to_camel_case(part) for part in path]


def extensions_of(refusal: Refused) -> dict[str, object]:
    """What a coded error carries where a field has no union to answer with."""
    said: dict[str, object] = {"code": refusal.code}
    if refusal.path:
        said["path"] = spelled(refusal.path)
    if isinstance(refusal, ValidationFailed):
        said["fields"] = [
            {"path": spelled(one.path), "code": one.code, "message": one.message} for one in refusal.problems
        ]
    if isinstance(refusal, RateLimited):
        said["retryAfterSeconds"] = refusal.retry_after_seconds
    return said
