"""Any message an adapter or the desk can bring, for property tests."""

from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from brokers.contract import BarEvent, BrokerEvent, FillReport, OrderReport, OrderUpdate, PositionReport
from desk.orders import Bracket, Order, OrderEvent
from records.entries import KINDS
from records.inputs import Checkpoint, Owned, Start
from records.manifest import RunManifest
from records.steps import Step

NS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=20)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
ABOVE_0 = st.decimals(min_value=Decimal("1e-18"), max_value=10**9, allow_nan=False)

st.register_type_strategy(Decimal, DECIMALS)
st.register_type_strategy(float, st.floats())
st.register_type_strategy(int, NS)
st.register_type_strategy(str, TEXTS)

BRACKETS = st.builds(Bracket)
ORDERS: st.SearchStrategy[Order] = st.builds(
    Order,
    side=st.sampled_from((1, -1)),
    quantity=ABOVE_0,
    trigger=st.none(),
    bracket=st.none() | BRACKETS,
) | st.builds(Order, side=st.sampled_from((1, -1)), quantity=ABOVE_0, limit=st.none(), bracket=st.none())
st.register_type_strategy(Order, ORDERS)
EVENTS: st.SearchStrategy[Any] = st.one_of(*(st.builds(kind) for kind in get_args(OrderEvent)))
UPDATES = st.builds(OrderUpdate, event=EVENTS)
st.register_type_strategy(OrderUpdate, UPDATES)
CONTRACT: st.SearchStrategy[Any] = st.one_of(
    *(st.builds(kind) for kind in get_args(BrokerEvent) if kind is not OrderUpdate),
    UPDATES,
    st.builds(OrderReport, order=ORDERS, events=st.lists(EVENTS, max_size=3).map(tuple)),
    st.builds(FillReport, update=UPDATES),
    st.builds(PositionReport),
)
# Keys in order: which came first isn't part of a mapping's value.
VERSIONS = st.dictionaries(TEXTS, TEXTS, max_size=3).map(lambda known: dict(sorted(known.items())))
MANIFESTS = st.builds(RunManifest, versions=VERSIONS)
UNITS = st.dictionaries(TEXTS, DECIMALS, max_size=3).map(lambda known: dict(sorted(known.items())))
SPECIAL = (Start, Checkpoint, Step, Owned)
MESSAGES: st.SearchStrategy[Any] = st.one_of(
    st.builds(Start, manifest=MANIFESTS),
    st.builds(Checkpoint, data=st.binary(max_size=50)),
    st.builds(Owned, units=UNITS),
    *(st.builds(kind.message) for kind in KINDS.values() if kind.message not in SPECIAL),
)

BAR = BarEvent("BTCUSDT@binance", 60, 1_700_000_000, 100.0, 101.5, 99.25, 100.5, 12.5, 1_700_000_061)
