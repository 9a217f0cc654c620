"""Every decision with what it rested on, and the whole story of an order, a position or a trade."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import nan

from desk.records import Stage
from desk.rules import Act
from live.control.answers import DecisionLine, OpinionLine, Story, TradeLine
from live.views.evidence import NotingTrader
from live.views.orders import OrderViews, Told
from live.views.results import Results
from live.views.scale import Scale
from market.errors import ConfigError, nearest
from records.message import Message
from records.outcomes import Decision, FilterAnswer


@dataclass(eq=False)
class Decisions:
    """Decisions by the number of their signal, as the desk counts them; ids are "d" and that number."""

    scale: Scale
    trader: NotingTrader
    made: dict[int, Decision] = field(default_factory=dict)

    def heard(self, ts: int, message: Message) -> None:
        if isinstance(message, Decision):
            self.made[message.seq] = message

    def newest(self, count: int, instrument: str = "") -> tuple[DecisionLine, ...]:
        wanted = self.scale.instrument(instrument).id if instrument else ""
        found: list[DecisionLine] = []
        for seq in reversed(self.made):
            if len(found) >= count:
                break
            if not wanted or self.made[seq].instrument == wanted:
                found.append(self.line(self.made[seq]))
        return tuple(found)

    def line(self, decision: Decision) -> DecisionLine:
        return DecisionLine(
            id=f"d{decision.seq}",
            ts=decision.ts,
            instrument=decision.instrument,
            strategy=decision.strategy,
            action=decision.action,
            why=decision.why,
            cap=decision.cap,
            side=decision.side,
            quantity=self.scale.units(decision.instrument, decision.lots),
            p=decision.p,
            p_low=decision.p_low,
            p_star=decision.p_star,
            base_rate=decision.base_rate,
            opinions=self.opinions(decision),
        )

    def opinions(self, decision: Decision) -> tuple[OpinionLine, ...]:
        return tuple(self._opinion(decision, k, answer) for k, answer in enumerate(decision.filters))

    def _opinion(self, decision: Decision, k: int, answer: FilterAnswer) -> OpinionLine:
        """A rule has no weight; a weight is the one that the decision used."""
        rules = self.trader.rules.strategies[0].decision.filters
        if k < len(rules) and rules[k].act is Act.RULE:
            return OpinionLine(answer.name, answer.p, answer.status, stage=f"RULE {rules[k].min_p:g}")
        noted = self.trader.noted.get(decision.seq)
        weight = float(noted["theta"][k]) if noted is not None else nan
        return OpinionLine(answer.name, answer.p, answer.status, weight, self._stage(decision.strategy, k))

    def _stage(self, strategy: str, k: int) -> str:
        """How far the filter is trusted now."""
        names = list(self.scale.names.strategies)
        if strategy not in names:
            return ""
        return Stage(int(self.trader.desk.book.learners["stage"][names.index(strategy)][k])).name


@dataclass(eq=False)
class Stories:
    """Answers ``why``."""

    decisions: Decisions
    orders: OrderViews
    results: Results
    notes: Sequence[tuple[str, str]] = ()  # client id, sentence

    def of(self, id: str) -> Story:
        """id: of a decision, trade or order; "" = the newest decision. Raises ConfigError."""
        if not id:
            if not self.decisions.made:
                raise ConfigError("nothing was decided yet: no signal has come since the account began.")
            id = f"d{next(reversed(self.decisions.made))}"
        if id[:1] == "d" and id[1:].isdigit() and int(id[1:]) in self.decisions.made:
            return self._of_signal(id, int(id[1:]))
        if id[:1] == "t" and id[1:].isdigit() and 0 < int(id[1:]) <= len(self.results.trades):
            place = int(id[1:]) - 1
            return self._of_trade(id, self.results.trades[place], self.results.seqs[place])
        told = self.orders.known.get(id) or self.orders.known.get(id.partition(".")[0])
        if told is not None:
            return self._of_signal(id, told.seq, told)
        raise ConfigError(f"'{id}': no such decision, order or trade. {nearest(id, self._some())}")

    def _of_signal(self, id: str, seq: int, told: Told | None = None) -> Story:
        orders = list(self.orders.of_signal(seq))
        if told is not None and told not in orders:
            orders = [told, *orders]
        places = [k for k, each in enumerate(self.results.seqs) if each == seq and seq >= 0]
        return self._story(id, seq, orders, self.results.trades[places[-1]] if places else None)

    def _of_trade(self, id: str, trade: TradeLine, seq: int) -> Story:
        orders = list(self.orders.of_signal(seq))
        named = {told.order.client_id for told in orders}
        for told in self.orders.known.values():
            order = told.order
            mine = order.instrument == trade.instrument and told.strategy == trade.strategy
            between = trade.entry_ts <= told.created <= trade.exit_ts
            if mine and order.reduces and between and order.client_id not in named:
                orders.append(told)
        return self._story(id, seq, orders, trade)

    def _story(self, id: str, seq: int, orders: list[Told], trade: TradeLine | None) -> Story:
        decision = self.decisions.made.get(seq)
        fills = [fill for told in orders for fill in self.orders.fills(told)]
        mine = {told.order.client_id for told in orders}
        return Story(
            id=id,
            decision=self.decisions.line(decision) if decision else None,
            checks=tuple(check for told in orders for check in told.checks),
            orders=tuple(told.line() for told in orders),
            fills=tuple(sorted(fills, key=lambda fill: fill.ts)),
            trade=trade,
            notes=tuple(text for name, text in self.notes if name in mine),
        )

    def _some(self) -> list[str]:
        """A few ids that would do."""
        newest = [f"d{seq}" for seq in list(self.decisions.made)[-3:]]
        return [*newest, *list(self.orders.known)[-3:], *[trade.id for trade in self.results.trades[-3:]]]


def explained(story: Story, words: Iterable[str]) -> Story:
    """With each filter's own reasons beside its opinion."""
    if story.decision is None:
        return story
    opinions = tuple(
        replace(opinion, explains=said) for opinion, said in zip(story.decision.opinions, words, strict=True)
    )
    return replace(story, decision=replace(story.decision, opinions=opinions))
