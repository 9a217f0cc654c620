"""Why trades differ: read off what the journal says became of each order, and off what both desks decided."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan

from desk.orders import OrderStatus
from desk.records import Action
from desk.records import Why as Passed
from live.compare_findings import Cause, Finding, Line, Why
from live.compare_journal import Lived, Meant
from live.compare_rounds import Key, Replayed, Round
from live.risk.codes import Code
from live.session import STALE
from live.steering import BY_HAND
from records.outcomes import Verdict

EPS = 1e-9  # relative: prices and money that are the same
FEE_EPS = 0.02  # fees that other prices alone explain
_CODE = re.compile(r"R\d\d [A-Z_]+")
BARRIERS = ("stop", "trail", "target")


@dataclass(frozen=True)
class Root:
    """Something that makes later decisions differ. row: from which bar on. number: the trade's, 0 = none."""

    row: int
    instrument: int
    strategy: int
    number: int
    cause: Cause


@dataclass(eq=False)
class Explainer:
    """Explains the lines of one comparison in order of time.

    code, configs: hashes of what would run now.
    """

    lived: Lived
    back: Replayed
    live_keys: dict[int, Key]
    code: str
    configs: frozenset[str]
    roots: list[Root] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._live_places = {key: seq for seq, key in self.live_keys.items()}
        self._back_places = self.back.places
        self._timeframe = self.lived.panel.timeframe
        for row, _ in self.lived.transfers:
            self.roots.append(Root(row, -1, -1, 0, Cause.TRANSFER))

    def explain(self, line: Line) -> Line:
        """The line with its findings, whose money sums up to its difference."""
        live, back = line.live, line.back
        if live is not None and back is not None:
            findings = self._both(line, live, back)
        elif back is not None:
            findings = [Finding(self._only_back(line), money=line.difference)]
        else:
            findings = [Finding(self._only_live(line), money=line.difference)]
        explained = replace(line, findings=tuple(findings))
        self._remember(explained)
        return explained

    def _remember(self, line: Line) -> None:
        """From where on what differs may make others differ."""
        if line.same:
            return
        rows = [each.entry_bar for each in (line.live, line.back) if each is not None]
        cause = next((f.why.cause for f in line.findings if f.why.cause is not Cause.FOLLOWS), Cause.FOLLOWS)
        self.roots.append(Root(min(rows), line.key.instrument, line.key.strategy, line.number, cause))

    # both --------------------------------------------------------------------------------------

    def _both(self, line: Line, live: Round, back: Round) -> list[Finding]:
        size, side = self._size(line.key), live.side
        findings: list[Finding] = []
        if live.lots != back.lots:
            money = (live.lots - back.lots) * back.pnl / back.lots
            findings.append(Finding(self._lots(line, live, back), money=money))
        entry = live.entry - back.entry
        if _differs(live.entry, back.entry) or live.entry_bar != back.entry_bar:
            money = -side * size * entry * live.lots
            ticks = self._ticks(line.key, side * entry, back.entry)
            findings.append(Finding(self._entry(line, live, back, ticks), ticks, money))
        leaving = live.exit - back.exit
        if _differs(live.exit, back.exit) or live.exit_bar != back.exit_bar:
            money = side * size * leaving * live.lots
            ticks = self._ticks(line.key, -side * leaving, back.exit)
            findings.append(Finding(self._exit(line, live, back, ticks), ticks, money))
        return self._with_costs(line, live, back, _merged(findings))

    def _with_costs(self, line: Line, live: Round, back: Round, findings: list[Finding]) -> list[Finding]:
        """What prices and lots leave over is funding, and fees and taxes: these are their own cause unless
        prices explain them."""
        funded = self._funded(line.key, live)
        if funded:
            why = Why(Cause.FUNDING, "funding, which a backtest doesn't have")
            findings.append(Finding(why, money=funded))
        rest = line.difference - sum(each.money for each in findings)
        wanted = back.fees * _turnover(live) / _turnover(back)
        apart = abs(live.fees - wanted)
        scale = self._size(line.key) * live.lots * abs(live.entry)
        if apart > FEE_EPS * abs(wanted) + EPS * scale or (not findings and abs(rest) > EPS * scale):
            values = {"live": f"{live.fees:,.2f}", "back": f"{wanted:,.2f}"}
            why = Why(Cause.FEES, "paid {live} in fees and taxes, {back} by the backtest's rates", values)
            return [*findings, Finding(why, money=rest)]
        if findings:
            place = max(range(len(findings)), key=lambda k: abs(findings[k].money))
            findings[place] = replace(findings[place], money=findings[place].money + rest)
        return findings

    def _funded(self, key: Key, live: Round) -> float:
        """What a round's funding brought."""
        position = key.instrument * len(self.back.run.book.rules) + key.strategy
        last = len(self.lived.panel) if live.open else live.exit_bar
        return sum(
            amount
            for row, number, amount in self.lived.payments
            if number == position and live.entry_bar <= row <= last
        )

    def _lots(self, line: Line, live: Round, back: Round) -> Why:
        """Why more or fewer lots were entered."""
        other = self._decided_otherwise(line)
        if other is not None:
            return other
        values = {"live": str(live.lots), "back": str(back.lots)}
        if live.lots > back.lots:
            return Why(Cause.EXTRA, "{live} lots filled, {back} in the backtest", values)
        why = self._unfilled(self._entries(live.seq))
        return why or Why(Cause.PARTIAL, "{live} lots filled, {back} in the backtest", values)

    def _entry(self, line: Line, live: Round, back: Round, ticks: float) -> Why:
        late = self._late(self._entries(live.seq))
        if late is not None:
            return late
        if live.lots != back.lots and len(self._entries(live.seq)) > 1:
            return self._lots(line, live, back)  # another mix of slices has another average
        if live.entry_bar != back.entry_bar:
            return self._moved("entered", (live.entry_bar, live.entry), (back.entry_bar, back.entry))
        return _priced("entered", live.entry, back.entry, ticks)

    def _exit(self, line: Line, live: Round, back: Round, ticks: float) -> Why:
        if live.exit_bar == back.exit_bar:
            return _priced("left", live.exit, back.exit, ticks)
        orders = [each for each in self._exits(line.key, live) if back.open or each.row <= back.exit_bar]
        if any(".exit" in each.order.client_id or self._by_hand(each.seq) for each in orders):
            return Why(Cause.BY_HAND, "a person closed it")
        why = self._late(orders) or self._unfilled(orders)
        if why is not None:
            return why
        barrier = live.reason in BARRIERS or back.reason in BARRIERS
        if barrier and (_differs(live.entry, back.entry) or live.lots != back.lots):
            values = {"live": live.reason, "back": back.reason}
            say = "left by {live}, by {back} in the backtest: barriers follow the price of the entry"
            return Why(Cause.FOLLOWS, say, values)
        first = min(each.exit_bar for each in (live, back) if not each.open)
        root = self._root(line, first)
        if root is not None:
            return root
        if live.open:
            held = self._condition(Code.KILLED) if not orders else None
            say = "still held; the backtest left by {back}"
            return held or Why(Cause.MISSED, say, {"back": back.reason})
        if back.open:
            return Why(Cause.EXTRA, "left by {live}; the backtest still holds it", {"live": live.reason})
        return self._moved("left", (live.exit_bar, live.exit), (back.exit_bar, back.exit))

    def _moved(self, did: str, live: tuple[int, float], back: tuple[int, float]) -> Why:
        """Filled at another bar. live, back: bar and price."""
        bars = live[0] - back[0]
        values = {"bars": str(abs(bars)), "live": f"{live[1]:.10g}", "back": f"{back[1]:.10g}"}
        first, last = sorted((live[0], back[0]))
        down = any(first - 1 <= run.row <= last for run in self.lived.runs[1:])
        way = "later" if bars > 0 else "earlier"
        say = f"{did} {{bars}} bars {way}, at {{live}} instead of {{back}}"
        return Why(Cause.STALE if down else Cause.DELAYED, say, values)

    # one alone ---------------------------------------------------------------------------------

    def _only_back(self, line: Line) -> Why:
        """The backtest traded, the life didn't."""
        seq = self._live_places.get(_signal(line.key))
        if seq is None:
            return self._said_otherwise(line, "the backtest has a signal that the bot wasn't given")
        other = self._decided_otherwise(line)
        if other is not None:
            return other
        orders = self._entries(seq)
        why = self._unfilled(orders) or self._late(orders)
        if why is not None:
            return why
        if not orders and line.key.again:
            root = self._root(line, line.row + 1)
            if root is not None:
                return root
        say = "both decided the same, and no order of the journal says why nothing was bought or sold"
        return self._changed(line.row) or Why(Cause.UNEXPLAINED, say)

    def _only_live(self, line: Line) -> Why:
        """The life traded, the backtest didn't."""
        seq = self._back_places.get(_signal(line.key))
        if self._by_hand(self._live_places.get(_signal(line.key), -1)):
            return Why(Cause.BY_HAND, "a person asked for it")
        if seq is None:
            return self._said_otherwise(line, "the bot was given a signal that the backtest hasn't")
        other = self._decided_otherwise(line)
        if other is not None:
            return other
        if line.key.again:
            root = self._root(line, line.row + 1)
            if root is not None:
                return root
        return Why(Cause.EXTRA, "the venue filled what the backtest's rules leave unfilled")

    def _said_otherwise(self, line: Line, say: str) -> Why:
        return self._changed(line.row) or Why(Cause.UNEXPLAINED, say)

    def _decided_otherwise(self, line: Line) -> Why | None:
        """Why the two desks decided differently on the same signal; None: they didn't."""
        mine, theirs = self._live_places.get(_signal(line.key)), self._back_places.get(_signal(line.key))
        if mine is None or theirs is None:
            return None
        if mine in self.lived.strange:
            say = "the journal's own inputs make another decision than the one it holds"
            return self._changed(line.row) or Why(Cause.UNEXPLAINED, say)
        live, back = self.lived.decisions[mine], self.back.run.decisions[theirs]
        if all(live[name] == back[name] for name in ("action", "side", "lots")):
            return None
        root = self._root(line, line.row)
        if root is None:
            say = "decided {live}, {back} in the backtest, and nothing before differs"
            values = {"live": _decision(live), "back": _decision(back)}
            return self._changed(line.row) or Why(Cause.UNEXPLAINED, say, values)
        return replace(root, values={**root.values, "live": _decision(live), "back": _decision(back)})

    # what became of orders ---------------------------------------------------------------------

    def _unfilled(self, orders: Sequence[Meant]) -> Why | None:
        """The first order that didn't fill whole, the gravest kind first."""
        for judge in (_denied, _refused, _reduced, _unanswered, _cut):
            for order in orders:
                why = judge(order)
                if why is not None:
                    return why
        return None

    def _by_hand(self, seq: int) -> bool:
        """Whether a person gave the signal."""
        return 0 <= seq < len(self.lived.signals) and int(self.lived.signals["tag"][seq]) == BY_HAND

    def _late(self, orders: Sequence[Meant]) -> Why | None:
        """An order that was meant long after the close it belongs to."""
        for order in orders:
            if order.row < 0:
                continue
            closed = int(self.lived.panel.ts[order.row]) + self._timeframe
            behind = order.ts - closed
            if 2 * behind >= self._timeframe:
                values = {"seconds": f"{behind / 1e9:,.0f}"}
                if any(closed <= run.ts <= order.ts for run in self.lived.runs):
                    return Why(
                        Cause.STALE, "meant {seconds} s after its bar closed, once the bot ran again", values
                    )
                return Why(Cause.LATE, "meant {seconds} s after its bar closed: the bar came late", values)
        return None

    def _entries(self, seq: int) -> list[Meant]:
        return self.lived.entries.get(seq, [])

    def _exits(self, key: Key, live: Round) -> list[Meant]:
        """Orders that were to close the round."""
        instrument = self.lived.panel.instruments[key.instrument].id
        last = live.exit_bar if not live.open else len(self.lived.panel)
        orders = self.lived.exits.get((instrument, key.strategy), [])
        first = bisect_left(orders, live.entry_bar - 1, key=lambda each: each.row)
        return orders[first : bisect_right(orders, last, key=lambda each: each.row)]

    # what lies before --------------------------------------------------------------------------

    def _root(self, line: Line, row: int) -> Why | None:
        """The nearest earlier difference: of the same position, else of the account."""
        root: Root | None = None
        for each in reversed(self.roots):
            if each.row > row:
                continue
            root = root or each
            if (each.instrument, each.strategy) == (line.key.instrument, line.key.strategy):
                root = each
                break
        if root is None:
            return None
        if root.cause is Cause.TRANSFER:
            return Why(Cause.TRANSFER, "money came or went before: {live}, {back} in the backtest")
        say = "follows from trade {number}: {live}, {back} in the backtest"
        return Why(Cause.FOLLOWS, say, {"number": str(root.number), "live": "…", "back": "…"})

    def _changed(self, row: int) -> Why | None:
        """Other code or settings than now ran by then."""
        for run in self.lived.runs:
            if run.row > row:
                break
            manifest = run.start.manifest
            code, config = manifest.code != self.code, manifest.config not in self.configs
            if code or config:
                what = "code and settings" if code and config else "code" if code else "settings"
                return Why(Cause.CHANGED, "the bot ran with other {what} than these", {"what": what})
        return None

    def _condition(self, code: Code) -> Why | None:
        for _, risk in self.lived.conditions:
            if risk.code == code and risk.verdict is Verdict.DENY:
                return Why(Cause.KILLED, "killed: {detail}", {"detail": risk.detail})
        return None

    def _size(self, key: Key) -> float:
        one = self.lived.panel.instruments[key.instrument]
        return one.lot * one.multiplier

    def _ticks(self, key: Key, worse: float, price: float) -> float:
        tick = self.lived.panel.instruments[key.instrument].tick_at(price)
        return worse / tick if tick > 0.0 else nan


