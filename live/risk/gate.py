"""RiskGate: every order passes here between the desk's intent and the network. Pure, synchronous, remembered.

``judge`` changes nothing; ``heard`` is the only memory, fed what the journal holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from desk.orders import ZERO, Order
from live.risk import (
    connection,
    exposure,
    options,
    posttrade,
    prices,
    reducing,
    size,
    states,
    static,
    throttles,
)
from live.risk.case import Case, priced, without
from live.risk.codes import LATCHING, Code
from live.risk.facts import Facts, MarketFacts
from live.risk.judgement import Bound, Judgement, Notice
from live.risk.limits import RiskLimits
from live.risk.memory import Memory
from live.risk.sums import Exposures
from live.risk.terms import Terms
from live.risk.watch import noticed
from market.errors import ConfigError, nearest
from market.instruments import Instrument
from records.inputs import EXTERNAL
from records.message import Message
from records.outcomes import Risk, Verdict

Control = Callable[[Case], Bound | None]

# In the order in which they speak: what concerns everything before what concerns this order.
ENTRY: tuple[Control, ...] = (
    states.killed,
    posttrade.recorded,
    states.state,
    posttrade.drift,
    connection.unresolved,
    connection.connection,
    prices.clock,
    states.daily_loss,
    states.drawdown,
    states.losses_in_row,
    throttles.repeated,
    static.tradable,
    options.greeks,
    options.scenario,
    options.naked_short,
    static.restricted,
    prices.stale_data,
    static.on_tick,
    prices.price_collar,
    static.quantity,
    size.order_quantity,
    size.order_notional,
    throttles.self_trade,
    throttles.same_id,
    throttles.twin,
    throttles.working_orders,
    throttles.order_to_trade,
    throttles.messages,
    size.participation,
    exposure.position,
    exposure.exposure,
    exposure.buying_power,
)
# Exits are exempt from entry limits: these say what can't be sent at all, what must be settled first, and
# what is really held.
EXIT: tuple[Control, ...] = (
    states.killed,
    posttrade.recorded,
    static.tradable,
    throttles.same_id,
    connection.unresolved_reduction,
    reducing.reduce_only,
)


class RiskGate:
    """The gate of one account.

    strategies: names by place, as orders carry the place. entries, exits: the controls in force.
    """

    def __init__(
        self,
        limits: RiskLimits,
        instruments: Sequence[Instrument],
        strategies: Sequence[str] = (),
        entries: tuple[Control, ...] = ENTRY,
        exits: tuple[Control, ...] = EXIT,
    ) -> None:
        self.limits = limits
        self.strategies = tuple(strategies)
        self.memory = Memory(limits)
        self._terms = {each.id: Terms.of(each, limits) for each in instruments}
        self._sums = Exposures(self._terms)
        self._entries, self._exits = entries, exits

    def judge(self, order: Order, facts: Facts, replaces: str = "") -> Judgement:
        """Whether ``order`` may go, and how much of it.

        replaces: the working order whose place it takes; its own id when that is changed at the venue.
        """
        strategy = self.name_of(order.strategy)
        terms, market = self._terms.get(order.instrument), facts.markets.get(order.instrument)
        if terms is None or market is None:
            retry = facts.now if order.reduces else None
            return _denied(order, strategy, Bound(Code.NOT_TRADABLE, 0, "unknown", (), retry))
        case = self._case(order, facts, terms, market, strategy, replaces)
        tightest: Bound | None = None
        for control in self._exits if order.reduces else self._entries:
            bound = control(case)
            if bound is None:
                continue
            if bound.lots <= 0:
                return _denied(order, strategy, bound)
            if tightest is None or bound.lots < tightest.lots:
                tightest = bound
        return _answer(case, tightest)

    def heard(self, ts: int, message: Message) -> None:
        """What the journal holds, once and in its order: intents, verdicts, updates, trades, conditions.

        ts: the entry's time. An order counts for throttles once its intent and a verdict that lets it pass
        were heard.
        """
        self.memory.heard(ts, message)

    def tick(self, facts: Facts) -> tuple[Notice, ...]:
        """Conditions that began or ended since people were last told. Journal and hear each one's message."""
        return noticed(facts, self.limits, self.memory, self.strategies)

    def release(self, code: Code, who: str, strategy: str = "") -> Risk:
        """A person ends what only people end. Journal the message and hear it.

        Raises ConfigError when no such condition is in force, with those that are.
        """
        held = {key for key in (*self.memory.disabled, *self.memory.told) if key[0] in LATCHING}
        if (code, "", strategy) not in held:
            names = [f"{each[0]} {each[2]}".strip() for each in held]
            asked = f"{code} {strategy}".strip()
            raise ConfigError(f"{asked} isn't in force; nothing was released. {nearest(asked, names)}")
        return Risk(code.value, Verdict.ALLOW, "", strategy, detail=f"{code}: released by {who}.")

    def name_of(self, place: int) -> str:
        """The strategy's name; EXTERNAL for what isn't ours."""
        return self.strategies[place] if 0 <= place < len(self.strategies) else EXTERNAL

    def _case(
        self, order: Order, facts: Facts, terms: Terms, market: MarketFacts, strategy: str, replaces: str
    ) -> Case:
        lots = int(order.quantity // terms.lot)
        case = Case(
            order=order,
            terms=terms,
            market=market,
            account=facts.account,
            limits=self.limits,
            memory=self.memory,
            now=facts.now,
            strategy=strategy,
            replaces=replaces,
            working=without(market.working, replaces),
            exposures=self._sums,
            lots=lots,
            whole=lots * terms.lot == order.quantity,
        )
        if not order.reduces:
            priced(case)
            self._sums.follow(facts.markets)
            if replaces:
                rest = replace(market, working=case.working)
                case.exposures = self._sums.with_market(order.instrument, rest)
        return case


def _denied(order: Order, strategy: str, bound: Bound) -> Judgement:
    return Judgement(Verdict.DENY, ZERO, bound.code, order, strategy, bound.say, bound.values, bound.retry_at)


def _answer(case: Case, tightest: Bound | None) -> Judgement:
    """Allowed whole, or reduced to the tightest bound if the venue takes so little."""
    order = case.order
    if tightest is None:
        return Judgement(Verdict.ALLOW, order.quantity, Code.ALLOWED, order, case.strategy, "allowed")
    units = tightest.lots * case.terms.lot
    if not order.reduces:
        short = static.enough(case, units)
        if short is not None:
            return _denied(order, case.strategy, short)
    return Judgement(
        Verdict.REDUCE, units, tightest.code, order, case.strategy, tightest.say, tightest.values
    )
