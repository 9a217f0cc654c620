"""Control 17: exits pass, bounded by what is really held."""

from decimal import Decimal

import pytest

from live.risk.codes import Code
from live.risk.facts import Working
from live.risk.reducing import held_against
from tests.live.risk.world import NOW, WIDE, exit_of, facts, gate, holding, judged, passes


@pytest.mark.parametrize(
    ("book", "venue", "closable"),
    [
        ("5", "5", "5"),
        ("5", "3", "3"),
        ("5", "8", "5"),
        ("5", "0", "0"),
        ("5", "-2", "0"),
        ("5", None, "5"),
        ("0", "5", "0"),
        ("-5", "-5", "0"),
    ],
)
def test_r17_at_most_the_smaller_of_book_and_venue(book: str, venue: str | None, closable: str) -> None:
    told = facts(here=holding(book, venue=venue))
    said = judged(WIDE, exit_of("9"), told)
    assert said.quantity == Decimal(closable) and said.code is Code.REDUCE_ONLY
    if said.passes:
        assert passes(judged(WIDE, exit_of(closable), told))
        more = exit_of(str(Decimal(closable) + Decimal("0.001")))
        assert judged(WIDE, more, told).quantity == Decimal(closable)


def test_r17_shorts_close_with_buys() -> None:
    assert judged(WIDE, exit_of("9", 1), facts(here=holding("-5", venue="-3"))).quantity == 3


def test_r17_reductions_already_working_are_taken_off() -> None:
    mine = Working("a", -1, Decimal(2), reduces=True, strategy=0)
    others = (
        Working("b", -1, Decimal(2), reduces=True, strategy=1),  # another book's
        Working("c", -1, Decimal(2), strategy=0),  # an entry
        Working("d", 1, Decimal(2), reduces=True, strategy=0),  # the other side
    )
    told = facts(here=holding("5", "2", working=(mine, *others)))
    assert passes(judged(WIDE, exit_of("3"), told))
    said = judged(WIDE, exit_of("3.001"), told)
    assert said.quantity == 3 and "book 5, venue 7, reductions already working 2" in said.reason


def test_r17_covered_by_working_reductions_it_waits() -> None:
    told = facts(here=holding("5", working=(Working("a", -1, Decimal(5), reduces=True, strategy=0),)))
    said = judged(WIDE, exit_of("5"), told)
    assert not said.passes and said.retry_at == NOW
    gone = judged(WIDE, exit_of("5"), facts(here=holding("0")))
    assert not gone.passes and not gone.waits and "nothing to close on this side" in gone.reason


def test_r17_a_stop_that_is_replaced_does_not_count_against_its_successor() -> None:
    stop = Working("a", -1, Decimal(5), Decimal(90), trigger=True, reduces=True, strategy=0)
    told = facts(here=holding("7", working=(stop,)))
    assert judged(WIDE, exit_of("7", trigger=Decimal(90)), told).quantity == 2
    resized = exit_of("7", client_id="b", trigger=Decimal(90))
    assert passes(gate().judge(resized, told, replaces="a"))


def test_r17_a_resting_stop_yields_where_the_venue_never_lets_a_reduction_grow() -> None:
    stop = Working("a", -1, Decimal(5), Decimal(90), trigger=True, reduces=True, strategy=0)
    here = holding("5", working=(stop,))
    assert judged(WIDE, exit_of("5"), facts(here=here)).waits
    assert passes(judged(WIDE, exit_of("5"), facts(here=here, venue_reduces=True)))


def test_r17_whole_lots_leave_and_dust_stays() -> None:
    said = judged(WIDE, exit_of("1.0005"), facts(here=holding("1.0005")))
    assert said.quantity == Decimal("1.000")
    dust = judged(WIDE, exit_of("0.0005"), facts(here=holding("0.0005")))
    assert not dust.passes and not dust.waits


def test_r17_strategies_that_net_on_one_account_close_their_own_books() -> None:
    told = facts(here=holding("5", "-5", venue="0"))
    assert passes(judged(WIDE, exit_of("5"), told))
    assert passes(judged(WIDE, exit_of("5", 1, strategy=1), told))
    short_of = facts(here=holding("5", "-5", venue="-2"))  # two of the longs aren't there
    assert judged(WIDE, exit_of("5"), short_of).quantity == 3
    assert passes(judged(WIDE, exit_of("5", 1, strategy=1), short_of))


def test_held_against_is_the_smaller_amount_for_one_strategy() -> None:
    for book in range(-4, 5):
        for venue in range(-4, 5):
            for side in (1, -1):
                found = held_against(Decimal(book), Decimal(book), Decimal(venue), side)
                same_side = -side * book > 0 and -side * venue > 0
                assert found == (min(abs(book), abs(venue)) if same_side else 0)
