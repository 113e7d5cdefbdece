"""Doors: each translates, calls one domain function, and translates back."""
