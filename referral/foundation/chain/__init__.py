"""THE AUDIT TRAIL, LINKED: each act is chained to the one before, and how far the chain has come is signed outside."""
