"""A ``Bot`` at the other end of the control socket."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp

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
from live.control.bot import Bot
from live.control.errors import EngineDown, EngineFault
from live.control.events import Page
from live.control.wire import methods, write
from market.errors import ConfigError, DataError, MaemaeError
from market.instruments import Instrument
from records.codec import from_json

T = TypeVar("T")


class ControlClient:
    """Raises EngineDown when nobody answers within ``timeout_s``, and what the engine's method raised."""

    def __init__(self, path: Path, timeout_s: float = 5.0) -> None:
        self.path = path
        self.timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def status(self) -> Status:
        return await self._ask(Status, "status")

    async def health(self) -> Health:
        return await self._ask(Health, "health")

    async def positions(self) -> tuple[Position, ...]:
        return await self._ask(tuple[Position, ...], "positions")

    async def orders(self) -> tuple[OrderLine, ...]:
        return await self._ask(tuple[OrderLine, ...], "orders")

    async def balance(self) -> Balance:
        return await self._ask(Balance, "balance")

    async def summary(self) -> Summary:
        return await self._ask(Summary, "summary")

    async def profit(self, period: Period, count: int) -> tuple[PeriodProfit, ...]:
        return await self._ask(tuple[PeriodProfit, ...], "profit", period=period, count=count)

    async def performance(self) -> tuple[InstrumentResult, ...]:
        return await self._ask(tuple[InstrumentResult, ...], "performance")

    async def trades(self, count: int) -> tuple[TradeLine, ...]:
        return await self._ask(tuple[TradeLine, ...], "trades", count=count)

    async def decisions(self, count: int, instrument: str = "") -> tuple[DecisionLine, ...]:
        return await self._ask(tuple[DecisionLine, ...], "decisions", count=count, instrument=instrument)

    async def why(self, id: str) -> Story:
        return await self._ask(Story, "why", id=id)

    async def filters(self) -> tuple[FilterLine, ...]:
        return await self._ask(tuple[FilterLine, ...], "filters")

    async def chart(self, instrument: str, bars: int) -> Chart:
        return await self._ask(Chart, "chart", instrument=instrument, bars=bars)

    async def curve(self, days: int) -> Curve:
        return await self._ask(Curve, "curve", days=days)

    async def terms(self) -> tuple[Instrument, ...]:
        return await self._ask(tuple[Instrument, ...], "terms")

    async def config(self) -> str:
        return await self._ask(str, "config")

    async def logs(self, count: int) -> tuple[str, ...]:
        return await self._ask(tuple[str, ...], "logs", count=count)

    async def requests(self) -> tuple[ApprovalRequest, ...]:
        return await self._ask(tuple[ApprovalRequest, ...], "requests")

    async def events(self, epoch: str, number: int, wait_s: float) -> Page:
        return await self._ask(Page, "events", epoch=epoch, number=number, wait_s=wait_s)

    async def alerts(self, waited_s: float) -> Done:
        return await self._ask(Done, "alerts", waited_s=waited_s)

    async def pause(self, by: str) -> Done:
        return await self._ask(Done, "pause", by=by)

    async def resume(self, by: str) -> Done:
        return await self._ask(Done, "resume", by=by)

    async def stop(self, by: str) -> Done:
        return await self._ask(Done, "stop", by=by)

    async def reload(self, by: str) -> Done:
        return await self._ask(Done, "reload", by=by)

    async def force_exit(self, instrument: str, by: str) -> Done:
        return await self._ask(Done, "force_exit", instrument=instrument, by=by)

    async def force_enter(self, instrument: str, side: int, by: str) -> Done:
        return await self._ask(Done, "force_enter", instrument=instrument, side=side, by=by)

    async def cancel(self, order: str, by: str) -> Done:
        return await self._ask(Done, "cancel", order=order, by=by)

    async def settle(self, order: str, number: str, by: str) -> Done:
        return await self._ask(Done, "settle", order=order, number=number, by=by)

    async def approve(self, request: str, by: str) -> Done:
        return await self._ask(Done, "approve", request=request, by=by)

    async def reject(self, request: str, by: str) -> Done:
        return await self._ask(Done, "reject", request=request, by=by)

    async def _ask(self, answer: type[T], name: str, **arguments: Any) -> T:
        hints = methods()[name].arguments
        given = {key: write(hints[key], value) for key, value in arguments.items()}
        limit = self.timeout_s + float(arguments.get("wait_s", 0.0))
        said = await self._post(name, given, limit)
        if "answer" not in said:
            raise _error_of(name, said)
        try:
            found: T = from_json(answer, said["answer"])
            return found
        except DataError as error:
            raise EngineFault(f"the engine's answer to {name} isn't one: {error}") from None

    async def _post(self, name: str, given: dict[str, Any], limit: float) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=limit)
        try:
            async with self._connected().post(f"http://bot/v1/{name}", json=given, timeout=timeout) as reply:
                said = await reply.json()
        except aiohttp.ClientConnectorError:
            raise EngineDown(f"the engine isn't running (nobody serves {self.path}).", asked=False) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            slow = isinstance(error, TimeoutError)
            what = f"did not answer within {limit:g} s" if slow else "went away in the middle of an answer"
            raise EngineDown(
                f"the engine {what}; {name} may or may not have been done.", asked=True
            ) from None
        except ValueError:
            raise EngineFault(f"the engine's answer to {name} isn't JSON.") from None
        return said if isinstance(said, dict) else {}

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A new connection for every request: none outlives the engine it was made to.
            connector = aiohttp.UnixConnector(path=str(self.path), force_close=True)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


def ask(path: Path, question: Callable[[Bot], Awaitable[T]], timeout_s: float = 5.0) -> T:
    """One question from code that isn't asynchronous: ``ask(socket, lambda bot: bot.status())``."""

    async def once() -> T:
        async with ControlClient(path, timeout_s) as client:
            return await question(client)

    return asyncio.run(once())


def _error_of(name: str, said: dict[str, Any]) -> MaemaeError:
    message = str(said.get("message", "no reason was given"))
    if said.get("error") == "config":
        return ConfigError(message)
    return EngineFault(f"{name}: {message}" if said.get("error") == "fault" else message)
