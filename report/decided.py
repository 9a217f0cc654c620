"""What became of the signals: how many were bought, how many passed and why; what kept a run from trading."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from desk.pipeline import Pipeline
from desk.records import Action, Cap, Why
from market.bars import Panel
from report.numbers import plain
from strategies.signals import SignalKind

WHYS = {
    Why.LONG_ONLY: "shorts not allowed",
    Why.VETO: "vetoed by a filter",
    Why.RULE: "below a filter's min_p",
    Why.EMPTY: "no trusted filter answered",
    Why.P_LOW: "poor odds",
    Why.STATE: "stopped by a loss limit",
}
CAPS = {
    Cap.NONE: "less than one lot",
    Cap.RISK: "less than one lot within max_risk",
    Cap.NOTIONAL: "less than one lot within max_notional",
    Cap.POSITION: "max_position reached",
    Cap.GROSS: "max_gross reached",
    Cap.POWER: "not enough cash",
    Cap.MAX_QUANTITY: "less than one lot within max_quantity",
    Cap.MIN: "below the smallest order",
}
REMEDIES = {
    Why.LONG_ONLY: "Every entry is a short, and risk.long_only = true forbids those.",
    Why.VETO: "A filter vetoed every entry: --no-filters shows the strategy without it.",
    Why.RULE: "A filter's min_p stopped every entry: lower it; --no-filters shows the strategy without it.",
    Why.EMPTY: 'No trusted filter answered: decision.on_empty = "half" or "pass" trades all the same.',
    Why.P_LOW: (
        "The filters found the odds of every entry too poor: --no-filters shows the strategy without them."
    ),
    Why.STATE: "A loss limit of [risk] had stopped new entries: raise it, or ask why it was reached.",
}


class Hint(NamedTuple):
    """A sentence in English with {places}, and what stands in them."""

    text: str
    values: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Decided:
    """Signals by what the desk decided; passed = the sum of ``reasons``, (why, count), most frequent first.
    hints: what keeps a run from trading, and the remedy."""

    signals: int
    bought: int
    passed: int
    held: int
    sold: int
    reasons: Sequence[tuple[str, int]] = ()
    hints: Sequence[Hint] = field(default=())


def what_was_decided(
    signals: NDArray[np.void], decisions: NDArray[np.void], n_fills: int, panel: Panel, pipeline: Pipeline
) -> Decided:
    """signals: SIGNAL, decisions: DECISION, shape (n_signals,) both."""
    actions = {each: int(np.count_nonzero(decisions["action"] == each)) for each in Action}
    passed = decisions["action"] == Action.PASS
    pairs = zip(decisions["why"][passed].tolist(), decisions["cap"][passed].tolist(), strict=True)
    reasons = Counter(reason(why, cap) for why, cap in pairs).most_common()
    hints = _warm_up(panel, pipeline)
    if not hints and not n_fills:
        hints = [_idle(signals, decisions, panel, pipeline)]
    return Decided(
        len(decisions), actions[Action.BUY], actions[Action.PASS], actions[Action.HOLD], actions[Action.SELL],
        reasons, hints,
    )  # fmt: skip


def reason(why: int, cap: int) -> str:
    """Why a signal was passed, in a few words."""
    if why == Why.SIZE:
        return CAPS.get(Cap(cap)) or Cap(cap).name.lower().replace("_", " ")
    return WHYS.get(Why(why)) or Why(why).name.lower().replace("_", " ")


def _warm_up(panel: Panel, pipeline: Pipeline) -> list[Hint]:
    """Strategies and filters that need more bars than there are."""
    said = (
        "{name} needs {needed} bars to warm up, and the data have {bars}: give more data or shorter lengths."
    )
    needs = [(name, strategy.warmup) for name, strategy in pipeline.strategies]
    needs += [(each.name, each.warmup) for each in pipeline.filters]
    return [
        Hint(said, {"name": name, "needed": f"{needed:,}", "bars": f"{len(panel):,}"})
        for name, needed in needs
        if needed >= len(panel)
    ]


def _idle(signals: NDArray[np.void], decisions: NDArray[np.void], panel: Panel, pipeline: Pipeline) -> Hint:
    """Why nothing was traded, and what would change that."""
    enters = signals["kind"] == SignalKind.ENTER
    if not enters.any():
        return Hint("The strategy never asked to enter: other parameters or a longer period may.")
    if (decisions["action"] == Action.BUY).any():
        return Hint("What was ordered never filled: no price reached it before the orders or the data ended.")
    passed = decisions[enters & (decisions["action"] == Action.PASS)]
    why = Counter(passed["why"].tolist()).most_common(1)[0][0] if len(passed) else Why.NONE
    if why != Why.SIZE:
        return Hint(REMEDIES.get(Why(why), "No entry was allowed."))
    first = int(np.flatnonzero(enters & (decisions["why"] == Why.SIZE))[0])
    return _too_small(signals[first], Cap(int(decisions["cap"][first])), panel, pipeline)


def _too_small(signal: np.void, cap: Cap, panel: Panel, pipeline: Pipeline) -> Hint:
    """What one lot costs and what there is."""
    one = panel.instruments[signal["instrument"]]
    price = float(panel.close[signal["bar"], signal["instrument"]])
    values = {
        "instrument": one.id, "symbol": one.symbol, "lot": plain(one.lot), "currency": one.quote,
        "value": f"{price * one.lot * one.multiplier:,.2f}", "cash": f"{pipeline.rules.cash:,.2f}",
        "finer": plain(one.lot / 1000), "quantity": plain(one.min_quantity),
        "notional": plain(one.min_notional),
    }  # fmt: skip
    if cap == Cap.MIN:
        return Hint(
            "Orders of {instrument} below {quantity} units or {notional} {currency} can't be sent: give more "
            "cash or larger sizes ([sizing]).", values,
        )  # fmt: skip
    if cap in (Cap.POSITION, Cap.GROSS):
        return Hint("A limit of [risk] leaves no room for one lot: raise max_position or max_gross.", values)
    return Hint(
        "One lot of {instrument} (lot = {lot}) was {value} {currency} at the first signal, more than the "
        "size asked for of an account of {cash} {currency}: give more cash, larger sizes ([sizing]), or, "
        "where it trades in finer steps, [instruments.{symbol}] lot = {finer}.", values,
    )  # fmt: skip
