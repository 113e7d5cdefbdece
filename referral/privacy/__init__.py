"""Who may see what, as data."""
