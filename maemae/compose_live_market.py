"""Where a live bot's bars come from and where its orders go."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brokers.contract import Broker, Feed, Venue
from brokers.paper import PaperBroker
from brokers.paper_venue import PaperVenue
from brokers.registry import LS, needs_key, open_venue
from brokers.replay import Replay
from desk.rules import DeskRules
from filters.registry import load_filter
from live.public_paper import BarsOf, PublicPaper
from live.session import Session
from maemae.compose import PARTICIPATION, load_strategies
from maemae.compose_data import read_panel
from maemae.compose_krx import calendar_of
from maemae.compose_panel import refuse_repeats, with_costs
from maemae.compose_rules import desk_rules
from maemae.settings import InstrumentSettings, Profile
from market.bars import PRICES, Panel
from market.errors import ConfigError
from market.instruments import Instrument, Kind
from market.timeframes import parse_timeframe

ANSWER = 3 * 10**9  # ns that a bar which was asked for may take, before a row goes without it


@dataclass(frozen=True, eq=False)
class Market:
    """connect: makes the broker, once the desk is as the journal left it. data: what it is called.

    warmup: closed bars before the first that counts. patience: ns that a row waits for a missing bar. short:
    negative positions exist. offset: ns by which our clock is ahead of the venue's. measure: asks for that
    again; None: both are the same. venue: that prices come from, None = a replay.
    """

    instruments: tuple[Instrument, ...]
    timeframe: int
    rules: DeskRules
    data: str
    connect: Callable[[Session], Broker]
    clock: Callable[[], int]
    warmup: int = 0
    patience: int = 0
    feeds: frozenset[Feed] = frozenset({Feed.BARS, Feed.ORDERS})
    short: bool = True
    offset: int = 0
    measure: Callable[[], Awaitable[int]] | None = None
    venue: Venue | None = None


@dataclass(eq=False)
class ReplayedClock:
    """The time of a replay: the close of its newest row."""

    now: int
    broker: PaperBroker | None = None

    def __call__(self) -> int:
        return max(self.now, self.broker.ts if self.broker is not None else 0)


def replayed(profile: Profile, panel: Panel | None = None) -> Market:
    """The profile's bars as they were, on a paper account. panel: bars that are in memory already."""
    panel, source, described = read_panel(profile, panel)
    panel = _said(panel)
    rules = desk_rules(profile, panel.timeframe, PARTICIPATION if described else 0.0)
    clock = ReplayedClock(int(panel.ts[0]))

    def connect(session: Session) -> Broker:
        history = session.reader.history
        heard = history.ts(len(history) - 1) if len(history) else -1
        if len(history):
            clock.now = heard + panel.timeframe
        source = Replay(panel, int(np.searchsorted(panel.ts, heard, "right")))
        clock.broker = PaperBroker(_paper_venue(session, rules), source, panel.timeframe, patience=0)
        return clock.broker

    return Market(panel.instruments, panel.timeframe, rules, source, connect, clock)


async def streamed(profile: Profile, venue: Venue) -> Market:
    """A connected venue's market, as it happens; orders go there in live mode, else nowhere."""
    return market_at(profile, venue, await venue.instruments(instruments_of(profile)))


def market_at(profile: Profile, venue: Venue, found: Sequence[Instrument]) -> Market:
    """The same, of instruments whose terms are known; the venue is asked nothing."""
    timeframe, real = timeframe_of(profile), profile.mode == "live"
    _check_kinds(found)
    instruments = tuple(with_costs(one, profile.costs, _own(one, profile)) for one in found)
    rules = desk_rules(profile, timeframe, PARTICIPATION)
    if real and not venue.capabilities.short:
        rules = replace(rules, risk=replace(rules.risk, long_only=True))

    def connect(session: Session) -> Broker:
        if real:
            return venue
        return PublicPaper(_paper_venue(session, rules), BarsOf(venue), timeframe, public=venue)

    return Market(
        instruments,
        timeframe,
        rules,
        profile.venue.use,
        connect,
        venue.now,
        warmup=warmup_of(profile),
        patience=venue.patience + ANSWER if real else 0,
        feeds=frozenset({Feed.BARS, Feed.ORDERS, Feed.QUOTES}),
        short=not real or venue.capabilities.short,
        offset=venue.clock() - venue.now(),
        measure=venue.measure_clock,
        venue=venue,
    )


