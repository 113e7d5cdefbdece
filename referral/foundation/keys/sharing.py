"""A secret in parts, of which any few give it back and one less tells nothing (Shamir, over the bytes' own field).

The field is the one of AES: bytes, added by XOR and multiplied modulo x^8 + x^4 + x^3 + x + 1.
"""

import secrets
from collections.abc import Mapping

MOST_PARTS = 255


def multiplied(one: int, other: int) -> int:
    """Multiply in the field; always the same eight steps, whatever the bytes."""
    product = 0
    for _ in range(8):
        product ^= one & -(other & 1)
        one = (one << 1) ^ (0x11B & -(one >> 7))
        other >>= 1
    return product


def inverse(one: int) -> int:
    """The byte that gives 1 when multiplied: its 254th power."""
    result = 1
    for _ in range(254):
        result = multiplied(result, one)
    return result


def split(secret: bytes, *, parts: int, needed: int) -> dict[int, bytes]:
    """The secret in parts by number, of which as many as are needed give it back."""
    if not 1 <= needed <= parts <= MOST_PARTS:
        raise ValueError(f"{needed} of {parts} parts cannot be made.")
    found = {number: bytearray() for number in range(1, parts + 1)}
    for byte in secret:
        curve = bytes([byte]) + secrets.token_bytes(needed - 1)
        for number, part in found.items():
            part.append(at(curve, number))
    return {number: bytes(part) for number, part in found.items()}


def at(curve: bytes, x: int) -> int:
    """Where a curve, given by its coefficients, stands at x."""
    height = 0
    for coefficient in reversed(curve):
        height = multiplied(height, x) ^ coefficient
    return height


def joined(parts: Mapping[int, bytes]) -> bytes:
    """The secret of these parts; of too few, or of parts of another secret, something else of the same length."""
    weights: dict[int, int] = {}
    for number in parts:
        weight = 1
        for other in parts:
            if other != number:
                weight = multiplied(weight, multiplied(other, inverse(other ^ number)))
        weights[number] = weight
    length = min(map(len, parts.values()))
    secret = bytearray(length)
    for place in range(length):
        for number, part in parts.items():
            secret[place] ^= multiplied(part[place], weights[number])
    return bytes(secret)
