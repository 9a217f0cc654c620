"""A desk as a venue: orders put into its book from outside, which the bars then meet as any order."""

from math import nan

from desk.execute import kill_order, send
from desk.records import MAX_ORDERS, OrderKind, Reason
from market.compiled import compiled


@compiled
def place(account_array, positions, number, kind, side, reduces, lots, price, stop, target, trail, unit):
    """Let an order rest in a position's book; returns its number, or -1 when no slot is free."""
    account, pos = account_array[0], positions[number]
    if pos.working >= MAX_ORDERS:
        return -1
    name = account.orders_sent
    pos.entry.expires = pos.exit.expires = -1  # whoever places it cancels it
    if not reduces:
        pos.entry.side = side
        pos.asked_stop, pos.asked_target, pos.asked_trail, pos.asked_unit = stop, target, trail, unit
    reason = Reason.SIGNAL if reduces else Reason.ENTRY
    send(
        account, pos, kind, side, reduces, reason, lots, nan if kind == OrderKind.MARKET else price, name, -1
    )
    account.n_orders = 0  # whoever places it needs no word of it
    return name


@compiled
def withdraw(account_array, positions, number, name):
    """End an order; False when it doesn't rest any more."""
    pos = positions[number]
    for k in range(MAX_ORDERS):
        if pos.orders[k].live and pos.orders[k].id == name:
            kill_order(account_array[0], pos, pos.orders[k])
            return True
    return False
