"""WHO COULD HELP THIS PERSON: rules, points and reasons. Pure where it decides, SQL only where it narrows."""
