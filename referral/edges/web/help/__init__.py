"""Seeking asylum? The form, one question on a page, and all that belongs to it."""
