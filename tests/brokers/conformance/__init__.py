"""The laws of the broker contract, each a small scene that every adapter plays.

A case that needs a capability is skipped where the adapter doesn't declare it; "wire" is a network between
the adapter and its venue. ``python -m tests.brokers.conformance`` prints the table.
"""

from tests.brokers.conformance import (
    accounts,
    bars,
    instruments,
    keys,
    lost_answers,
    orders,
    refusals,
    streams,
)
from tests.brokers.conformance.cases import CASES, Case

THEMES = (orders, refusals, lost_answers, keys, streams, bars, accounts, instruments)
__all__ = ["CASES", "THEMES", "Case"]
