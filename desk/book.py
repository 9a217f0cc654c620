"""The Book: all state of the desk in numpy records, and how it is opened from instruments and rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from desk.records import CORES, DECISION, FILL, MAX_ORDERS, ORDER, TRADE, B, F, I
from desk.rules import MAX_FILTERS, Act, DeskRules, StrategyRules
from market.costs import COSTS, costs_of
from market.days import day_offset
from market.errors import ConfigError
from market.instruments import Instrument

# What one visit of a position can write at most: cancel all, send all, fill all.
VISIT_ORDERS, VISIT_FILLS, VISIT_TRADES = 4 * MAX_ORDERS, 2 * MAX_ORDERS, 4
ORDER_SLOT = np.dtype(
    [
        ("id", I),
        ("lots", I),
        ("filled", I),
        ("seq", I),
        ("expires", I),  # bar at whose emission it expires, -1 = never
        ("price", F),
        ("live", B),
        ("kind", B),
        ("side", B),
        ("reduces", B),
        ("reason", B),
    ],
    align=True,
)
PLAN = np.dtype(
    [
        ("next_bar", I),  # bar the next slice is for, -1 = nothing left to send
        ("lots", I),  # in total
        ("unsent", I),
        ("slice", I),  # the next one's number
        ("slices", I),
        ("every", I),
        ("expires", I),
        ("seq", I),
        ("price", F),  # of a LIMIT or STOP, or the reference of a ladder
        ("style", B),
        ("kind", B),
        ("side", B),
        ("reason", B),
    ],
    align=True,
)
POSITION = np.dtype(
    [
        ("floor", F),  # nothing happens inside a bar while low > floor and high < ceiling
        ("ceiling", F),
        ("lots", I),
        ("working", I),  # live orders
        ("working_exits", I),
        ("entry_bar", I),
        ("added_bar", I),
        ("barrier_bar", I),  # the last bar on which a barrier took it
        ("horizon", I),
        ("seq", I),
        ("spoken", I),  # signed lots held and asked for, as counted into the exposure
        ("alive", I),  # labels alive at once, and the sum that gives their uniqueness
        ("alive_since", I),
        ("alive_sum", F),
        ("avg", F),
        ("stop", F),  # as the signal said
        ("target", F),
        ("trail", F),
        ("best", F),
        # barriers of the entry that is being worked; they hold once it opens the position
        ("asked_stop", F),
        ("asked_target", F),
        ("asked_trail", F),
        ("asked_horizon", I),
        ("trade_cash", F),
        ("trade_fees", F),
        ("trade_out", F),  # price times lots on the way out
        ("trade_best", F),
        ("trade_worst", F),
        ("trade_lots", I),
        ("trade_closed", I),
        ("entry", PLAN),
        ("exit", PLAN),
        ("orders", ORDER_SLOT, (MAX_ORDERS,)),
        ("unit", B),
        ("asked_unit", B),
        ("instrument", np.int32),
        ("strategy", np.int32),
        ("outcome", B),
    ],
    align=True,
)
INSTRUMENT = np.dtype(
    [
        ("last", F),
        ("volume", F),  # of the newest bar, and of the one before it
        ("past_volume", F),
        ("budget_bar", I),  # the bar that the budgets are for
        ("open_budget", I),
        ("inside_budget", I),
        ("net", I),  # lots held and asked for, all strategies
        ("held", I),  # lots held, all strategies, and how many that were at the bar before
        ("held_before", I),
        ("dust", F),  # units below one lot left by fees taken in base currency
        ("lot", F),
        ("size", F),  # lot * multiplier
        ("fee_price", F),
        ("long_margin", F),
        ("short_margin", F),
        ("maintenance", F),
        ("borrow", F),
        ("min_notional", F),
        ("max_lots", F),  # inf = none
        ("position_lots", F),
        ("min_lots", I),
        ("fee_in", B),  # 0 quote, 1 base, 2 a third currency
        *((name, *COSTS.fields[name][:1]) for name in COSTS.names or ()),  # type: ignore[index]
    ],
    align=True,
)
ACCOUNT = np.dtype(
    [
        ("cash", F),
        ("equity", F),
        ("bar", I),
        ("ts", I),
        ("day", I),
        ("day_end", I),
        ("day_offset", I),
        ("day_equity", F),
        ("peak", F),  # of equity, kept where a limit watches
        ("gross", F),
        ("margin", F),
        ("exposure_bar", I),
        ("signals_seen", I),
        ("labels", F),  # matured so far, and how many of them won
        ("wins", F),
        ("orders_sent", I),
        ("working", I),  # live orders and plans of all positions: 0 lets a bar skip emission
        ("open", I),  # positions that aren't flat
        # what this call took and gave
        ("took_bars", I),
        ("took_signals", I),
        ("took_labels", I),
        ("took_reports", I),
        ("gave_orders", I),
        ("gave_fills", I),
        ("gave_trades", I),
        # what one position's visit writes, before the fold passes it on
        ("n_orders", I),
        ("n_fills", I),
        ("n_trades", I),
        ("orders", ORDER, (VISIT_ORDERS,)),
        ("fills", FILL, (VISIT_FILLS,)),
        ("trades", TRADE, (VISIT_TRADES,)),
        ("blank", DECISION),  # what a decision is before it is made
        # totals
        ("fees", F),
        ("taxes", F),
        ("slippage", F),
        ("borrow", F),
        ("turnover", F),
        ("fee_units", F),
        ("carry", F),  # of what is short at this bar; paid at once when all instruments are marked
        ("min_cash", F),
        ("ambiguous_bars", I),
        ("exposed_bars", I),
        # rules
        ("participation", F),
        ("max_gross", F),
        ("max_daily_loss", F),
        ("max_drawdown", F),
        ("state", B),
        ("latched", B),
        ("reduce_now", B),  # entries must be cancelled, positions closed, in this step
        ("close_now", B),
        ("watch_margin", B),
        ("watch_day", B),
        ("watch_drawdown", B),
        ("best_tie", B),
        ("touch", B),
        ("targets_on_entry_bar", B),
        ("long_only", B),
        ("dated", B),  # a cost depends on the time: taxes by date, or borrowing
        ("venue", B),  # orders rest elsewhere: fills come as reports, bars match nothing
    ],
    align=True,
)
RULES = np.dtype(
    [
        ("n_filters", I),
        ("n_learning", I),  # the most that any strategy of the account has: 0 switches learning off
        ("act", B, (MAX_FILTERS,)),
        ("required", B, (MAX_FILTERS,)),
        ("min_p", F, (MAX_FILTERS,)),
        ("hysteresis", F),
        ("kappa", F),
        ("tau", F),
        ("share", F),
        ("log_size", F),
        ("log_block", F),
        ("log_demote", F),
        ("prior_win", F),
        ("prior_loss", F),
        ("quantity", F),
        ("risk", F),
        ("notional", F),
        ("fraction", F),
        ("max_risk", F),
        ("max_notional", F),
        ("reserve", F),
        ("slices", I),
        ("every", I),
        ("rungs", I),
        ("step", F),
        ("ladder_bars", I),
        ("on_empty", B),
        ("size_by", B),
        ("base", B),
        ("entry_style", B),
        ("exit_style", B),
        ("weights", B),
    ],
    align=True,
)
LEARNER = np.dtype(
    [
        ("wins", F),
        ("n", F),
        ("n_win", F),
        ("n_loss", F),
        ("sum_win", F),
        ("sum_loss", F),
        ("win", F),  # shrunk mean of what a win brings and a loss takes, and the odds that break even
        ("loss", F),
        ("p_star", F),
        ("mu", F, (MAX_FILTERS,)),
        ("var", F, (MAX_FILTERS,)),
        ("m", F, (MAX_FILTERS,)),
        ("solo_theta", F, (MAX_FILTERS,)),
        ("solo_p", F, (MAX_FILTERS,)),
        ("theta", F, (CORES, MAX_FILTERS)),
        ("p", F, (CORES, MAX_FILTERS, MAX_FILTERS)),
        ("mix", F, (CORES + 1,)),  # the do-nothing expert, then the cores
        ("day_n", I),
        ("day_log", F, (CORES + 1,)),
        ("day_answers", I, (MAX_FILTERS,)),
        ("day_ratio", F, (MAX_FILTERS,)),
        ("log_e", F, (MAX_FILTERS,)),
        ("peak", F, (MAX_FILTERS,)),
        ("step", F, (MAX_FILTERS,)),  # scratch of one update
        ("stage", B, (MAX_FILTERS,)),
    ],
    align=True,
)
EVIDENCE = np.dtype(
    [
        ("seq", I),  # -1 = free
        ("position", I),
        ("bar", I),
        ("alive_sum", F),
        ("base_rate", F),
        ("x", F, (MAX_FILTERS,)),
        ("solo", F, (MAX_FILTERS,)),
        ("core", F, (CORES,)),
        ("answered", B, (MAX_FILTERS,)),
    ],
    align=True,
)


@dataclass(eq=False)
class Book:
    """All state of one account. Positions are instrument-major: ``instrument * n_strategies + strategy``."""

    account: NDArray[np.void]  # shape (1,)
    instruments: NDArray[np.void]  # shape (n_instruments,)
    positions: NDArray[np.void]  # shape (n_instruments * n_strategies,)
    rules: NDArray[np.void]  # shape (n_strategies,)
    learners: NDArray[np.void]  # shape (n_strategies,)
    evidence: NDArray[np.void]  # shape (capacity + 1,), slot = signal number % capacity; the last is scratch

    def grow_evidence(self) -> None:
        """Double the room for labels that haven't matured."""
        capacity = 2 * (len(self.evidence) - 1)
        larger = np.zeros(capacity + 1, EVIDENCE)
        larger["seq"] = -1
        held = self.evidence[:-1][self.evidence["seq"][:-1] >= 0]
        larger[held["seq"] % capacity] = held
        self.evidence = larger

    def snapshot(self) -> bytes:
        """Every byte of the state, for comparisons."""
        parts = (self.account, self.instruments, self.positions, self.learners, self.evidence)
        return b"".join(part.tobytes() for part in parts)


