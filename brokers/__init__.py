"""Orders out, events and fills back: one venue per file, one contract."""
