"""WHO ASKS: the questions, the answers made safe, the request and its receipt."""
