"""``Bot``: what an engine can be asked and told. The engine implements it, the client speaks it from afar."""

from typing import Protocol

from live.control.answers import (
    ApprovalRequest,
    Balance,
    Chart,
    Curve,
    DecisionLine,
    Done,
    FilterLine,
    Health,
    InstrumentResult,
    OrderLine,
    Period,
    PeriodProfit,
    Position,
    Status,
    Story,
    Summary,
    TradeLine,
)
from live.control.events import Page
from market.instruments import Instrument


class Bot(Protocol):
    """Questions change nothing and answer within a second. Orders carry ``by``: who gave them. News, which
    only the supervisor brings, change what the engine believes.

    Lists are newest first. Raises ConfigError for a name or number that isn't one, saying which there are.
    Nothing here may block trading: an answer is a copy of what the engine knows.
    """

    async def status(self) -> Status: ...

    async def health(self) -> Health:
        """The heartbeat: answered by the loop that trades, so that a hung one doesn't."""
        ...

    async def positions(self) -> tuple[Position, ...]: ...

    async def orders(self) -> tuple[OrderLine, ...]:
        """Those that may still fill."""
        ...

    async def balance(self) -> Balance: ...

    async def summary(self) -> Summary:
        """Profit of everything since the account began."""
        ...

    async def profit(self, period: Period, count: int) -> tuple[PeriodProfit, ...]: ...

    async def performance(self) -> tuple[InstrumentResult, ...]:
        """By instrument and strategy, best first."""
        ...

    async def trades(self, count: int) -> tuple[TradeLine, ...]: ...

    async def decisions(self, count: int, instrument: str = "") -> tuple[DecisionLine, ...]: ...

    async def why(self, id: str) -> Story:
        """The story of an order, position, trade or decision; "" = the newest decision."""
        ...

    async def filters(self) -> tuple[FilterLine, ...]: ...

    async def chart(self, instrument: str, bars: int) -> Chart:
        """ "" = the instrument of the largest position, else the first."""
        ...

    async def curve(self, days: int) -> Curve:
        """Equity of the last days, at most some hundreds of points."""
        ...

    async def terms(self) -> tuple[Instrument, ...]:
        """What is traded, on the terms that it is traded on."""
        ...

    async def config(self) -> str:
        """The profile in use as TOML, without secrets."""
        ...

    async def logs(self, count: int) -> tuple[str, ...]:
        """The newest lines of the log, redacted."""
        ...

    async def requests(self) -> tuple[ApprovalRequest, ...]:
        """Orders that wait for a person."""
        ...

    async def events(self, epoch: str, number: int, wait_s: float) -> Page:
        """What happened after a cursor; ``EventLog.after``."""
        ...

    async def alerts(self, waited_s: float) -> Done:
        """News: how long the oldest alert has waited to be delivered, seconds; 0 = none waits."""
        ...

    async def pause(self, by: str) -> Done:
        """No new entries until ``resume``, over restarts too. On disk when it returns."""
        ...

    async def resume(self, by: str) -> Done: ...

    async def stop(self, by: str) -> Done:
        """End the process in good order, with exit code 0; positions stay, protected by resting stops."""
        ...

    async def reload(self, by: str) -> Done:
        """Read the profile again. REFUSED, with the reason, when it is wrong: the old one stays."""
        ...

    async def force_exit(self, instrument: str, by: str) -> Done:
        """Close positions of an instrument, or of "all"."""
        ...

    async def force_enter(self, instrument: str, side: int, by: str) -> Done:
        """Enter as if a signal had come; every check applies."""
        ...

    async def cancel(self, order: str, by: str) -> Done: ...

    async def settle(self, order: str, number: str, by: str) -> Done:
        """Which of the venue's orders one is whose answer was lost; "none" = it never got there."""
        ...

    async def approve(self, request: str, by: str) -> Done:
        """Let an order go, after its checks at current prices. The first answer stands."""
        ...

    async def reject(self, request: str, by: str) -> Done: ...
