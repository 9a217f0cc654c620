"""Metrics, tables and the story of a run, for every surface alike."""
