"""What came of trading: closed trades and the account's curve, summed up as the journal grows."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf, nan
from zoneinfo import ZoneInfo

from live.control.answers import Curve, InstrumentResult, Period, PeriodProfit, Summary, TradeLine
from live.views.scale import Scale
from market.timeframes import DAY
from records.inputs import Funding, Start, Transfer
from records.message import Message
from records.outcomes import Equity, Trade

POINTS = 400  # of a curve at most


@dataclass(eq=False)
class Results:
    """cash: what the account began with. timeframe: ns of a bar, after whose open its close comes. zone: of
    days, weeks and months."""

    scale: Scale
    cash: float
    timeframe: int
    zone: ZoneInfo
    began: int = 0
    funding: float = 0.0  # received less paid, account currency
    funded: dict[str, float] = field(default_factory=dict)  # by instrument
    trades: list[TradeLine] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)  # of each trade: the signal that opened it

    def __post_init__(self) -> None:
        self._ts, self._equity = array("q"), array("d")
        self._worth = array("d")  # of a share of the account: money that comes buys shares, so it is no gain
        self._shares, self._moved = Shares(self.cash), 0.0
        self._peak, self._fallen = self.cash, 0.0

    def heard(self, ts: int, message: Message) -> None:
        if isinstance(message, Start) and not self.began:
            self.began = ts
        elif isinstance(message, Equity):
            self._ts.append(message.ts + self.timeframe)
            self._equity.append(message.equity - self._moved)
            worth = self._shares.at(message.equity)
            self._worth.append(worth)
            self._peak = max(self._peak, worth)
            self._fallen = min(self._fallen, worth / self._peak - 1.0 if self._peak > 0 else 0.0)
        elif isinstance(message, Transfer):
            self._moved += float(message.booked)
            self._shares.move(float(message.booked))
        elif isinstance(message, Funding):
            self.funding += float(message.amount) if message.currency == self.scale.currency else 0.0
            self.funded[message.instrument] = self.funded.get(message.instrument, 0.0) + float(message.amount)
        elif isinstance(message, Trade):
            self.trades.append(trade_line(message, f"t{len(self.trades) + 1}", self.scale, self.timeframe))
            self.seqs.append(message.seq)

    @property
    def equity(self) -> float:
        """What the account began with and all that was gained or lost; what came and went is left out."""
        return self._equity[-1] if self._equity else self.cash

    @property
    def last(self) -> int:
        """Close of the newest bar, 0 = none yet."""
        return self._ts[-1] if self._ts else 0

    def summary(self) -> Summary:
        pnls = [trade.pnl for trade in self.trades]
        won, lost = sum(p for p in pnls if p > 0), -sum(p for p in pnls if p < 0)
        gain = self.equity - self.cash
        return Summary(
            currency=self.scale.currency,
            since=self.began,
            pnl=gain,
            pnl_pct=100.0 * ((self._worth[-1] if self._worth else self.cash) - self.cash) / self.cash,
            trades=len(pnls),
            wins=sum(p > 0 for p in pnls),
            profit_factor=won / lost if lost else inf if won else nan,
            fees=sum(trade.fees for trade in self.trades),
            max_drawdown_pct=100.0 * self._fallen,
            best=max(pnls, default=nan),
            worst=min(pnls, default=nan),
            funding=self.funding,
        )

    def performance(self) -> tuple[InstrumentResult, ...]:
        """Best first."""
        groups: dict[tuple[str, str], list[TradeLine]] = defaultdict(list)
        for trade in self.trades:
            groups[trade.instrument, trade.strategy].append(trade)
        rows = [
            InstrumentResult(
                instrument=instrument,
                strategy=strategy,
                trades=len(trades),
                wins=sum(trade.pnl > 0 for trade in trades),
                pnl=(pnl := sum(trade.pnl for trade in trades)),
                pnl_pct=100.0 * pnl / self.cash,
            )
            for (instrument, strategy), trades in groups.items()
        ]
        return tuple(sorted(rows, key=lambda row: -row.pnl))

    def profit(self, period: Period, count: int) -> tuple[PeriodProfit, ...]:
        """Newest first; periods before the account began are left out."""
        if not self._ts:
            return ()
        rows = []
        for start, end in self._periods(period, count):
            if end <= self._ts[0]:
                break
            rows.append(self._profit(start, end))
        return tuple(rows)

    def curve(self, days: int) -> Curve:
        first = bisect_left(self._ts, self.last - days * DAY)
        step = max(1, -(-(len(self._ts) - first) // POINTS))
        places = [*range(len(self._ts) - 1, first - 1, -step)][::-1]
        return Curve(
            self.scale.currency, tuple(self._ts[k] for k in places), tuple(self._equity[k] for k in places)
        )

    def day_pnl(self) -> float:
        """Change of equity since midnight."""
        rows = self.profit(Period.DAY, 1)
        return rows[0].pnl if rows else 0.0

    def _profit(self, start: int, end: int) -> PeriodProfit:
        first, last = self._at(self._equity, start), self._at(self._equity, end)
        before, after = self._at(self._worth, start), self._at(self._worth, end)
        trades = [trade for trade in self.trades if start < trade.exit_ts <= end]
        return PeriodProfit(
            start=start,
            pnl=last - first,
            pnl_pct=100.0 * (after - before) / before if before else nan,
            trades=len(trades),
            wins=sum(trade.pnl > 0 for trade in trades),
            fees=sum(trade.fees for trade in trades),
        )

    def _at(self, values: "array[float]", ts: int) -> float:
        """What it was at a moment: at the newest close by then."""
        place = bisect_left(self._ts, ts + 1)
        return values[place - 1] if place else self.cash

    def _periods(self, period: Period, count: int) -> Iterator[tuple[int, int]]:
        """Start and end of the newest ``count``, newest first."""
        # A close at midnight belongs to the day that it ends.
        moment = datetime.fromtimestamp((self.last - 1) / 1e9, UTC).astimezone(self.zone)
        start = _beginning(moment, period)
        end = _next(start, period)
        for _ in range(count):
            yield _ns(start), _ns(end)
            end, start = start, _beginning(start - timedelta(hours=12), period)


@dataclass(eq=False)
class Shares:
    """How many shares of the account there are, where one was all of it at the start.

    equity: the newest, transfers counted. worth: of one share, kept while there is no money.
    """

    equity: float
    worth: float = 0.0
    count: float = 1.0

    def __post_init__(self) -> None:
        self.worth = self.equity

    def at(self, equity: float) -> float:
        """What one is worth at this equity of the account."""
        self.equity = equity
        if self.count > 0.0:
            self.worth = equity / self.count
        return self.worth

    def move(self, amount: float) -> None:
        """Money comes and buys shares at what they are worth, or goes for shares."""
        self.equity += amount
        if self.worth > 0.0:
            self.count = max(self.equity, 0.0) / self.worth


def trade_line(trade: Trade, id: str, scale: Scale, timeframe: int) -> TradeLine:
    paid = scale.worth(trade.instrument, trade.lots, trade.entry)
    return TradeLine(
        id=id,
        instrument=trade.instrument,
        strategy=trade.strategy,
        side=trade.side,
        quantity=scale.units(trade.instrument, trade.lots),
        entry=trade.entry,
        exit=trade.exit,
        entry_ts=trade.entry_ts,
        exit_ts=trade.exit_ts + timeframe,
        pnl=trade.pnl,
        pnl_pct=100.0 * trade.pnl / paid if paid else nan,
        fees=trade.fees,
        reason=trade.reason,
        outcome=trade.outcome,
    )


def newest(rows: Sequence[TradeLine], count: int) -> tuple[TradeLine, ...]:
    return tuple(reversed(rows[-count:])) if count > 0 else ()


def _beginning(moment: datetime, period: Period) -> datetime:
    """Midnight at which the period of ``moment`` begins."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.WEEK:
        return _midnight(day - timedelta(days=day.weekday()))
    return day.replace(day=1) if period is Period.MONTH else day


def _next(start: datetime, period: Period) -> datetime:
    if period is Period.MONTH:
        return _midnight((start.replace(day=1) + timedelta(days=32)).replace(day=1))
    return _midnight(start + timedelta(days=7 if period is Period.WEEK else 1))


def _midnight(day: datetime) -> datetime:
    """Wall-clock midnight, whatever hours the day had."""
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _ns(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9
