"""Can this be read on that? The ratio of two colours' light, as WCAG 2 counts it."""

import re

HEX = re.compile(r"#[0-9a-fA-F]{6}")
LEAST_FOR_WORDS = 4.5  # WCAG 2.2, 1.4.3 (AA)
LEAST_FOR_EDGES = 3.0  # 1.4.11: what shows where a control is
WHITE = "#ffffff"


def is_colour(written: str) -> bool:
    return HEX.fullmatch(written) is not None


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of #rrggbb."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """How light a colour is: 0 for black, 1 for white."""
    shares = (channel / 255 for channel in channels(colour))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """So much of the other colour in this one."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)
