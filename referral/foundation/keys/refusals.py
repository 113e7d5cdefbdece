"""How do keys say no?

KeyFileUnusable     said to the operator: files that cannot be trusted, or are not there
SealBroken          a bug or somebody's hand: a wrong key, or a row that was changed
KeyElsewhere        this process holds no private keys, by design
└── NoKeyNow        nor this week's public one, which it should
KeyDestroyed        the week's key is gone for good, and with it what was sealed under it
"""

from referral.foundation.errors import NotFound, Refused


class KeyFileUnusable(Exception):  # noqa: N818 - said to the operator as a sentence
    """The key files cannot be trusted or read; the message says what to do."""


class SealBroken(Exception):  # noqa: N818 - never an answer to anyone: wrong key, or the row was tampered with
    """A sealed value did not open."""


class KeyElsewhere(Refused):
    """What was asked can only be opened where the private keys are."""

    code = "KEYS_ELSEWHERE"

    def __init__(self, message: str = "This cannot be opened at this address. Open the link in the letter.") -> None:
        super().__init__(message)


class NoKeyNow(KeyElsewhere):
    """The public half of this week is missing, so nothing can be taken in."""

    code = "UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("Nothing can be taken in at the moment. Please try again later.")


class KeyDestroyed(NotFound):
    """Nobody can read it any more."""

    def __init__(self) -> None:
        super().__init__("This can no longer be read: its key has been destroyed.")
