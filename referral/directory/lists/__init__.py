"""Lists come in: rows written, left out, kept as agreed, and what that changes."""
