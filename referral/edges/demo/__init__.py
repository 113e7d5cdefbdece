"""A running system on real offices and fictional people, and the story of one of them."""
