"""How does a question reach another process, and its answer come back? In pieces, each with its length before it."""

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from referral.matching.planning.question import Answer, Terms, Wanted

LENGTH = struct.Struct(">I")


def of_terms(terms: Terms) -> bytes:
    return framed(msgspec.msgpack.encode(terms))


def of_wanted(some: Sequence[Wanted]) -> bytes:
    return framed(msgspec.msgpack.encode(some))


def of_answer(answer: Answer) -> bytes:
    return msgspec.msgpack.encode(answer)


def framed(body: bytes) -> bytes:
    return LENGTH.pack(len(body)) + body


def asked(stream: BinaryIO) -> tuple[list[Wanted], Terms]:
    """The question: its terms, then the requests, some at a time."""
    bodies = unframed(stream)
    terms = msgspec.msgpack.decode(next(bodies), type=Terms)
    some = msgspec.msgpack.Decoder(list[Wanted])
    return [one for body in bodies for one in some.decode(body)], terms


def unframed(stream: BinaryIO) -> Iterator[bytes]:
    while head := stream.read(LENGTH.size):
        yield stream.read(LENGTH.unpack(head)[0])


def answered(body: bytes) -> Answer:
    return msgspec.msgpack.decode(body, type=Answer)
