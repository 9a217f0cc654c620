"""Controls 6 to 8: one order's quantity, worth and share of the market. Fat fingers are refused whole."""

from live.risk.case import Case
from live.risk.codes import Code
from live.risk.judgement import Bound
from live.risk.limits import key
from live.risk.words import number, percent

_FORGIVEN = 1.0 + 1e-12


def order_quantity(case: Case) -> Bound | None:
    """R06: no order above so many units."""
    limit = case.terms.max_order_quantity
    if float(case.order.quantity) <= limit:
        return None
    values = (number(case.order.quantity), case.terms.key("max_order_quantity"), number(limit))
    return Bound(Code.ORDER_QUANTITY, 0, "order_quantity", values)


def order_notional(case: Case) -> Bound | None:
    """R07: no order worth more than so much, market orders valued at the reference."""
    worth = float(case.order.quantity) * case.value
    limit, share = case.terms.max_order_notional, case.limits.max_order_equity
    equity = case.account.equity
    if worth <= limit * _FORGIVEN and worth <= share * equity * _FORGIVEN:
        return None
    if not worth >= 0.0:
        return Bound(Code.ORDER_NOTIONAL, 0, "no_value")
    if not worth <= limit * _FORGIVEN:
        values = (number(worth), number(case.worst), case.terms.key("max_order_notional"), number(limit))
        return Bound(Code.ORDER_NOTIONAL, 0, "order_notional", values)
    part = percent(worth / equity) if equity > 0.0 else "?"
    shares = (part, number(equity), key("max_order_equity"), percent(share))
    return Bound(Code.ORDER_NOTIONAL, 0, "order_equity", (number(worth), *shares))


def participation(case: Case) -> Bound | None:
    """R08: what takes at once stays a share of what is displayed, and all a share of an average day."""
    market, limits = case.market, case.limits
    found = None
    if market.depth is not None and case.order.limit is None:
        found = _share(case, "depth", "max_depth_share", limits.max_depth_share, market.depth)
    if market.adv is not None:
        day = _share(case, "adv", "max_adv_share", limits.max_adv_share, market.adv)
        if day is not None and (found is None or day.lots < found.lots):
            return day
    return found


def _share(case: Case, say: str, name: str, share: float, volume: float) -> Bound | None:
    lots = case.lots_in(share * volume)
    if lots >= case.lots:
        return None
    values = (number(case.order.quantity), key(name), percent(share), number(volume))
    return Bound(Code.PARTICIPATION, lots, say, values)
