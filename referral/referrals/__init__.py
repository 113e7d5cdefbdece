"""THE HAND-OVER: an offer to one provider, its answer, and what became of it."""
