"""The running bot, as everything that steers or watches it sees it: ``live.control.Bot`` over one engine."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import nan

import numpy as np

from live.approvals import Approvals
from live.control.answers import (
    Activity,
    ApprovalRequest,
    Balance,
    Chart,
    Code,
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
from live.engine import Engine
from live.forcing import Forcing
from live.guard import Guard
from live.kept import Views
from live.pause import Pause
from live.pulse import Pulse
from live.risk.codes import LATCHING
from live.risk.codes import Code as RiskCode
from live.settling import NONE, VENUE, chosen
from live.steering import SteeredReader
from live.views.account import AccountView
from live.views.activity import activity_of, hindrances
from live.views.charts import chart_of
from live.views.decisions import Stories, explained
from live.views.explain import reasons
from live.views.health import checks_of, memory_mb
from live.views.results import newest
from market.errors import ConfigError, MaemaeError
from market.instruments import Instrument
from records.outcomes import Note

ALL = "all"
SETTLE_S = 5.0  # what is on its way may take before a stop goes on without it


@dataclass(frozen=True)
class Identity:
    """What the bot is called, and by whom its money is kept."""

    profile: str
    mode: str
    venue: str
    version: str


@dataclass(eq=False)
class RunningBot:
    """reload: reads the profile again, returns why it is wrong or "". config: the profile in words, without
    secrets. logs: the newest lines."""

    identity: Identity
    engine: Engine
    guard: Guard
    approvals: Approvals
    reader: SteeredReader
    forcing: Forcing
    views: Views
    pause_file: Pause
    config_text: str
    newest_logs: Callable[[int], tuple[str, ...]]
    wrong_profile: Callable[[], Awaitable[str]]
    pulse: Pulse = field(default_factory=Pulse)
    started: int = 0
    stopping: str = ""  # why, "" = it isn't
    reloading: bool = False
    trading: bool = False  # from the first subscription on
    _ending: "asyncio.Task[None] | None" = None

    # --- questions

    async def status(self) -> Status:
        results, view = self.views.results, self.account_view()
        account = self._book()
        return Status(
            profile=self.identity.profile,
            mode=self.identity.mode,
            activity=self._activity(),
            venue=self.identity.venue,
            version=self.identity.version,
            started=self.started,
            currency=self.views.scale.currency,
            equity=float(account["equity"]),
            cash=float(self.engine.session.cash_at_venue()),
            day_pnl=results.day_pnl(),
            positions=len(view.positions()),
            orders=sum(1 for _ in self.engine.session.orders.open()),
            last_bar=results.last,
            reasons=tuple(self._reasons()),
        )

    async def health(self) -> Health:
        checks = tuple(checks_of(self.engine, self.guard, bool(self.stopping)))
        now, last = self.engine.clock(), self.views.results.last
        return Health(
            ok=all(check.ok for check in checks),
            pid=os.getpid(),
            beat=self.pulse.beat,
            uptime_s=self.pulse.uptime_s,
            lag_s=self.pulse.lag_s,
            memory_mb=memory_mb(),
            bar_age_s=(now - last) / 1e9 if last else nan,
            checks=checks,
        )

    async def positions(self) -> tuple[Position, ...]:
        return self.account_view().positions()

    async def orders(self) -> tuple[OrderLine, ...]:
        known = self.views.orders.known
        names = [each.order.client_id for each in self.engine.session.orders.open()]
        lines = [known[name].line() for name in names if name in known]
        return tuple(sorted(lines, key=lambda line: -line.created))

    async def balance(self) -> Balance:
        return self.account_view().balance(self.guard.account)

    async def summary(self) -> Summary:
        return self.views.results.summary()

    async def profit(self, period: Period, count: int) -> tuple[PeriodProfit, ...]:
        return self.views.results.profit(period, count)

    async def performance(self) -> tuple[InstrumentResult, ...]:
        return self.views.results.performance()

    async def trades(self, count: int) -> tuple[TradeLine, ...]:
        return newest(self.views.results.trades, count)

    async def decisions(self, count: int, instrument: str = "") -> tuple[DecisionLine, ...]:
        return self.views.decisions.newest(count, instrument)

    async def why(self, id: str) -> Story:
        views = self.views
        story = Stories(views.decisions, views.orders, views.results, views.notes).of(id)
        if story.decision is None or not story.decision.opinions:
            return story
        return explained(story, await self._reasoned(int(story.decision.id[1:])))

    async def filters(self) -> tuple[FilterLine, ...]:
        return self.views.evidence.cards()

    async def chart(self, instrument: str, bars: int) -> Chart:
        positions = self.account_view().positions()
        if instrument:
            wanted = self.views.scale.instrument(instrument).id
        elif positions:
            wanted = max(positions, key=lambda each: abs(float(each.quantity) * each.price)).instrument
        else:
            wanted = self.views.scale.instruments[0].id
        held = next((each for each in positions if each.instrument == wanted), None)
        return chart_of(self.reader.history, wanted, bars, self.views.orders, held)

    async def curve(self, days: int) -> Curve:
        return self.views.results.curve(days)

    async def terms(self) -> tuple[Instrument, ...]:
        return tuple(self.engine.session.trader.instruments)

    async def config(self) -> str:
        return self.config_text

    async def logs(self, count: int) -> tuple[str, ...]:
        return self.newest_logs(count)

    async def requests(self) -> tuple[ApprovalRequest, ...]:
        return self.approvals.requests()

    async def events(self, epoch: str, number: int, wait_s: float) -> Page:
        return await self.views.publisher.log.after(epoch, number, min(wait_s, 60.0))

    # --- news of the supervisor's

    async def alerts(self, waited_s: float) -> Done:
        self.guard.alerting.heard(waited_s)
        return Done(Code.HEARD)

    # --- orders of people

    async def pause(self, by: str) -> Done:
        if self.guard.paused:
            return Done(Code.NOTHING, detail=self.guard.paused)
        self.guard.paused = f"paused by {by}"  # whatever the disk says
        self.guard.paused = str(self.pause_file.set(by))
        self._steered("PAUSE", f"{by} paused entries.")
        return Done(Code.PAUSED)

    async def resume(self, by: str) -> Done:
        """Also releases what only people end: strategies that lost or executed too often, a drawdown."""
        paused = self.pause_file.clear() or bool(self.guard.paused)
        gate = self.guard.gate
        held = [key for key in {**gate.memory.disabled, **gate.memory.told} if key[0] in LATCHING]
        if not paused and not held:
            return Done(Code.NOTHING)
        self.guard.paused = ""
        for code, _, strategy in held:
            released = gate.release(RiskCode(code), by, strategy)
            self.engine.session.tell(released, self.engine.clock())
        self._steered("RESUME", f"{by} resumed entries.")
        return Done(Code.RESUMED, detail="; ".join(f"{code} {name}".strip() for code, _, name in held))

    async def stop(self, by: str) -> Done:
        if self.stopping:
            return Done(Code.NOTHING, detail=self.stopping)
        self._steered("STOP", f"{by} stopped the bot.")
        self.end(f"stopped by {by}")
        return Done(Code.STOPPING)

    async def reload(self, by: str) -> Done:
        wrong = await self.wrong_profile()
        if wrong:
            return Done(Code.REFUSED, detail=wrong)
        self._steered("RELOAD", f"{by} had the profile read again.")
        self.reloading = True
        self.end(f"reloaded by {by}")
        return Done(Code.RELOADED)

    async def force_exit(self, instrument: str, by: str) -> Done:
        wanted = self._instruments(instrument)
        self._steered("FORCE_EXIT", f"{by} closes {instrument}.")
        left = [self.forcing.exit(each) for each in wanted]
        orders = [order for sent, _ in left for order in sent]
        for order in orders:
            self.views.notes.append((order.client_id, f"closed by hand: {by}"))
        if not orders and not any(touched for _, touched in left):
            return Done(Code.NOTHING, detail="nothing is held, and nothing works")
        return Done(Code.SENT, tuple(order.client_id for order in orders))

    async def force_enter(self, instrument: str, side: int, by: str) -> Done:
        if side not in (1, -1):
            raise ConfigError(f"side {side}: expected 1 to buy or -1 to sell.")
        wanted = self.views.scale.instrument(instrument).id
        activity = self._activity()
        if activity is not Activity.RUNNING:  # the gate would deny any entry
            said = "; ".join([f"the bot is {activity.value}", *self._reasons()])
            return Done(Code.REFUSED, detail=said)
        self.forcing.enter(wanted, side)
        self._steered("FORCE_ENTER", f"{by} enters {wanted}, side {side:+d}.")
        return Done(Code.SENT, detail="it is a signal of the next close; every check applies")

    async def cancel(self, order: str, by: str) -> Done:
        known = self.engine.session.orders.known.get(order)
        if known is None:
            return Done(Code.UNKNOWN, detail=f"'{order}': no such order")
        if known.view.closed:
            return Done(Code.NOTHING, (order,), f"it is {known.view.status.value}")
        if known.number < 0 and known.order.trigger is not None:
            return Done(Code.REFUSED, (order,), "it protects a position; close the position instead")
        self._steered("CANCEL", f"{by} cancels {order}.")
        self.views.notes.append((order, f"cancelled by hand: {by}"))
        self.approvals.withdraw(known.order)
        return Done(Code.CANCELING, (order,))

    async def settle(self, order: str, number: str, by: str) -> Done:
        if number.strip().lower() == VENUE:
            return await self._settle_position(self.views.scale.instrument(order).id, by)
        naming = self.engine.sending.naming
        if order not in naming.several:
            names = ", ".join(naming.several)
            said = f"no such order waits to be settled; those that do: {names}"
            return Done(Code.UNKNOWN, detail=said if names else "no order waits to be settled")
        numbers = sorted(naming.candidates(self.engine.session.orders[order].order))
        meant = chosen(numbers, number)
        if not meant:
            said = f"'{number}' isn't among {', '.join(numbers)}; {NONE} says that it never reached the venue"
            return Done(Code.REFUSED, (order,), said)
        self._steered("SETTLE", f"{by} settles {order}: {meant}.")
        self.engine.sending.settle(order, meant, by)
        return Done(Code.SETTLED, (order,))

    async def _settle_position(self, instrument: str, by: str) -> Done:
        """What the venue holds no more is closed, says a person."""
        session, held = self.engine.session, await self.engine.reconcile()
        if instrument not in held:
            return Done(Code.REFUSED, (instrument,), "the venue can't say what it holds; ask again")
        if instrument not in self.engine.agreement.positions:
            return Done(Code.NOTHING, (instrument,), "book and venue agree")
        venue = session.purse.of_bot(held)[instrument]
        price = float(session.trader.desk.book.instruments["last"][session.trader.column(instrument)])
        self._steered("SETTLE", f"{by} settles the position of {instrument}: it is as the venue says.")
        booked = self.engine.elsewhere.settle(instrument, venue, price) if self.engine.elsewhere else 0
        await self.engine.reconcile()
        if not booked:
            return Done(Code.REFUSED, (instrument,), "the venue holds what the book lacks: trade it there")
        return Done(Code.SETTLED, (instrument,), f"{booked} count as closed at {price:g}")

    async def approve(self, request: str, by: str) -> Done:
        return self.approvals.answer(request, True, by)

    async def reject(self, request: str, by: str) -> Done:
        return self.approvals.answer(request, False, by)

    # --- the end

    def end(self, why: str) -> None:
        """In good order: what is on its way is carried out, then the engine ends."""
        if not self.stopping:
            self.stopping = why
            self._ending = asyncio.get_running_loop().create_task(self._end())

    async def _end(self) -> None:
        with suppress(TimeoutError, MaemaeError):  # intents are in the journal: the next start settles them
            await asyncio.wait_for(self.engine.sending.idle(), SETTLE_S)
        self.engine.stop()

    # --- pieces

    def account_view(self) -> AccountView:
        brackets = self.engine.broker.capabilities.brackets
        return AccountView(self.engine.session, self.views.scale, brackets)

    def _book(self) -> np.void:
        account: np.void = self.engine.session.trader.desk.book.account[0]
        return account

    def _activity(self) -> Activity:
        return activity_of(self.engine, self.guard, bool(self.stopping), self.trading)

    def _reasons(self) -> list[str]:
        return hindrances(self.engine, self.guard, self.stopping)

    def _instruments(self, name: str) -> list[str]:
        if name.lower() == ALL:
            return self.engine.instruments
        return [self.views.scale.instrument(name).id]

    def _steered(self, code: str, text: str) -> None:
        now = self.engine.clock()
        self.engine.session.tell(Note(text), now)
        self.views.publisher.command(now, code, text)

    async def _reasoned(self, seq: int) -> list[str]:
        """What each filter has to say of a signal now, worked out beside the loop."""
        signal = self.views.evidence.signal(seq)
        pipeline, panel, first = self.reader.pipeline, self.reader.history.panel, self.reader.history.first
        if signal is None or signal["bar"] < first or signal["instrument"] < 0:
            # too long ago: its bars have been let go of; or its instrument isn't traded any more
            return [""] * len(pipeline.filters)
        signal = signal.copy()
        signal["bar"] -= first
        return await asyncio.to_thread(reasons, pipeline, panel, signal)
