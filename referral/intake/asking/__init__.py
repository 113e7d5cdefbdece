"""WHAT A PERSON IS ASKED: the questions as data, the way through them, and what the answers make."""
