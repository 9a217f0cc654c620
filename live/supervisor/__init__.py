"""The process beside the engine: starts and watches it, tells people, and can kill it when it hangs."""
