"""The Korea Exchange as a market: what its codes say, when it trades, and which prices it takes.

    from market import krx

    future = krx.instrument("A016C000", margin=0.08)
    days = krx.calendar()
    span = krx.session_of(future, now, days)
    krx.check(krx.Asked(future, 1, 342.03), now, span)  # OrderRefused: off the 0.05 tick

Everything is a pure function of what is given: no clock, network or file. Times are ns UTC, days are Korean.
"""

from market.krx.calendar import Calendar, calendar
from market.krx.chain import Chain, Series, chain
from market.krx.codes import Code, Form, isin, parse, short
from market.krx.hours import Board
from market.krx.instruments import instrument
from market.krx.limits import STAGES, Limits, future_limits, stock_limits, widest_stage
from market.krx.names import read_name
from market.krx.products import PRODUCTS, product_of
from market.krx.refusals import Asked, Deed, check, refusal
from market.krx.sessions import Phase, Session, Span, flatten_by, next_change, session_at, trading_day
from market.krx.states import MarketState, States
from market.krx.stocks import Interruption, settlement_day, stock_code, stock_ticks
from market.krx.taxes import derivatives_tax, sell_tax
from market.krx.ticks import on_tick, tick_at, tick_down, tick_up
from market.krx.when import flat_by, session_of

__all__ = [
    "PRODUCTS",
    "STAGES",
    "Asked",
    "Board",
    "Calendar",
    "Chain",
    "Code",
    "Deed",
    "Form",
    "Interruption",
    "Limits",
    "MarketState",
    "Phase",
    "Series",
    "Session",
    "Span",
    "States",
    "calendar",
    "chain",
    "check",
    "derivatives_tax",
    "flat_by",
    "flatten_by",
    "future_limits",
    "instrument",
    "isin",
    "next_change",
    "on_tick",
    "parse",
    "product_of",
    "read_name",
    "refusal",
    "sell_tax",
    "session_at",
    "session_of",
    "settlement_day",
    "short",
    "stock_code",
    "stock_limits",
    "stock_ticks",
    "tick_at",
    "tick_down",
    "tick_up",
    "trading_day",
    "widest_stage",
]
