# pyright: reportMissingTypeStubs=false
# (asyncpg ships no types)
"""What was sent to the database before, and still lies in memory.

The driver writes each question with its values into a small buffer, which is part of an object. Up to 256 of these
objects are not freed after use, but kept for the next question, as they are. So the words of a place that somebody
looked for stay in a process until as many questions at once have taken all of them.
"""

from asyncpg.pgproto import pgproto

KEPT_BY_DRIVER = 256
EVERY_ONE = 2 * KEPT_BY_DRIVER


def overwrite() -> None:
    """Take every buffer that the driver keeps, and give it back: whoever takes one finds it filled with zeros."""
    taken = [pgproto.WriteBuffer() for _ in range(EVERY_ONE)]
    taken.clear()
