"""What the market's status messages (JIF) add up to: halts, sidecars, limit stages, the day's end.

The same number means different things per market (``jangubun``): 61 is the first circuit breaker of the
shares' markets and the end of the day in derivatives.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from market.krx.hours import Board

KOSPI, KOSDAQ, DERIVATIVES, NXT, NIGHT = "1", "2", "5", "6", "8"
WATCHED = (KOSPI, KOSDAQ, DERIVATIVES, NXT, NIGHT)


@dataclass(frozen=True)
class MarketState:
    """One market. phase: "" until told, "auction", "open", "closing", "closed".

    breaker: stage of the circuit breaker that has struck today, 0 to 3. halted: no orders are matched.
    gathering: a halt has been lifted and orders gather for its auction. over: no more trading today.
    sell_sidecar, buy_sidecar: programme orders of that side are held. up, down: price-limit stages in force,
    1 to 3; up_soon, down_soon: announced for in five minutes, else 0.
    """

    phase: str = ""
    breaker: int = 0
    halted: bool = False
    gathering: bool = False
    over: bool = False
    sell_sidecar: bool = False
    buy_sidecar: bool = False
    up: int = 1
    down: int = 1
    up_soon: int = 0
    down_soon: int = 0

    @property
    def auction(self) -> bool:
        """Whether orders gather for one price, after a breaker or at the day's ends."""
        return self.gathering or self.phase in ("auction", "closing")

    @property
    def continuous(self) -> bool:
        """Whether market orders can be matched at once, as far as this market's messages say."""
        return not (self.halted or self.auction or self.over or self.phase == "closed")

    def after(self, market: str, status: str) -> "MarketState":
        """The state once a message (jangubun, jstatus) has come; codes that change nothing leave it as it
        is."""
        own = _SHARES if market in (KOSPI, KOSDAQ) else _DERIVATIVES if market == DERIVATIVES else {}
        step = own.get(status) or _COMMON.get(status)
        return step(self) if step else self


@dataclass(frozen=True)
class States:
    """All markets watched. Derivatives have no message of their own for a breaker's strike: they stop with
    KOSPI's. After a gap in the stream begin anew: what was missed is never repeated."""

    kospi: MarketState = MarketState()
    kosdaq: MarketState = MarketState()
    derivatives: MarketState = MarketState()
    night: MarketState = MarketState()
    nxt: MarketState = MarketState()

    def of(self, board: Board, night: bool = False, kosdaq: bool = False) -> MarketState:
        """The market that an order goes to. A night's is its own: what struck by day isn't in it."""
        if board is Board.STOCKS:
            return self.kosdaq if kosdaq else self.kospi
        return self.night if night else self.derivatives

    def after(self, market: str, status: str) -> "States":
        """The states once a message has come; those of markets that aren't watched (US, China ...) change
        nothing."""
        name = _NAMES.get(market)
        if name is None:
            return self
        before: MarketState = getattr(self, name)
        found = replace(self, **{name: before.after(market, status)})
        if market == KOSPI and status in ("61", "68", "69"):
            stop = _STRIKES[status](found.derivatives)
            return replace(found, derivatives=stop)
        return found


def _day(phase: str) -> Callable[[MarketState], MarketState]:
    return lambda state: replace(state, phase=phase)


def _new_day(state: MarketState) -> MarketState:
    """The opening auction begins: yesterday's halts and stages are gone."""
    return MarketState(phase="auction")


def _strike(stage: int) -> Callable[[MarketState], MarketState]:
    return lambda state: replace(
        state, breaker=stage, halted=True, gathering=False, over=state.over or stage == 3
    )


def _gather(state: MarketState) -> MarketState:
    return replace(state, halted=False, gathering=True) if not state.over else state


def _resume(state: MarketState) -> MarketState:
    return replace(state, halted=False, gathering=False) if not state.over else state


def _end(state: MarketState) -> MarketState:
    return replace(state, over=True, halted=True, gathering=False)


def _set(field: str, value: bool) -> Callable[[MarketState], MarketState]:
    change: dict[str, Any] = {field: value}

    def step(state: MarketState) -> MarketState:
        return replace(state, **change)

    return step


def _announce(side: str, stage: int) -> Callable[[MarketState], MarketState]:
    change: dict[str, Any] = {f"{side}_soon": stage}
    return lambda state: replace(state, **change)


def _widen(side: str, stage: int) -> Callable[[MarketState], MarketState]:
    def step(state: MarketState) -> MarketState:
        change: dict[str, Any] = {side: max(stage, getattr(state, side)), f"{side}_soon": 0}
        return replace(state, **change)

    return step


_NAMES = {KOSPI: "kospi", KOSDAQ: "kosdaq", DERIVATIVES: "derivatives", NXT: "nxt", NIGHT: "night"}
_STRIKES = {"61": _strike(1), "68": _strike(2), "69": _strike(3)}
_COMMON: dict[str, Callable[[MarketState], MarketState]] = {
    "11": _new_day, "21": _day("open"), "31": _day("closing"), "41": _day("closed"),
}  # fmt: skip
_SHARES = {
    **_STRIKES,
    "62": _gather, "63": _resume, "70": _gather, "71": _resume,
    "64": _set("sell_sidecar", True), "65": _set("sell_sidecar", False),
    "66": _set("buy_sidecar", True), "67": _set("buy_sidecar", False),
}  # fmt: skip
_DERIVATIVES = {
    "61": _end, "62": _gather, "63": _resume,
    "70": _announce("up", 2), "71": _announce("down", 2),
    "72": _announce("up", 3), "73": _announce("down", 3),
    "74": _widen("up", 2), "75": _widen("down", 2), "76": _widen("up", 3), "77": _widen("down", 3),
}  # fmt: skip
