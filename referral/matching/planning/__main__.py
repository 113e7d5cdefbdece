"""Answers one question in a process of its own: a plan takes much memory for a moment, and whoever serves has none."""

import gc
import sys

from referral.matching.planning import frames
from referral.matching.planning.answering import answer

if __name__ == "__main__":
    gc.disable()  # it ends before there is anything to tidy up
    wanted, terms = frames.asked(sys.stdin.buffer)
    sys.stdout.buffer.write(frames.of_answer(answer(wanted, terms)))
