"""The desk: one deterministic state machine for everything that depends on positions, money or learning."""
