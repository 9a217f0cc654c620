"""Laws of the exchange under random orders of two accounts in a random market, faults included."""

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from brokers.simulators import Account, Exchange, Faults, Fees, Kind, Listing, Status, Ticket, VenueOrder
from brokers.simulators.account import Position
from brokers.simulators.clock import VirtualClock
from brokers.simulators.events import Event, OrderChanged
from brokers.simulators.order import Life, Prevention
from brokers.simulators.settlement import MarginSettlement, Rejected, SpotSettlement

ZERO = Decimal(0)
SYMBOL = "ABCUSDT"


@dataclass
class World:
    """An exchange, its accounts, and everything it ever told."""

    exchange: Exchange
    told: list[Event]
    random: random.Random

    @property
    def accounts(self) -> list[Account]:
        return list(self.exchange.accounts.values())


def world(seed: int, margin: bool, taken: str = "received") -> World:
    clock, faults = VirtualClock(1_000), Faults(seed)
    exchange = Exchange.margin(clock, faults, True) if margin else Exchange(clock, faults, touch=True)
    fees = Fees(taken="quote" if margin else taken, price=Decimal(5))
    listing = Listing(SYMBOL, "ABC", "USDT", fees=fees, margin=margin, depth=3, level=Decimal(2))
    listing.lot = listing.min_quantity = Decimal("0.01")
    exchange.enlist(listing)
    for name in ("one", "two"):
        money = {"USDT": 5_000} if margin else {"USDT": 5_000, "ABC": 30, "BNB": 1}
        exchange.join(Account.funded(money, name=name, key=name))  # type: ignore[arg-type]
    made = World(exchange, [], random.Random(seed))
    exchange.listeners.append(made.told.append)
    exchange.trade(SYMBOL, Decimal(100), Decimal(1), False, 1_000)
    return made


def ticket(made: World) -> Ticket:
    """Any order, sensible or not."""
    draw = made.random
    side = draw.choice((1, -1))
    price = Decimal(draw.randrange(9_500, 10_500)) / 100
    kind = draw.choice(("market", "limit", "limit", "limit", "stop", "cost"))
    spot = not made.exchange.listings[SYMBOL].margin
    return Ticket(
        symbol=SYMBOL,
        side=1 if kind == "cost" and spot else side,
        quantity=Decimal(draw.randrange(1, 900)) / 100,
        cost=Decimal(draw.randrange(5, 600)) if kind == "cost" and spot else None,
        limit=price if kind == "limit" else None,
        trigger=price if kind == "stop" else None,
        life=draw.choice((Life.GTC, Life.GTC, Life.IOC, Life.FOK, Life.POST))
        if kind == "limit"
        else Life.GTC,
        reduce_only=not spot and draw.random() < 0.3,
        prevention=draw.choice(list(Prevention)),
        label=kind,
    )


def live(made: World, steps: int) -> None:
    """Random orders, cancels, amendments and prints; every law is looked at after each."""
    draw, exchange, price = made.random, made.exchange, Decimal(100)
    exchange.faults.add(Kind.PARTIAL, probability=0.1, times=None)
    exchange.faults.add(Kind.LATE_FILL, probability=0.3, times=None)
    for _ in range(steps):
        act, account = draw.random(), draw.choice(made.accounts)
        open_ = list(exchange.open_orders(account.name))
        try:
            if act < 0.5:
                exchange.submit(account, ticket(made))
            elif act < 0.65 and open_:
                exchange.cancel(draw.choice(open_))
            elif act < 0.75 and open_:
                change(made, draw.choice(open_))
            else:
                price = max(price + Decimal(draw.randrange(-60, 61)) / 100, Decimal(90))
                quantity = Decimal(draw.randrange(1, 500)) / 100
                exchange.trade(SYMBOL, price, quantity, draw.random() < 0.5, exchange.clock.now() + 1)
        except Rejected:
            pass
        check_orders(made)


def change(made: World, order: VenueOrder) -> None:
    price = Decimal(made.random.randrange(9_500, 10_500)) / 100
    made.exchange.amend(order, order.quantity + Decimal(made.random.randrange(0, 100)) / 100, price)


def check_orders(made: World) -> None:
    for order in made.exchange.orders.values():
        assert order.filled == sum((made_.quantity for made_ in order.executions), ZERO)
        assert order.spent == sum((made_.quantity * made_.price for made_ in order.executions), ZERO)
        assert order.ticket.cost is not None or order.filled <= order.quantity
        if order.status is Status.FILLED and order.ticket.cost is None:
            assert order.filled == order.quantity
        if not order.open:
            assert order.locked == 0


def check_book(made: World) -> None:
    """Exactly the open orders rest or wait."""
    book = made.exchange.books[SYMBOL]
    assert set(book.resting) | set(book.waiting) == {
        order.id for order in made.exchange.orders.values() if order.open
    }


