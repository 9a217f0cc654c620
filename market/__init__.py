"""Market facts: instruments, bars, the catalog, indicators (``ta``), labels, errors."""