def open_book(
    instruments: Sequence[Instrument],
    rules: DeskRules,
    cost_factor: float = 1.0,
    evidence_capacity: int = 256,
    venue: bool = False,
) -> Book:
    """An account with cash and nothing else. venue: its orders rest elsewhere."""
    blank = _blank_book(tuple(instruments), rules, cost_factor, evidence_capacity, venue)
    return Book(*(np.frombuffer(bytearray(state), kind) for state, kind in blank))


@lru_cache(maxsize=8)  # a report opens one account several times, a search often
def _blank_book(
    instruments: tuple[Instrument, ...],
    rules: DeskRules,
    cost_factor: float,
    evidence_capacity: int,
    venue: bool,
) -> tuple[tuple[bytes, np.dtype[np.void]], ...]:
    """The state of each array of a new ``Book``, as bytes, and its dtype."""
    account = np.zeros(1, ACCOUNT)
    for name in ("cash", "equity", "peak", "day_equity", "min_cash"):
        account[name] = rules.cash
    account["day_end"] = np.iinfo(np.int64).min
    account["exposure_bar"] = -1
    account["participation"] = rules.fills.participation
    account["best_tie"] = rules.fills.tie
    account["touch"] = rules.fills.limit_fill
    account["targets_on_entry_bar"] = rules.fills.targets_on_entry_bar
    for name in ("max_gross", "max_daily_loss", "max_drawdown", "long_only"):
        account[name] = getattr(rules.risk, name)
    account["day_offset"] = day_offset(instruments[0].timezone) - rules.risk.day_begins
    account["venue"] = venue
    account["dated"] = any(one.sell_taxes or one.borrow for one in instruments)
    account["watch_day"] = np.isfinite(rules.risk.max_daily_loss)
    account["watch_drawdown"] = np.isfinite(rules.risk.max_drawdown)
    account["watch_margin"] = any(one.maintenance > 0 for one in instruments)

    facts = np.zeros(len(instruments), INSTRUMENT)
    costs = costs_of(instruments, cost_factor)
    for name in COSTS.names or ():
        facts[name] = costs[name]
    for record, instrument in zip(facts, instruments, strict=True):
        _describe(record, instrument, rules.risk.max_position, cost_factor)
    positions = np.zeros(len(instruments) * len(rules.strategies), POSITION)
    numbers = np.arange(len(positions))
    positions["instrument"], positions["strategy"] = np.divmod(numbers, len(rules.strategies))
    for name in ("entry_bar", "added_bar", "barrier_bar"):
        positions[name] = -1
    positions["floor"], positions["ceiling"] = -np.inf, np.inf
    positions["entry"]["next_bar"] = positions["exit"]["next_bar"] = -1
    evidence = np.zeros(evidence_capacity + 1, EVIDENCE)
    evidence["seq"] = -1
    strategies = np.zeros(len(rules.strategies), RULES)
    learners = np.zeros(len(rules.strategies), LEARNER)
    for record, learner, strategy in zip(strategies, learners, rules.strategies, strict=True):
        _write_rules(record, strategy)
        _open_learner(learner, strategy)
    strategies["n_learning"] = strategies["n_learning"].max()
    state = (account, facts, positions, strategies, learners, evidence)
    return tuple((records.tobytes(), records.dtype) for records in state)