def check_prices(made: World) -> None:
    for order in made.exchange.orders.values():
        for made_ in order.executions:
            amended = any(
                isinstance(event, OrderChanged) and event.order is order and event.change.value == "AMENDMENT"
                for event in made.told
            )
            if order.limit is not None and not amended:
                assert order.side * (order.limit - made_.price) >= 0


def check_trades(made: World) -> None:
    """An account never sees one trade id twice, unless it traded with itself."""
    for account in made.accounts:
        seen: dict[tuple[int, int], int] = {}
        for order in made.exchange.orders_of(account.name):
            for made_ in order.executions:
                key = (made_.id, order.side)
                assert key not in seen, "the same trade twice"
                seen[key] = order.id


@pytest.mark.parametrize("taken", ["received", "quote", "BNB"])
@pytest.mark.parametrize("seed", range(6))
def test_no_trade_makes_or_loses_money(seed: int, taken: str) -> None:
    made = world(seed, margin=False, taken=taken)
    before = totals(made)
    live(made, 250)
    settlement = made.exchange.settlement
    assert isinstance(settlement, SpotSettlement)
    after = totals(made)
    for currency in before:
        moved = settlement.paid.get(currency, ZERO) + settlement.other.get(currency, ZERO)
        assert after[currency] + moved == before[currency]
    for account in made.accounts:
        for currency, balance in account.balances.items():
            assert balance.free >= 0 and balance.locked >= 0
            locks = [
                order.locked
                for order in made.exchange.open_orders(account.name)
                if order.lock_currency == currency
            ]
            assert balance.locked == sum(locks, ZERO)
    check_book(made)
    check_prices(made)
    check_trades(made)
    assert any(order.filled for order in made.exchange.orders.values())


def totals(made: World) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for account in made.accounts:
        for currency, balance in account.balances.items():
            found[currency] = found.get(currency, ZERO) + balance.total
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_margin_wallet_moves_by_its_incomes_and_a_position_by_its_trades(seed: int) -> None:
    made = world(seed, margin=True)
    live(made, 250)
    made.exchange.fund(SYMBOL, Decimal("0.0001"))
    settlement = made.exchange.settlement
    assert isinstance(settlement, MarginSettlement)
    for account in made.accounts:
        incomes = [income.amount for income in settlement.incomes if income.account == account.name]
        assert account.balance("USDT").total == 5_000 + sum(incomes, ZERO)
        trades = [t for order in made.exchange.orders_of(account.name) for t in order.executions]
        held = sum((trade.side * trade.quantity for trade in trades), ZERO)
        assert account.position(SYMBOL).amount == held
    check_book(made)
    check_prices(made)
    check_trades(made)


@pytest.mark.parametrize("seed", range(8))
def test_what_only_reduces_never_opens_or_turns(seed: int) -> None:
    made = world(seed, margin=True)
    sizes: dict[str, Decimal] = {"one": ZERO, "two": ZERO}

    def watch(event: Event) -> None:
        if isinstance(event, OrderChanged) and event.execution is not None:
            name = event.order.account
            now = made.exchange.accounts[name].position(SYMBOL).amount
            if event.order.ticket.reduce_only:
                assert abs(now) <= abs(sizes[name]) and now * sizes[name] >= 0
            sizes[name] = now

    made.exchange.listeners.append(watch)
    live(made, 250)


def test_listeners_are_told_everything_that_happened_to_an_order() -> None:
    made = world(3, margin=False)
    live(made, 200)
    for order in made.exchange.orders.values():
        mine = [event for event in made.told if isinstance(event, OrderChanged) and event.order is order]
        assert mine[0].change.value == "NEW"
        assert [e.execution for e in mine if e.execution is not None] == order.executions


@pytest.mark.parametrize("seed", range(20))
def test_a_position_is_the_sum_of_its_trades(seed: int) -> None:
    draw, position, cash, held = random.Random(seed), Position(), ZERO, ZERO
    profit = ZERO
    for _ in range(60):
        side, quantity = draw.choice((1, -1)), Decimal(draw.randrange(1, 50))
        price = Decimal(draw.randrange(50, 150))
        profit += position.apply(side, quantity, price)
        cash -= side * quantity * price
        held += side * quantity
        assert position.amount == held
        # What was paid equals what was won and what is still held at its entry.
        assert abs(cash - (profit - position.amount * position.entry)) < Decimal("1e-12")


def test_the_same_seed_makes_the_same_history() -> None:
    def lived(seed: int) -> list[Any]:
        made = world(seed, margin=False)
        live(made, 150)
        return [(o.id, o.status, o.filled, o.spent) for o in made.exchange.orders.values()]

    assert lived(5) == lived(5) != lived(6)
