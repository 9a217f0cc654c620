"""A ``Bot`` without an engine: it answers fixed facts and keeps every order given to it."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from math import nan

from live.control.answers import (
    Activity,
    ApprovalRequest,
    Balance,
    Chart,
    Check,
    Code,
    Curve,
    DecisionLine,
    Done,
    FillLine,
    FilterLine,
    Health,
    Holding,
    InstrumentResult,
    Mark,
    OpinionLine,
    OrderLine,
    Period,
    PeriodProfit,
    Position,
    RiskLine,
    Status,
    Story,
    Summary,
    TradeLine,
)
from live.control.events import EventLog, Page
from market.contracts import korean_equity
from market.errors import ConfigError
from market.instruments import Instrument

T0 = 1_764_000_000 * 10**9
MINUTE = 60 * 10**9
BTC = "BTC/USDT@binance"
NASTY = "<b>&evil</b> <script>"  # what a venue or a user's strategy might call something

OPINIONS = (
    OpinionLine("technical", 0.61, "ANSWERED", 0.4, "block", f"RSI 28 {NASTY}"),
    OpinionLine("regime", nan, "ABSTAINED"),
)
DECISION = DecisionLine(
    "d-1", T0, BTC, NASTY, "BUY", "NONE", "RISK", 1, Decimal("0.5"), 0.58, 0.55, 0.51, 0.5, OPINIONS
)
ORDER = OrderLine(
    "run-7", BTC, "sma_cross", 1, "limit", Decimal("0.5"), Decimal("0.2"), "partially filled", "ENTRY", T0,
    Decimal("45000.10"), Decimal("45000.05"), "v-9",
)  # fmt: skip
FILL = FillLine("run-7", BTC, 1, Decimal("0.2"), Decimal("45000.05"), Decimal("0.9"), "USDT", "ENTRY", T0)
TRADE = TradeLine(
    "t-1", BTC, "sma_cross", 1, Decimal("0.5"), 45000.0, 45900.0, T0, T0 + MINUTE, 448.2, 1.99, 1.8,
    "TARGET", "TAKE_PROFIT",
)  # fmt: skip
RISK = RiskLine("ORDER_NOTIONAL", "deny", BTC, f"order of 30,000 USDT; limit 20,000 {NASTY}", "run-8")
REQUEST = ApprovalRequest(
    "ask-1", BTC, "sma_cross", 1, Decimal("0.5"), 45000.0, 22500.0, "USDT", "LIMIT", T0 + 5 * MINUTE, 0.58,
    OPINIONS,
)  # fmt: skip


@dataclass
class StrictBot:
    """given: (method, arguments) of every order. hang: questions wait for ever, as a hung engine's would."""

    given: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    hang: bool = False
    log: EventLog = field(default_factory=lambda: EventLog("run-1"))
    held: tuple[str, ...] = (BTC, "ETH/USDT@binance")
    waited: list[float] = field(default_factory=list)  # news of the supervisor's

    async def _alive(self) -> None:
        while self.hang:
            await asyncio.sleep(0.05)

    async def status(self) -> Status:
        await self._alive()
        return Status(
            "demo", "paper", Activity.RUNNING, "binance", "0.1.0", T0, "USDT", 10_250.5, 9_000.0, -12.25,
            len(self.held), 1, T0 + MINUTE, ("daily loss near its limit <90 %>",),
        )  # fmt: skip

    async def health(self) -> Health:
        await self._alive()
        return Health(False, 4711, 9, 3700.0, 0.002, 210.0, 12.0, (Check("clock", False, "10 s off"),))

    async def positions(self) -> tuple[Position, ...]:
        await self._alive()
        return tuple(
            Position(
                f"p-{k}", name, "sma_cross", 1, Decimal("0.5"), 45000.0, 45100.0, 50.0, 0.22, T0, 44550.0,
                nan, k == 0,
            )
            for k, name in enumerate(self.held)
        )  # fmt: skip

    async def orders(self) -> tuple[OrderLine, ...]:
        return (ORDER,)

    async def balance(self) -> Balance:
        held = Holding("USDT", Decimal("9000.5"), Decimal("8000"), 9000.5)
        return Balance("USDT", 10_250.5, 9_000.0, 0.0, (held, Holding("BTC", Decimal("0.027"), Decimal("0"))))

    async def summary(self) -> Summary:
        return Summary("USDT", T0, 250.5, 2.5, 10, 6, 1.4, 18.0, 3.1, 90.0, -40.0)

    async def profit(self, period: Period, count: int) -> tuple[PeriodProfit, ...]:
        return tuple(PeriodProfit(T0 - k * 86_400 * 10**9, 10.0 - k, 0.1, 3, 2, 0.5) for k in range(count))

    async def performance(self) -> tuple[InstrumentResult, ...]:
        return (InstrumentResult(BTC, "sma_cross", 10, 6, 250.5, 2.5),)

    async def trades(self, count: int) -> tuple[TradeLine, ...]:
        return (TRADE,) * count

    async def decisions(self, count: int, instrument: str = "") -> tuple[DecisionLine, ...]:
        if instrument not in ("", BTC):
            raise ConfigError(f"{instrument}: no such instrument. Known: {BTC}.")
        return (DECISION,) * count

    async def why(self, id: str) -> Story:
        if id not in ("", "run-7", "t-1"):
            raise ConfigError(f"{id}: no order, trade or decision has this id.")
        return Story(id or "d-1", DECISION, (RISK,), (ORDER,), (FILL,), TRADE, ("a note",))

    async def filters(self) -> tuple[FilterLine, ...]:
        return (FilterLine("technical", "learn", 40, 38, 20, 18, 0.24, 0.25, 0.0012, ("block",)),)

    async def chart(self, instrument: str, bars: int) -> Chart:
        ts = tuple(T0 + k * MINUTE for k in range(bars))
        up = tuple(45000.0 + k for k in range(bars))
        return Chart(
            instrument or BTC, MINUTE, ts, up, tuple(v + 5 for v in up), tuple(v - 5 for v in up), up,
            (Mark(ts[bars // 2], up[bars // 2], 1),), 45010.0, 44990.0, nan,
        )  # fmt: skip

    async def curve(self, days: int) -> Curve:
        return Curve(
            "USDT", tuple(T0 + k * 3600 * 10**9 for k in range(48)), tuple(1e4 + k for k in range(48))
        )

    async def terms(self) -> tuple[Instrument, ...]:
        return (korean_equity("005930", "ls"), Instrument("BTCUSDT@binance", lot=1e-5))

    async def config(self) -> str:
        return 'name = "demo"\nmode = "paper"\n'

    async def logs(self, count: int) -> tuple[str, ...]:
        line = '{"ts": "2026-11-26T02:29:46Z", "level": "info", "logger": "maemae", "event": "bar <1m>"}'
        return (line,) * count

    async def requests(self) -> tuple[ApprovalRequest, ...]:
        return (REQUEST,)

    async def events(self, epoch: str, number: int, wait_s: float) -> Page:
        return await self.log.after(epoch, number, wait_s)

    async def alerts(self, waited_s: float) -> Done:
        self.waited.append(waited_s)
        return Done(Code.HEARD)

    async def pause(self, by: str) -> Done:
        return self._did(Code.PAUSED, "pause", by)

    async def resume(self, by: str) -> Done:
        return self._did(Code.RESUMED, "resume", by)

    async def stop(self, by: str) -> Done:
        return self._did(Code.STOPPING, "stop", by)

    async def reload(self, by: str) -> Done:
        return self._did(Code.RELOADED, "reload", by)

    async def force_exit(self, instrument: str, by: str) -> Done:
        if instrument not in (*self.held, "all"):
            raise ConfigError(f"{instrument}: nothing is held of it.")
        return self._did(Code.SENT, "force_exit", instrument, by, ids=("run-8",))

    async def force_enter(self, instrument: str, side: int, by: str) -> Done:
        assert side in (1, -1)
        return self._did(Code.SENT, "force_enter", instrument, side, by, ids=("run-9",))

    async def cancel(self, order: str, by: str) -> Done:
        return self._did(Code.CANCELING, "cancel", order, by, ids=(order,))

    async def settle(self, order: str, number: str, by: str) -> Done:
        return self._did(Code.SETTLED, "settle", order, number, by, ids=(order,))

    async def approve(self, request: str, by: str) -> Done:
        return self._judged(Code.APPROVED, "approve", request, by)

    async def reject(self, request: str, by: str) -> Done:
        return self._judged(Code.REJECTED, "reject", request, by)

    def _judged(self, code: Code, name: str, request: str, by: str) -> Done:
        """The first answer stands."""
        if request != REQUEST.id:
            return Done(Code.UNKNOWN)
        if any(method in ("approve", "reject") for method, _ in self.given):
            return Done(Code.NOTHING)
        return self._did(code, name, request, by)

    def _did(self, code: Code, name: str, *given: object, ids: tuple[str, ...] = ()) -> Done:
        self.given.append((name, given))
        return Done(code, ids)
