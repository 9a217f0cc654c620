"""The shipped filter agents: name → where its class lives. One line each."""

from typing import Any

from filters.base import Filter
from strategies.load import load

FILTERS = {
    "technical": "filters.technical:TechnicalFilter",
    "regime": "filters.regime:MarketRegimeFilter",
}


def load_filter(name: str, parameters: dict[str, Any]) -> Filter:
    """A shipped filter by name, or a user's by ``path/File.py[:Class]``, with its parameters."""
    found: Filter = load("filter", name, parameters, FILTERS, ("assess", "explain"))
    return found
