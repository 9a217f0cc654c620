"""Strategies: market in, ``Signals`` out. One idea per file."""
