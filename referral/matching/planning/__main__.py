"""Answers one question in a process of its own: a plan takes much memory for a moment, and whoever serves has none."""

import sys

from referral.matching.planning import frames
from referral.matching.planning.answering import answer

if __name__ == "__main__":
    wanted, terms = frames.asked(sys.stdin.buffer)
    sys.stdout.buffer.write(frames.of_answer(answer(wanted, terms)))
