"""Who matches what somebody looks for? Pages of listings, and counts under the other filters."""
