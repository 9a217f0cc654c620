"""Digests of what a pipeline and its desk say, field by field, so that padding bytes don't count."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Pipeline, Reading
from desk.run import run_desk
from market.bars import Panel


def digest(array: NDArray[Any]) -> str:
    """A short hash of an array's values; structured arrays by field."""
    found = hashlib.blake2b(digest_size=16)
    names = array.dtype.names
    for column in [array[name] for name in names] if names else [array]:
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def digests(pipeline: Pipeline, panel: Panel, reading: Reading) -> dict[str, str]:
    """Of signals, opinions, labels, decisions, orders, fills, trades and equity on the whole panel."""
    run = run_desk(panel, reading, pipeline.rules)
    parts = {
        "signals": reading.signals.rows,
        "opinions (p)": reading.opinions.p,
        "opinions (status)": reading.opinions.status,
        "labels": reading.labels,
        "decisions": run.decisions,
        "orders": run.orders,
        "fills": run.fills,
        "trades": run.trades,
        "equity": run.equity,
    }
    return {name: digest(array) for name, array in parts.items()}
