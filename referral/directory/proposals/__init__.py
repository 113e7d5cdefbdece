"""What a provider says its listing should say, and what staff make of it."""
