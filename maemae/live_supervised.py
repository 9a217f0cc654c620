"""The supervisor's process, and the kill switch, as a profile has them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from brokers.contract import (
    AccountReport,
    Broker,
    BrokerEvent,
    Capabilities,
    Feed,
    FillReport,
    OrderReport,
    PositionReport,
)
from desk.orders import Order
from live.supervisor.kill import KillTarget
from live.supervisor.run import SupervisorSetup, own_command, run_supervisor
from maemae.compose_live_market import venue_of
from maemae.live_bot import LiveBot
from maemae.live_bots import remember
from maemae.live_engine import secrets_of
from market.bars import Bars
from market.errors import ConfigError
from market.instruments import Instrument
from records.lock import hold_account


def supervise(bot: LiveBot, attach: bool, options: Sequence[str] = (), start: bool = False) -> int:
    """Until SIGTERM or SIGINT. attach: others start the engine. options: of the engine's command line.
    start: though it was stopped or killed before."""
    command = None if attach else own_command("live", str(bot.path), "--engine-only", *options)
    setup = SupervisorSetup(
        kill_target(bot),
        command,
        bot.profile.language,
        bot.profile.telegram,
        bot.profile.alerts,
        secrets_of(bot),
        start,
    )
    bot.places.make()
    remember(bot)
    with hold_account(bot.places.folder / "supervisor.lock", bot.profile.name, wait_s=1.0):
        return run_supervisor(setup)


def kill_target(bot: LiveBot) -> KillTarget:
    """What a kill of this bot ends. A paper account has no venue: it stands still while nobody trades it."""

    def broker() -> Broker:
        return venue_of(bot.profile) if bot.real else Nowhere()

    return KillTarget(bot.places, bot.profile.name, broker, bot.journal if bot.real else None)


@dataclass(frozen=True)
class Nowhere:
    """The venue of a paper account that nobody trades: nothing rests there, and nothing can be sent."""

    capabilities = Capabilities()

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def instruments(self, ids: Sequence[str]) -> tuple[Instrument, ...]:
        return ()

    async def bars(self, instrument: str, timeframe: int, start: int, end: int) -> Bars:
        raise ConfigError("a paper account that is killed has no bars.")

    async def subscribe(self, instruments: Sequence[str], feeds: set[Feed], timeframe: int = 0) -> None: ...

    async def events(self) -> AsyncIterator[BrokerEvent]:
        return
        yield  # an empty stream

    async def submit(self, order: Order) -> None:
        raise ConfigError("a paper account that is killed takes no orders.")

    async def replace(self, order: Order, quantity: Decimal, price: Decimal | None) -> None:
        await self.submit(order)

    async def cancel(self, order: Order) -> None:
        await self.submit(order)

    async def orders(self, since: int) -> list[OrderReport]:
        return []

    async def fills(self, since: int) -> list[FillReport]:
        return []

    async def positions(self) -> list[PositionReport]:
        return []

    async def account(self) -> AccountReport:
        return AccountReport({}, {})