def _signal(key: Key) -> Key:
    """The key of the signal, whichever of its rounds this is."""
    return replace(key, again=0)


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """What has one reason is one finding."""
    found: list[Finding] = []
    for each in findings:
        same = next((k for k, one in enumerate(found) if one.why == each.why), None)
        if same is None:
            found.append(each)
        else:
            found[same] = Finding(each.why, money=found[same].money + each.money)
    return found


def _priced(did: str, live: float, back: float, ticks: float) -> Why:
    values = {"live": f"{live:.10g}", "back": f"{back:.10g}"}
    if isnan(ticks):
        return Why(Cause.PRICE, f"{did} at {{live}}, {{back}} in the backtest", values)
    way = "worse" if ticks > 0 else "better"
    said = {**values, "ticks": f"{abs(ticks):.4g}"}
    return Why(Cause.PRICE, f"{did} {{ticks}} ticks {way}: {{live}}, {{back}} in the backtest", said)


def _denied(order: Meant) -> Why | None:
    if not order.denied:
        return None
    if order.denied == STALE:
        return Why(Cause.STALE, "not sent: its moment passed while the bot was down")
    found = _CODE.match(order.denied)
    code = order.risk.code if order.risk is not None else found.group() if found else ""
    if order.denied.startswith("approval"):
        return Why(Cause.APPROVAL, "not sent: {reason}", {"reason": order.denied})
    causes = {Code.KILLED.value: Cause.KILLED, Code.STATE.value: Cause.PAUSED}
    return Why(causes.get(code, Cause.RISK), "not sent: {reason}", {"reason": order.denied, "code": code})


