"""THE KEYS: a pair for each week, wrapped by a root key, kept in a folder, brought back by people when all is lost."""