def _check_kinds(instruments: Sequence[Instrument]) -> None:
    """The ledger keeps no premiums and no indices: what the desk can't hold isn't begun."""
    for one in instruments:
        if one.kind in (Kind.OPTION, Kind.INDEX):
            raise ConfigError(
                f"{one.id}: {one.kind.name.lower()}s can be heard and looked up, not traded by a bot yet. "
                "Name futures, stocks or coins."
            )


def venue_of(profile: Profile, signed: bool = True, **more: Any) -> Venue:
    """The profile's venue, not connected; without its keys in paper mode, or if not ``signed``. Raises
    ConfigError."""
    settings = profile.venue.model_dump(exclude={"use", "account"})
    signed = signed and (profile.mode == "live" or needs_key(profile.venue.use))
    if not signed and not needs_key(profile.venue.use):
        settings = {key: settings[key] for key in ("max_clock_offset_s", "timeout_s", "url", "options")}
    if profile.venue.use == LS:
        more = {"days": calendar_of(profile.krx), **more}
    return open_venue(profile.venue.use, settings, signed, use=tuple(instruments_of(profile)), **more)


def timeframe_of(profile: Profile) -> int:
    """ns of a bar. Raises ConfigError."""
    if profile.market.timeframe is None:
        raise ConfigError("market.timeframe is missing: say how long the bars are, such as timeframe = '1m'.")
    return parse_timeframe(profile.market.timeframe)


def instruments_of(profile: Profile) -> list[str]:
    """The instruments as SYMBOL@venue. Raises ConfigError."""
    venue = profile.venue.use
    if not profile.market.instruments:
        raise ConfigError(
            f"market.instruments is empty: name what to trade, such as instruments = ['BTCUSDT@{venue}']."
        )
    refuse_repeats(profile.market.instruments, "market.instruments")
    ids = [name if "@" in name else f"{name}@{venue}" for name in profile.market.instruments]
    other = next((name for name in ids if name.partition("@")[2] != venue), None)
    if other is not None:
        raise ConfigError(f"market.instruments: {other} isn't traded at '{venue}', the venue of [venue].")
    return ids


def warmup_of(profile: Profile) -> int:
    """Closed bars that strategies and filters need before the first that counts."""
    if profile.live.warmup is not None:
        return profile.live.warmup
    agents = [load_filter(each.use, each.parameters) for each in profile.filters]
    return max([each.warmup for each in load_strategies(profile)] + [each.warmup for each in agents])


def _paper_venue(session: Session, rules: DeskRules) -> PaperVenue:
    """A paper account as the journal left it: what had been accepted rests on."""
    trader, orders = session.trader, session.orders
    venue = PaperVenue(trader.instruments, rules)
    if len(session.reader.history):
        resting = {
            known.number: known.order
            for known in orders.open()
            if known.number >= 0 and known.events and trader.awaits(known.number)
        }
        opened = {number: orders[name].order for number, name in trader.opened.items() if name in orders}
        venue.adopt(trader.desk.book, resting, opened, trades=len(session.heard))
    return venue


def _said(panel: Panel) -> Panel:
    """The rows of which a feed would say something."""
    said = ~np.isnan(panel.close).all(axis=1)
    if said.all():
        return panel
    columns: dict[str, Any] = {name: getattr(panel, name)[said] for name in ("ts", *PRICES)}
    return replace(panel, **columns)


def _own(instrument: Instrument, profile: Profile) -> InstrumentSettings:
    tables = profile.instruments
    return tables.get(instrument.id) or tables.get(instrument.symbol) or InstrumentSettings()