def _refused(order: Meant) -> Why | None:
    view = order.view
    if view.status is not OrderStatus.REJECTED:
        return None
    reason = next((getattr(each, "reason", "") for each in order.events if hasattr(each, "reason")), "")
    return Why(Cause.REFUSED, "refused: {reason}", {"reason": reason or "?"})


def _reduced(order: Meant) -> Why | None:
    risk = order.risk
    if risk is None or risk.verdict is not Verdict.REDUCE or order.denied:
        return None
    return Why(Cause.RISK, "made smaller: {reason}", {"reason": risk.detail, "code": risk.code})


def _unanswered(order: Meant) -> Why | None:
    view = order.view
    if view.filled or order.number < 0:
        return None
    values = {"order": order.order.client_id, "status": view.status.value}
    return Why(Cause.MISSED, "order {order} filled nothing: {status}", values)


def _cut(order: Meant) -> Why | None:
    view = order.view
    if not view.filled or view.filled >= view.quantity:
        return None
    values = {
        "filled": f"{view.filled.normalize():f}", "quantity": f"{view.quantity.normalize():f}",
        "status": view.status.value,
    }  # fmt: skip
    return Why(Cause.PARTIAL, "{filled} of {quantity} filled, then {status}", values)


def _decision(row: object) -> str:
    """A decision in a word and a number."""
    action = Action(int(row["action"]))  # type: ignore[index]
    if action is Action.PASS:
        return f"PASS {Passed(int(row['why'])).name}"  # type: ignore[index]
    return f"{action.name} {int(row['lots'])}"  # type: ignore[index]


def _differs(one: float, other: float) -> bool:
    return abs(one - other) > EPS * max(abs(one), abs(other))


def _turnover(each: Round) -> float:
    return each.lots * (abs(each.entry) + (0.0 if each.open else abs(each.exit)))
