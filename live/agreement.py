"""Where book and venue don't agree, by instrument: kept here alone, for the gate and for people."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.contract import OrderReport
from live.reconcile import drifting
from live.risk.drift import DeskView, Drift, Tolerances, VenueView, compare, flags, lasting
from live.session import Session
from records.inputs import EXTERNAL


@dataclass(eq=False)
class Agreement:
    """positions, orders: what differs, in English, by instrument; "" = the account. Empty: both agree."""

    session: Session
    positions: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    _seen: tuple[Drift, ...] = ()  # of orders, in the newest comparison

    @property
    def drift(self) -> Mapping[str, str]:
        """Everything that differs."""
        names = dict.fromkeys((*self.positions, *self.orders))
        return {name: ", ".join(each[name] for each in self._both if name in each) for name in names}

    def of(self, instrument: str) -> str:
        """What differs of one instrument, "" = nothing."""
        return ", ".join(each[instrument] for each in self._both if instrument in each)

    def compare_positions(self, held: dict[str, Decimal]) -> None:
        """held: by the venue's word. Counts at once: new risk waits for the next comparison."""
        self.positions = drifting(self.session, held)

    def compare_orders(
        self, reports: Iterable[OrderReport], settling: Set[str], at_once: bool = False
    ) -> None:
        """Our orders as the venue lists them, once all of it was heard. settling: those being asked about.

        Counts when two comparisons in a row show it, since answers cross on their way; at_once: nothing is
        on its way.
        """
        found = differing(self.session, reports, settling)
        self.orders = flags(found if at_once else lasting(self._seen, found))
        self._seen = found

    @property
    def _both(self) -> tuple[dict[str, str], dict[str, str]]:
        return self.positions, self.orders


def differing(
    session: Session, reports: Iterable[OrderReport], settling: Set[str] = frozenset()
) -> tuple[Drift, ...]:
    """Our own orders that aren't at the venue as they are here. Those of others have been adopted."""
    ours = {name: known for name, known in session.orders.known.items() if known.reason != EXTERNAL}
    listed = [report for report in reports if report.order.client_id in ours]
    names = {report.order.client_id for report in listed}
    names |= {known.order.client_id for known in session.orders.open()} & ours.keys()
    view = DeskView({name: ours[name].view for name in names}, trades={}, positions={})
    return compare(view, VenueView(listed, (), ()), Tolerances(settling=frozenset(settling)))
