"""Statuses (JIF) as sessions begin and end: of KOSPI, KOSDAQ, derivatives, and derivatives by night."""

from collections.abc import Callable

from brokers.simulators.events import Event
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Moment, Phase, Session

KOSPI, KOSDAQ, DERIVATIVES, NIGHT = "1", "2", "5", "8"
STATES = {Phase.OPENING: "11", Phase.CONTINUOUS: "21", Phase.CLOSING: "31", Phase.CLOSED: "41"}


class Statuses:
    """say: (jangubun, jstatus). What holds at the first look isn't told: only changes are."""

    def __init__(self, exchange: KrxExchange, say: Callable[[str, str], None]) -> None:
        self.exchange = exchange
        self.say = say
        self._before: dict[str, Phase] = {}
        self._looked = -1
        exchange.listeners.append(self.hear)

    def hear(self, event: Event) -> None:
        now = self.exchange.clock.now()
        if now // 1000 == self._looked:
            return
        self._looked = now // 1000
        hours = self.exchange.hours
        stocks, derivatives = hours.at(now, stock=True), hours.at(now)
        for market in (KOSPI, KOSDAQ):
            self._pass(market, _phase(stocks, Session.DAY))
        self._pass(DERIVATIVES, _phase(derivatives, Session.DAY))
        self._pass(NIGHT, _phase(derivatives, Session.NIGHT))

    def _pass(self, market: str, phase: Phase) -> None:
        before = self._before.get(market, phase)
        self._before[market] = phase
        if phase is not before and phase in STATES:
            self.say(market, STATES[phase])


def _phase(moment: Moment, session: Session) -> Phase:
    return moment.phase if moment.session is session else Phase.CLOSED
