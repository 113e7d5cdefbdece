"""WHO CAN HELP: organizations, their services at places, languages, and what they say about being open."""
