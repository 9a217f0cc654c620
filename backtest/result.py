"""``Result``: what a backtest found, as figures, pandas frames, JSON, a report and a vectorbt portfolio."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.plan import Plan
from backtest.tables import Columns, columns, decision_columns, trade_columns
from desk.pipeline import Reading
from desk.run import DeskRun
from market.bars import Floats
from report import metrics
from report.assumptions import assumptions
from report.cards import FilterCard, filter_cards
from report.decided import Decided, what_was_decided
from report.learning import Learned, what_was_learned
from report.run_report import Band, CostRow, RunReport, TradeLine, largest_share, worst_trades
from report.summary import curve_figures, summarise

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Result:
    """run: the base fold. costs, band, unfiltered, held (the figures of buy and hold): what lies around it,
    absent when it was not asked for. timing: seconds under the names of the JSON."""

    plan: Plan
    reading: Reading
    run: DeskRun
    timing: dict[str, float]
    costs: Sequence[CostRow] = ()
    band: Band | None = None
    unfiltered: Mapping[str, Any] | None = None
    held: Mapping[str, Any] | None = None

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures under the names of the JSON; ``ambiguity_band`` is None without the extra folds."""
        return {**summary_of(self.plan, self.run), "ambiguity_band": self.band}

    @cached_property
    def cards(self) -> tuple[FilterCard, ...]:
        """A score card per filter."""
        rules = self.plan.pipeline.rules.strategies[0].decision.filters
        reading, run = self.reading, self.run
        return filter_cards(
            reading.signals, reading.opinions, reading.labels, run.decisions, rules, run.book.learners
        )

    @cached_property
    def learned(self) -> tuple[Learned, ...]:
        """What each strategy's learner made of its signals; empty when no filter learns."""
        plan, run = self.plan, self.run
        rules = plan.pipeline.rules.strategies[0].decision.filters
        rows = self.reading.signals.rows
        return what_was_learned(
            rows, run.decisions, run.book.learners, rules, plan.strategy_names, plan.panel.ts
        )

    @cached_property
    def assumptions(self) -> list[tuple[str, str]]:
        """(what, said) lines in English; a report in another language says them anew."""
        return assumptions(self.plan.panel, self.plan.pipeline, self.plan.source)

    @cached_property
    def decided(self) -> Decided:
        """What became of the signals, and why nothing was traded, if so."""
        rows, run = self.reading.signals.rows, self.run
        return what_was_decided(rows, run.decisions, len(run.fills), self.plan.panel, self.plan.pipeline)

    @cached_property
    def worst(self) -> tuple[TradeLine, ...]:
        """The trades that lost most, worst first."""
        return worst_trades(self.run.trades, self.plan.panel, self.plan.strategy_names)

    @cached_property
    def capacity(self) -> float:
        """The largest fraction of a bar's volume that one fill took; NaN where volume is unknown."""
        return largest_share(self.run.fills, self.plan.panel)

    @cached_property
    def benchmark(self) -> Mapping[str, Any]:
        """Buy and hold of every instrument in equal shares, entry costs paid."""
        return self.held if self.held is not None else buy_and_hold_of(self.plan)

    @cached_property
    def months(self) -> list[tuple[str, float]]:
        """("2024-03", return as a fraction) by months of the account's days."""
        plan = self.plan
        return metrics.monthly_returns(
            plan.panel.ts, self.run.equity, plan.pipeline.rules.cash, plan.calendar
        )

    @property
    def equity(self) -> Floats:
        """Account value at each close, shape (n_bars,)."""
        return self.run.equity

    # pandas, for people ----------------------------------------------------------------------

    @cached_property
    def equity_series(self) -> "pd.Series[float]":
        """``equity`` by the open of each bar, UTC."""
        import pandas as pd

        index = pd.DatetimeIndex(self.plan.panel.ts.astype("datetime64[ns]"), tz="UTC", name="time")
        return pd.Series(self.run.equity, index, name="equity")

    @cached_property
    def trades_frame(self) -> "pd.DataFrame":
        """Closed trades; ``fees`` are commissions alone, ``taxes`` those on sales, as in the summary."""
        return _as_frame(trade_columns(self.run, self.plan))

    @cached_property
    def fills_frame(self) -> "pd.DataFrame":
        return _as_frame(columns(self.run.fills, self.plan.panel, self.plan.strategy_names))

    @cached_property
    def orders_frame(self) -> "pd.DataFrame":
        return _as_frame(columns(self.run.orders, self.plan.panel, self.plan.strategy_names))

    @cached_property
    def decisions_frame(self) -> "pd.DataFrame":
        """One row per signal, with every filter's answer under ``p_<filter>``."""
        frame = _as_frame(decision_columns(self.run, self.reading, self.plan))
        for column, name in enumerate(self.reading.opinions.names):
            frame[f"p_{name}"] = self.reading.opinions.p[:, column]
        return frame

    # elsewhere -------------------------------------------------------------------------------

    def report(self, language: str = "en") -> RunReport:
        """Everything a report says, its assumptions in ``language``; needs the extra folds."""
        if self.band is None:
            raise ValueError("this result has no extra folds; run backtest(plan) with variants=True.")
        plan = self.plan
        return RunReport(
            title=plan.name,
            run=plan.manifest.id,
            calendar=plan.calendar,
            currency=plan.panel.instruments[0].quote,
            assumptions=assumptions(plan.panel, plan.pipeline, plan.source, language),
            summary=self.summary,
            benchmark=self.benchmark,
            unfiltered=self.unfiltered,
            decided=self.decided,
            cards=self.cards,
            learned=self.learned,
            costs=self.costs,
            band=self.band,
            months=self.months,
            worst=self.worst,
            capacity=self.capacity,
            timing=self.timing,
        )

    def to_json(self, include: Sequence[str] = ()) -> dict[str, Any]:
        """Plain values, NaN as None. include: any of "trades", "orders", "fills", "equity", "decisions"."""
        from backtest.output import result_to_json

        return result_to_json(self, include)

    def to_vectorbt(self) -> Any:
        """A ``vectorbt.Portfolio`` built from the fills; its value is ours where vectorbt can say it."""
        from backtest.to_vectorbt import portfolio_of

        return portfolio_of(self)


def buy_and_hold_of(plan: Plan) -> dict[str, Any]:
    """The figures of buying every instrument in equal shares at its first open and holding it."""
    panel, cash = plan.panel, plan.pipeline.rules.cash
    costs = np.array([each.fees.taker + each.slippage for each in panel.instruments])
    equity = metrics.buy_and_hold(panel.open, panel.close, costs, cash)
    return curve_figures(panel.ts, panel.timeframe, equity, cash, plan.calendar.zone)


def summary_of(plan: Plan, run: DeskRun) -> dict[str, Any]:
    """The figures of one fold of the plan's desk."""
    panel, cash = plan.panel, plan.pipeline.rules.cash
    return summarise(
        panel.ts, panel.timeframe, run.equity, cash, run.trades, len(run.fills), run.account,
        plan.calendar.zone,
    )  # fmt: skip


def _as_frame(found: Columns) -> "pd.DataFrame":
    """The columns with one value a record; times as such."""
    import pandas as pd

    frame = pd.DataFrame({name: values for name, values in found.items() if values.ndim == 1})
    for name in frame.columns:
        if name.endswith("time"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame
