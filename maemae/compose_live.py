"""A profile as a running bot: everything of one life wired together, from the journal on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from zoneinfo import ZoneInfo

from brokers.contract import BarEvent, Broker, BrokerEvent, Link, LinkEvent
from brokers.paper import PaperBroker
from brokers.replay import Replay
from brokers.rows import Rows
from desk.orders import Order
from desk.pipeline import Pipeline
from filters.registry import load_filter
from live.approvals import ApprovalRules, Approvals, Requests
from live.bot import Identity, RunningBot
from live.clock import ClockWatch
from live.control.answers import ApprovalRequest
from live.control.events import EventLog, Kind
from live.elsewhere import Elsewhere
from live.engine import Engine
from live.forcing import Forcing
from live.guard import Guard
from live.host import Hosted
from live.kept import Views
from live.leaving import Leaving
from live.pause import Pause
from live.protection import Protection
from live.publishing import Publisher
from live.reading import History
from live.recovery import recover
from live.redaction import Redactor
from live.risk.gate import RiskGate
from live.session import Names, Session
from live.steering import SteeredReader
from live.views.decisions import Decisions
from live.views.evidence import Evidence, NotingTrader
from live.views.orders import OrderViews
from live.views.results import Results
from live.views.scale import Scale
from maemae import __version__
from maemae.compose import load_strategies, strategy_names
from maemae.compose_condition import condition_source
from maemae.compose_live_market import Market
from maemae.compose_live_run import manifest_of, run_name
from maemae.compose_risk import risk_limits
from maemae.live_bot import LiveBot
from maemae.settings import Profile
from maemae.settings_live import ApprovalSettings
from market.instruments import Instrument
from records.entries import message_of
from records.inputs import Start, Traded
from records.journal import Journal
from records.latch import KillLatch
from records.message import Message

LATELY = 600 * 10**9  # ns before a journal's end: what readers may have missed


@dataclass(frozen=True)
class Outside:
    """What the process brings: the log's newest lines, what hides secrets, whether the profile may be read
    again (why not, "" = it may)."""

    redactor: Redactor
    newest_logs: Callable[[int], tuple[str, ...]] = lambda count: ()
    wrong_profile: Callable[[], Awaitable[str]] | None = None


def assemble(bot: LiveBot, market: Market, journal: Journal, outside: Outside) -> Hosted:
    """Wire one life and fold the journal into it; the venue isn't asked anything yet."""
    profile = bot.profile
    pipeline = _pipeline(profile, market)
    names = Names(strategy_names(profile), [agent.name for agent in pipeline.filters])
    run = run_name(journal, market.clock())
    trader = NotingTrader(market.instruments, market.rules, run, len(pipeline.filters))
    reader = SteeredReader(pipeline, History(market.instruments, market.timeframe))
    session = Session(journal, trader, reader, names)
    guard, requests = _guard(bot, market, session), Requests()
    watch = _clock_watch(bot, market, guard)
    views = _views(bot, market, journal, session, trader)
    heard = (guard.heard, requests.heard, reader.heard, views.heard)
    session.judge, session.watch = guard.judge, lambda ts, message: _tell(heard, ts, message)
    manifest = manifest_of(profile, market, pipeline)
    found = recover(session, manifest.code)
    views.waits = True
    broker = market.connect(session)
    sending = _sending(bot, market, broker, guard, views, requests)
    running = RunningBot(
        identity=Identity(profile.name, bot.mode, profile.venue.use, __version__),
        engine=_engine(bot, market, sending, guard, views, watch),
        guard=guard,
        approvals=sending,
        reader=reader,
        forcing=Forcing(trader, reader, Leaving(session, sending)),
        views=views,
        pause_file=Pause(bot.places.folder / "paused.json"),
        config_text=outside.redactor.text(bot.text),
        newest_logs=outside.newest_logs,
        wrong_profile=outside.wrong_profile or _never_wrong,
    )
    paused = running.pause_file.read()
    guard.paused = str(paused) if paused is not None else ""
    return Hosted(
        running,
        bot.places,
        Start(profile.name, bot.mode, manifest, tuple(map(_traded, market.instruments))),
        found,
        outside.redactor.tree,
        profile.live.health_port,
        None if bot.replays else profile.live.reconcile_every / 1e9,
        watch,
        condition_source(profile.condition, market.venue, bot.places.folder),
    )


def _traded(one: Instrument) -> Traded:
    return Traded(one.id, one.lot, one.multiplier)


async def _never_wrong() -> str:
    return ""


def _tell(who: tuple[Callable[[int, Message], None], ...], ts: int, message: Message) -> None:
    for each in who:
        each(ts, message)


def _pipeline(profile: Profile, market: Market) -> Pipeline:
    strategies = tuple(zip(strategy_names(profile), load_strategies(profile), strict=True))
    filters = tuple(load_filter(each.use, each.parameters) for each in profile.filters)
    return Pipeline(strategies, filters, market.rules)


def _guard(bot: LiveBot, market: Market, session: Session) -> Guard:
    limits = risk_limits(bot.profile.risk, [one.id for one in market.instruments])
    gate = RiskGate(limits, market.instruments, session.names.strategies)
    return Guard(
        gate,
        session.trader,
        market.clock,
        KillLatch(bot.places.latch),
        shorts=market.short,
        session=session,
        clock_offset=market.offset,
        deaf_since=market.clock() if bot.real else None,
    )


def _clock_watch(bot: LiveBot, market: Market, guard: Guard) -> ClockWatch | None:
    """None in a replay, whose clock is the market's own."""
    if market.measure is None:
        return None
    return ClockWatch(guard, market.measure, bot.profile.live.clock_every / 1e9)


def _views(bot: LiveBot, market: Market, journal: Journal, session: Session, trader: NotingTrader) -> Views:
    scale, orders = Scale(market.instruments, session.names, _traded_before(journal)), OrderViews()
    zone = ZoneInfo(bot.profile.alerts.timezone)
    results = Results(scale, market.rules.cash, market.timeframe, zone)
    decisions = Decisions(scale, trader)
    newest = next(journal.entries(max(journal.last - 1, 0)), None)
    log = EventLog(f"{time.time_ns():x}")
    publisher = Publisher(log, orders, decisions, results, newest.ts - LATELY if newest is not None else 0)
    return Views(scale, decisions, orders, results, Evidence(trader, session.names.filters), publisher)


def _traded_before(journal: Journal) -> dict[str, Traded]:
    """What the lives of an account have traded, by id, as the newest of them had it."""
    starts = [message_of(entry) for entry in journal.entries(kinds=("start",))]
    return {one.id: one for start in starts if isinstance(start, Start) for one in start.instruments}


def _sending(
    bot: LiveBot, market: Market, broker: Broker, guard: Guard, views: Views, requests: Requests
) -> Approvals:
    session = guard.session
    assert session is not None
    book, column = session.trader.desk.book, session.trader.column

    def worth(order: Order, price: float) -> float:
        return float(order.quantity) * market.instruments[column(order.instrument)].multiplier * price

    def asked(request: ApprovalRequest) -> None:
        views.publisher.log.publish(Kind.APPROVAL, request, market.clock(), f"request {request.id}")

    guard.sending = sending = Approvals(
        broker,
        session,
        market.clock,
        judge=guard.again,
        halted=guard.halted,
        tell=lambda code, order, text: views.publisher.trouble(market.clock(), code, order, text),
        alarm=lambda code, text: views.publisher.trouble(market.clock(), code, None, text),
        settle_every_s=0.0 if bot.replays else 1.0,
        rules=_approval_rules(bot.profile.approvals),
        price=lambda instrument: float(book.instruments["last"][column(instrument)]),
        worth=worth,
        equity=lambda: float(book.account["equity"][0]),
        decision=views.decisions.made.get,
        opinions=views.decisions.opinions,
        asked=asked,
        currency=views.scale.currency,
        told=requests,
    )
    guard.venue_reduces = broker.capabilities.reduce_only or broker.capabilities.brackets
    return sending


def _approval_rules(settings: ApprovalSettings) -> ApprovalRules:
    return ApprovalRules(
        above=inf if settings.above is None else settings.above,
        above_share=inf if settings.above_share is None else settings.above_share,
        min_agreement=settings.min_agreement or 0.0,
        expires=settings.expires,
    )


def _engine(
    bot: LiveBot, market: Market, sending: Approvals, guard: Guard, views: Views, watch: ClockWatch | None
) -> Engine:
    session, broker, protection = sending.session, sending.broker, None
    replay: _Replayed | None = None
    if not broker.capabilities.brackets:
        protection = Protection(session, sending, broker.capabilities.resting_stops, guard.held)
        sending.before_exit = protection.free

    def listen(event: BrokerEvent) -> None:
        if isinstance(event, LinkEvent):
            views.publisher.link(market.clock(), event)
            if watch is not None and event.link is not Link.DOWN:
                watch.wake()
        elif replay is not None and isinstance(event, BarEvent):
            replay.compare()

    engine = Engine(
        broker,
        session,
        sending,
        Rows(market.instruments, market.timeframe, market.patience),
        market.clock,
        guard=guard,
        protection=protection,
        warmup=market.warmup,
        feeds=market.feeds,
        reconcile_every=bot.profile.live.reconcile_every,
        transfers_every=bot.profile.live.transfers_every,
        elsewhere=Elsewhere(session, sending, bot.places.killed),
        listen=listen,
    )
    if isinstance(broker, PaperBroker) and isinstance(broker.source, Replay):
        replay = _Replayed(engine, broker, bot.pace_s)
        broker.source.pace, engine.beat_s = replay.wait, None
    return engine


@dataclass(eq=False)
class _Replayed:
    """What a replay asks for. Its rows may be days apart, so book and venue are compared at each, and the
    engine's heart beats once a row: by the market's clock alone, so that equal bars give equal journals."""

    engine: Engine
    broker: PaperBroker
    pause_s: float

    async def wait(self) -> None:
        """Between two rows: everything is carried out."""
        await self.engine.sending.idle()
        if self.engine.guard is not None:
            self.engine.guard.account = await self.broker.account()
        await self.engine.beat()
        await self.engine.sending.idle()
        await asyncio.sleep(self.pause_s)

    def compare(self) -> None:
        """At a bar: the account's fills in it have been heard already."""
        guard, venue = self.engine.guard, self.broker.venue
        if guard is None or guard.reconciled != self.engine.clock():
            self.engine.compared({one.id: venue.held(one.id) for one in venue.instruments})
