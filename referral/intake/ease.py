"""Was the form easy? One tap after sending, counted by week, language and version of the questions; tied to nobody."""

from referral.foundation.db import Tx, execute
from referral.foundation.vocabulary import Word
from referral.intake.asking import questions


class Ease(Word):
    """How the form was, in the words of whoever has sent it."""

    YES = "yes", "It was easy."
    SO_SO = "so_so", "It was neither easy nor hard."
    NO = "no", "It was not easy."


async def count(tx: Tx, said: Ease, language: str) -> None:
    """One more who said so of the form in this language."""
    await execute(tx, "SELECT claim.count_ease($1, $2, $3)", language, questions.VERSION, said.value)
