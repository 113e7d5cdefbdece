"""Under which keys is what is sealed? Counted by epoch, sealed anew while people come in, given up with its key."""
