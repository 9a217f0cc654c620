"""The desk's memory: fixed-layout records, one per account, instrument, strategy, position."""

from enum import IntEnum

import numpy as np

from desk.rules import MAX_FILTERS

MAX_ORDERS = 8
MAX_RUNGS = 5
CORES = 3

F, I, B = np.float64, np.int64, np.int8


class Action(IntEnum):
    """What DecisionCore decided."""

    BUY = 1
    PASS = 2
    SELL = 3
    HOLD = 4


class Why(IntEnum):
    """Why a decision passed; NONE for the others."""

    NONE = 0
    LONG_ONLY = 1
    VETO = 2
    RULE = 3
    EMPTY = 4
    P_LOW = 5
    SIZE = 6
    STATE = 7


class Cap(IntEnum):
    """Which cap bound the size."""

    NONE = 0
    RISK = 1
    NOTIONAL = 2
    POSITION = 3
    GROSS = 4
    POWER = 5
    MAX_QUANTITY = 6
    MIN = 7


class Reason(IntEnum):
    """Why an order or a fill exists."""

    ENTRY = 0
    SIGNAL = 1
    REVERSE = 2
    RESIZE = 3
    REVIEW = 4
    STOP = 5
    TRAIL = 6
    TARGET = 7
    TIME = 8
    RISK = 9
    MARGIN = 10


class OrderKind(IntEnum):
    """How an order meets the market."""

    MARKET = 0
    LIMIT = 1
    STOP = 2


class OrderEventKind(IntEnum):
    """What happened to an order besides fills."""

    SENT = 1
    CANCELED = 2
    EXPIRED = 3


class Cause(IntEnum):
    """Why an order was cancelled."""

    NONE = 0
    OCO = 1
    FLAT = 2
    ROLLED = 3
    REPLACED = 4
    EXIT = 5
    RISK = 6
    OPPOSITE = 7
    VENUE = 8  # ended by the venue, not by us


class ReportKind(IntEnum):
    """What a venue says of an order or a barrier."""

    FILL = 1
    ENDED = 2  # nothing more of it will fill; of a barrier: it was reached, and a rest remained


class State(IntEnum):
    """What the account may do."""

    ACTIVE = 0
    REDUCING = 1
    HALTED = 2


class Outcome(IntEnum):
    """A position's life as people see it."""

    FLAT = 0
    ACTIVE = 1
    STOP_LOSS = 2
    TAKE_PROFIT = 3
    CLOSED = 4


class Stage(IntEnum):
    """How far a learning filter is trusted."""

    SHADOW = 0
    SIZE = 1
    BLOCK = 2


# What leaves the desk ------------------------------------------------------------------------

DECISION = np.dtype(
    [
        ("seq", I),  # place among all signals
        ("bar", I),
        ("action", B),
        ("why", B),
        ("cap", B),
        ("stage", B),
        ("side", B),
        ("lots", I),  # decided lots, unsigned
        ("p", F),
        ("p_low", F),
        ("p_star", F),
        ("base_rate", F),
        ("variance", F),  # of the log-odds behind p
        ("opinion", F, (MAX_FILTERS,)),  # p of each filter, and its Status
        ("status", B, (MAX_FILTERS,)),
        ("theta", F, (MAX_FILTERS,)),
        ("x", F, (MAX_FILTERS,)),
    ],
    align=True,
)
ORDER = np.dtype(
    [
        ("event", B),  # OrderEventKind
        ("kind", B),  # OrderKind
        ("reason", B),  # Reason
        ("cause", B),  # Cause of a cancel
        ("side", B),
        ("instrument", np.int32),
        ("strategy", np.int32),
        ("id", I),  # counts orders of the account
        ("bar", I),  # bar at whose close (SENT) or in which (CANCELED) it happened
        ("lots", I),  # SENT: ordered; otherwise: left
        ("price", F),  # of LIMIT and STOP
        ("seq", I),  # signal that caused it, -1 = none
    ],
    align=True,
)
FILL = np.dtype(
    [
        ("order", I),  # ORDER.id, -1 for a barrier
        ("reason", B),
        ("side", B),
        ("maker", B),
        ("instrument", np.int32),
        ("strategy", np.int32),
        ("bar", I),
        ("lots", I),
        ("price", F),
        ("fee", F),  # account currency
        ("tax", F),
        ("slippage", F),  # account currency lost against the unslipped price
    ],
    align=True,
)
REPORT = np.dtype(
    [
        ("kind", B),  # ReportKind
        ("reason", B),  # Reason, for what the desk doesn't know: barriers and orders that it has ended
        ("side", B),
        ("maker", B),
        ("position", I),
        ("order", I),  # ORDER.id, -1 for a barrier
        ("lots", I),
        ("price", F),
        ("fee", F),  # account currency
        ("tax", F),
        ("base_fee", F),  # units of the base currency kept by the venue
        ("slippage", F),
    ],
    align=True,
)
TRADE = np.dtype(
    [
        ("instrument", np.int32),
        ("strategy", np.int32),
        ("side", B),
        ("reason", B),  # of the last fill
        ("outcome", B),
        ("seq", I),  # signal that opened it
        ("entry_bar", I),
        ("exit_bar", I),
        ("lots", I),  # entered in total
        ("entry", F),  # average price
        ("exit", F),  # average price
        ("pnl", F),  # net, account currency
        ("fees", F),  # with taxes
        ("best", F),  # largest unrealised gain per point, in points from the entry average
        ("worst", F),  # largest unrealised loss, in points, <= 0
    ],
    align=True,
)
