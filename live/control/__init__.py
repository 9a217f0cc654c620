"""The surface between the engine and everything that steers or watches it."""
