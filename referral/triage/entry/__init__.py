"""How do staff come in? By a passkey, by a password with or without a code, or through another house's door."""
