"""OTHER ORGANIZATIONS: the applications that speak for them, and their keys."""
