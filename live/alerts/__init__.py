"""Alerts: what happened, to people, at the loudness they chose, whatever the network does."""
