"""How what is listed is kept true: checked, asked for, reported, merged, located, hidden."""
