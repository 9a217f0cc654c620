"""Control 17: an exit passes, bounded by what is really held less what already closes it."""

from decimal import Decimal

from desk.orders import ZERO
from live.risk.case import Case
from live.risk.codes import Code
from live.risk.facts import Working
from live.risk.judgement import Bound
from live.risk.words import number


def reduce_only(case: Case) -> Bound | None:
    """R17: at most min(|book|, |venue|) less working reductions, in whole lots.

    book is the strategy's own; where several net on one account, the venue's net can't be compared with one
    of them, so what the venue lacks against the sum of all books is taken off.
    """
    order, market = case.order, case.market
    book = market.books[order.strategy] if 0 <= order.strategy < len(market.books) else market.book
    held = held_against(book, market.book, market.venue, order.side)
    working = sum((each.remaining for each in case.working if _reduces_too(case, each)), ZERO)
    left = held - working
    lots = int(left // case.terms.lot) if left > ZERO else 0
    if lots >= case.lots and case.whole:
        return None
    known = (number(book), number(market.venue))
    if -order.side * book < case.terms.lot:
        return Bound(Code.REDUCE_ONLY, 0, "holds_nothing", known)
    values = (number(max(left, ZERO)), *known, number(working))
    # Once the other reduction ended it can be closed. What the venue doesn't hold the desk asks for anew.
    later = case.now if not lots and held >= case.terms.lot else None
    return Bound(Code.REDUCE_ONLY, min(lots, case.lots), "holds_less", values, later)


def held_against(book: Decimal, books: Decimal, venue: Decimal | None, side: int) -> Decimal:
    """Units that an order of ``side`` may close of ``book``, by what the venue really holds.

    books: of all strategies together. With one strategy this is min(|book|, |venue|), 0 on opposite sides.
    """
    held = -side * book
    if held <= ZERO:
        return ZERO
    lacking = ZERO if venue is None else -side * (books - venue)
    return max(ZERO, held - max(ZERO, lacking))


def _reduces_too(case: Case, other: Working) -> bool:
    """Whether an order closes the same position: same strategy and side, able to fill beside it."""
    same = other.reduces and other.side == case.order.side and other.strategy == case.order.strategy
    return same and not (other.trigger and case.account.venue_reduces)
