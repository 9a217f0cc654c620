"""Maemae beside its peers: same arrays, one run, every result equal to its reference or the run fails."""
