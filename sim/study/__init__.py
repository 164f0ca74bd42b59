"""Many worlds: pairs, estimates, ensembles over worlds, and the folders results live in."""
