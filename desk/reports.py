"""What a venue says, booked: the other half of ``matching.py``, for accounts whose orders rest elsewhere.

Facts rule: a fill counts whatever the desk thought of its order, and what follows from it, such as the end of
the orders that a closed position leaves behind, follows as in matching. Rules: docs/desk-rules.md, section 9.
"""

from math import nan

from desk.execute import begin_plan, cancel, cancel_entries, cancel_exits, enters, has_exit, kill_order, send
from desk.ledger import book
from desk.matching import cancel_all
from desk.records import MAX_ORDERS, Cause, OrderEventKind, OrderKind, ReportKind
from desk.rules import Style
from market.compiled import inner

NONE = -1  # no slot, no order, no signal


@inner
def report(account, inst, pos, rule, said):
    """One REPORT about a position."""
    slot = _slot(pos, said.order)
    if said.kind == ReportKind.FILL:
        _filled(account, inst, pos, said, slot)
    elif said.order == NONE:
        _barrier_ended(account, pos, said)
    elif slot != NONE:
        _order_ended(account, inst, pos, rule, pos.orders[slot])


@inner
def _slot(pos, order):
    for k in range(MAX_ORDERS):
        if pos.orders[k].live and pos.orders[k].id == order:
            return k
    return NONE


@inner
def _filled(account, inst, pos, said, slot):
    """Book a fill, and what follows from it."""
    was, seq, reason = pos.lots, NONE, said.reason
    if said.order == NONE:
        cancel_all(account, pos)
        pos.barrier_bar = account.bar
    elif slot != NONE:
        seq, reason = pos.orders[slot].seq, pos.orders[slot].reason
        _count(account, pos, pos.orders[slot], said.lots)
    if was == 0:
        pos.seq = seq
    reduces = was * said.side < 0
    beyond = max(said.lots - abs(was), 0) if reduces else 0
    if beyond > 0 and was > 0 and inst.dust >= (beyond - 1e-6) * inst.lot:  # what fees had left was sold, too
        pos.lots += beyond
        inst.dust = max(inst.dust - beyond * inst.lot, 0.0)
        beyond = 0
    _book(account, inst, pos, said, reason, said.lots - beyond)
    if reduces and pos.lots == 0:
        cancel_exits(account, pos, Cause.FLAT)
        if enters(pos, 1 if was > 0 else -1):
            cancel_entries(account, pos, Cause.FLAT)
    if beyond > 0:  # more was sold than was held: what is true now is a position on the other side
        pos.seq = NONE
        _book(account, inst, pos, said, reason, beyond)


@inner
def _count(account, pos, order, lots):
    order.filled += lots
    if order.filled >= order.lots:
        kill_order(account, pos, order)
    elif order.kind == OrderKind.STOP:
        order.kind, order.price = OrderKind.MARKET, nan


@inner
def _book(account, inst, pos, said, reason, lots):
    """Book ``lots`` of the report, with their share of its costs."""
    part = lots / said.lots
    book(
        account, inst, pos, said.order, reason, said.side, lots, said.price, said.maker,
        said.fee * part, said.tax * part, said.base_fee * part, said.slippage * part,
    )  # fmt: skip


@inner
def _barrier_ended(account, pos, said):
    """A barrier was reached and a rest remains: it leaves at market."""
    cancel_all(account, pos)
    pos.barrier_bar = account.bar
    if pos.lots != 0:
        pos.exit.style, pos.exit.reason, pos.exit.expires = Style.MARKET, said.reason, -1
        side = -1 if pos.lots > 0 else 1
        send(account, pos, OrderKind.MARKET, side, True, said.reason, abs(pos.lots), nan, pos.seq, -1)


@inner
def _order_ended(account, inst, pos, rule, order):
    """The venue ended it. What it should have reduced is tried again at market: exits are never dropped."""
    reduces, reason, seq = order.reduces, order.reason, order.seq
    cancel(account, pos, order, OrderEventKind.CANCELED, Cause.VENUE)
    if reduces and pos.lots != 0 and not has_exit(pos):
        side, lots = -1 if pos.lots > 0 else 1, abs(pos.lots)
        begin_plan(
            account, inst, pos.exit, rule, Style.MARKET, OrderKind.MARKET, side, reason, lots, nan, seq, -1
        )
