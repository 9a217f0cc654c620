"""W1-full: the whole pipeline, busy, on the bars of W1; against vectorbt's W1, which is bare."""

from collections.abc import Iterator

import numpy as np

from benchmarks import ours, peers
from benchmarks.arrays import Market, minute_market
from benchmarks.child import peak_mb
from benchmarks.measure import interleaved, ratio
from benchmarks.ours import Setup, answer_of
from benchmarks.reference import CASH
from benchmarks.step import same_books, stepped
from benchmarks.table import Row
from desk.records import Action, Why
from desk.run import DeskRun, run_desk

MINE = "from benchmarks import ours, arrays; ours.w1_full(arrays.minute_market()).whole()"
LEAST_FILLS = 30_000
STEPPED_BARS = 50_000


def rows() -> Iterator[Row]:
    market = minute_market()
    setup = ours.w1_full(market)
    run = setup.whole()
    sides = interleaved({"maemae": ours.answers(setup.whole), "vectorbt": lambda: peers.vectorbt_w1(market)})
    we, they = sides["maemae"], sides["vectorbt"]
    busy = len(run.fills) >= LEAST_FILLS and every_pass_is_sized(run)
    right = busy and ledger_adds_up(run, setup) and same_stepped(market) and we.answer.agrees(answer_of(run))
    note = f"{we.answer}; {told(run)}"
    yield Row("W1-full", "vectorbt 1.2 auto, bare W1", we.user_s, they.user_s, ratio(we, they), 1.0,
              right, peak_mb(MINE), note)  # fmt: skip


def every_pass_is_sized(run: DeskRun) -> bool:
    """No signal got past the filters only to be too small to trade."""
    bought = run.decisions[run.decisions["action"] == Action.BUY]
    return not (run.decisions["why"] == Why.SIZE).any() and bool((bought["lots"] >= 1).all())


def ledger_adds_up(run: DeskRun, setup: Setup) -> bool:
    """Cash from the fills alone, and what is still held at the last close, are the last equity."""
    fills, lot = run.fills, setup.panel.instruments[0].lot
    signed = fills["side"] * fills["lots"] * lot
    cash = CASH - (signed * fills["price"]).sum() - fills["fee"].sum() - fills["tax"].sum()
    equity = cash + signed.sum() * setup.panel.close[-1, 0]
    return bool(np.isclose(run.equity[-1], equity, rtol=1e-9, atol=0.0))


def same_stepped(market: Market) -> bool:
    """The same desk stepped from Python, one bar at a time, ends with every byte of its book the same."""
    setup = ours.w1_full(market.head(STEPPED_BARS))
    reading = setup.pipeline.read(setup.panel)
    batch = run_desk(setup.panel, reading, setup.pipeline.rules)
    return same_books(stepped(setup, reading), batch.book)


def told(run: DeskRun) -> str:
    """What was decided, so that the reader sees a desk at work."""
    actions = {action.name: int((run.decisions["action"] == action).sum()) for action in Action}
    whys = {why.name: int((run.decisions["why"] == why).sum()) for why in Why if why}
    named = [f"{count:,} {name}" for name, count in (actions | whys).items() if count]
    return ", ".join(named)
