"""The bars of one instrument with what was traded in them."""

from math import nan

from live.control.answers import Chart, Mark, Position
from live.reading import History
from live.views.orders import OrderViews

MOST = 1000  # bars


def chart_of(
    history: History, instrument: str, bars: int, orders: OrderViews, held: Position | None
) -> Chart:
    """The newest ``bars`` closed bars that the instrument has, oldest first."""
    column = [one.id for one in history.instruments].index(instrument)
    if not len(history):
        return Chart(instrument, history.timeframe, (), (), (), (), ())
    found, _ = history.panel.bars(column)
    newest = slice(-min(max(bars, 1), MOST), None)
    ts = tuple(found.ts[newest].tolist())
    first = ts[0] if ts else 0
    return Chart(
        instrument,
        history.timeframe,
        ts,
        open=tuple(found.open[newest].tolist()),
        high=tuple(found.high[newest].tolist()),
        low=tuple(found.low[newest].tolist()),
        close=tuple(found.close[newest].tolist()),
        marks=tuple(mark for mark in _marks(orders, instrument) if mark.ts >= first),
        entry=held.entry if held else nan,
        stop=held.stop if held else nan,
        target=held.target if held else nan,
    )


def _marks(orders: OrderViews, instrument: str) -> list[Mark]:
    told = [
        fill for each in orders.known.values() if each.order.instrument == instrument for fill in each.fills
    ]
    told += [fill for fills in orders.barriers.values() for fill in fills if fill.instrument == instrument]
    return sorted((Mark(fill.ts, float(fill.price), fill.side) for fill in told), key=lambda mark: mark.ts)
