"""Filter agents: how likely is each signal to win? One kind of evidence per file."""
