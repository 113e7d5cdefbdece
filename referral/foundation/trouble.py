"""What may be written down about a failure: its type and where it happened. Never its text, which may name a person."""

import traceback
from pathlib import Path

FRAMES = 6


def traced(error: BaseException) -> str:
    """The type of an error and the innermost places it came through: `ValueError at search.py:80 < public.py:66`."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