def _describe(record: np.void, instrument: Instrument, max_position: float, cost_factor: float) -> None:
    fees = instrument.fees
    record["last"] = record["volume"] = record["past_volume"] = np.nan
    record["budget_bar"] = -1
    record["lot"] = instrument.lot
    record["size"] = instrument.lot * instrument.multiplier
    record["fee_in"] = {"quote": 0, instrument.quote: 0, "base": 1, instrument.base: 1}.get(fees.currency, 2)
    record["fee_price"] = fees.price
    record["borrow"] = instrument.borrow * cost_factor
    for name in ("long_margin", "short_margin", "maintenance", "min_notional"):
        record[name] = getattr(instrument, name)
    record["max_lots"] = _lots(instrument.max_quantity, instrument.lot)
    record["position_lots"] = _lots(max_position, instrument.lot)
    record["min_lots"] = max(0, ceil(instrument.min_quantity / instrument.lot - 1e-9))


def _lots(quantity: float, lot: float) -> float:
    return float(np.floor(quantity / lot + 1e-9)) if np.isfinite(quantity) else np.inf


def _write_rules(record: np.void, rules: StrategyRules) -> None:
    decision, sizing, execution = rules.decision, rules.sizing, rules.execution
    if len(decision.filters) > MAX_FILTERS:
        raise ConfigError(f"{len(decision.filters)} filters: at most {MAX_FILTERS} fit.")
    record["n_filters"] = len(decision.filters)
    for k, one in enumerate(decision.filters):
        record["act"][k], record["required"][k], record["min_p"][k] = one.act, one.required, one.min_p
    record["n_learning"] = sum(one.act == 0 for one in decision.filters)
    for name in ("hysteresis", "kappa", "tau", "share", "prior_win", "prior_loss", "on_empty"):
        record[name] = getattr(decision, name)
    record["log_size"] = np.log(decision.promote_size)
    record["log_block"] = np.log(decision.promote_block)
    record["log_demote"] = np.log(decision.demote)
    for name in ("quantity", "risk", "notional", "fraction", "max_risk", "max_notional", "reserve", "base"):
        record[name] = getattr(sizing, name)
    record["size_by"] = sizing.by
    for name in ("slices", "every", "rungs", "step", "weights", "ladder_bars"):
        record[name] = getattr(execution, name)
    record["entry_style"], record["exit_style"] = execution.entry, execution.exit


def _open_learner(record: np.void, rules: StrategyRules) -> None:
    record["var"], record["m"] = 1.0, 10.0
    win, loss = rules.decision.prior_win, rules.decision.prior_loss
    record["win"], record["loss"], record["p_star"] = win, loss, loss / (win + loss)
    record["solo_p"], record["mix"] = 0.0625, 1.0 / (CORES + 1)
    for k, one in enumerate(rules.decision.filters):
        record["solo_theta"][k] = one.prior
        if one.act == Act.LEARN:
            record["theta"][:, k], record["p"][:, k, k] = one.prior, 0.0625
