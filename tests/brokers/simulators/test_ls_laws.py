"""Laws of the Korean venue under random orders of two accounts in a random market, faults included."""

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from brokers.simulators import Account, Doubts, Kind, LsSim, contract_of
from brokers.simulators.account import Account as Owner
from brokers.simulators.ls_asks import Ask
from brokers.simulators.ls_words import Refusal
from brokers.simulators.order import Status
from tests.brokers.simulators.ls_scenes import CALL, FUTURE, STOCK, bars_at

ZERO = Decimal(0)
CODES = (FUTURE, CALL, STOCK)
STEPS = {FUTURE: "0.05", CALL: "0.01", STOCK: "100"}


class World:
    """A venue without a wire, everything it ever told its accounts, and a source of chance."""

    def __init__(self, seed: int, moves: bool = True) -> None:
        self.random = random.Random(seed)
        draw = self.random
        bars = {
            FUTURE: bars_at(FUTURE, self._walk(345.0, 0.05), spread=0.2),
            CALL: bars_at(CALL, self._walk(5.0, 0.01), spread=0.05),
            STOCK: bars_at(STOCK, self._walk(72_000.0, 100.0), spread=200.0, volume=4000),
        }
        one = Account.funded({"KRW": 300_000_000}, name="one", key="one", secret="one")
        self.sim = LsSim(
            bars,
            account=one,
            contracts=[contract_of(STOCK)],
            history=1,
            doubts=Doubts(moves_lots=moves),
            seed=seed,
        )
        self.sim.join(Account.funded({"KRW": 300_000_000}, name="two", key="two", secret="two"))
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.sim.events.post = lambda account, stream, body: self.told.append((account, stream, body))
        for kind, chance in ((Kind.PARTIAL, 0.1), (Kind.LATE_FILL, 0.3), (Kind.REFUSED, 0.05)):
            self.sim.faults.add(kind, probability=chance, times=None)
        self.draw = draw

    def _walk(self, start: float, step: float) -> list[float]:
        found = [start]
        for _ in range(60):
            found.append(round(found[-1] + step * self.random.randrange(-4, 5), 2))
        return found

    @property
    def accounts(self) -> list[Owner]:
        return list(self.sim.exchange.accounts.values())

    def live(self, steps: int) -> None:
        """Orders, changes, cancels and the market's steps; whatever is refused changes nothing."""
        for _ in range(steps):
            act, account = self.draw.random(), self.draw.choice(self.accounts)
            before = self.facts()
            try:
                if act < 0.45:
                    self.place(account)
                elif act < 0.75:
                    self.change(account)
                else:
                    self.sim.replay.step()
            except Refusal:
                assert self.facts() == before
            self.check()

    def facts(self) -> Any:
        return (
            [(o.id, o.status, o.filled, o.quantity) for o in self.sim.exchange.orders.values()],
            [a.balance("KRW").free for a in self.accounts],
            len(self.sim.ledger.entries),
            len(self.told),
        )

    def ask(self, account: Owner, tr: str, **block: Any) -> Any:
        return self.sim.gateway.handlers[tr](Ask(tr, block, account))

    def place(self, account: Owner) -> None:
        code, side = self.draw.choice(CODES), self.draw.choice("12")
        price = self.sim.exchange.mark(code) + Decimal(STEPS[code]) * self.draw.randrange(-8, 9)
        lots = self.draw.randrange(1, 12)
        if code == STOCK:
            kind = self.draw.choice(("00", "00", "03"))
            life = self.draw.choice("0012")
            self.ask(
                account,
                "CSPAT00601",
                IsuNo=code,
                BnsTpCode=side,
                OrdprcPtnCode=kind,
                OrdPrc=price,
                OrdQty=lots,
                OrdCndiTpCode=life,
            )
        else:
            kind = self.draw.choice(("00", "00", "00", "03", "06", "10", "20"))
            asked = {"FnoIsuNo": code, "BnsTpCode": side, "FnoOrdprcPtnCode": kind, "FnoOrdPrc": price}
            self.ask(account, "CFOAT00100", **asked, OrdQty=lots)

    def change(self, account: Owner) -> None:
        numbers = [n for n, entry in self.sim.ledger.entries.items() if entry.account == account.name]
        if not numbers:
            return
        number = self.draw.choice(numbers)
        entry, lots = self.sim.ledger.entries[number], self.draw.randrange(1, 8)
        code = entry.contract.symbol
        price = self.sim.exchange.mark(code) + Decimal(STEPS[code]) * self.draw.randrange(-8, 9)
        stock, cancel = code == STOCK, self.draw.random() < 0.5
        if stock:
            block: dict[str, Any] = {"IsuNo": code, "OrgOrdNo": number, "OrdQty": lots}
            more = {} if cancel else {"OrdprcPtnCode": "00", "OrdPrc": price}
            self.ask(account, "CSPAT00801" if cancel else "CSPAT00701", **block, **more)
        elif cancel:
            self.ask(account, "CFOAT00300", FnoIsuNo=code, OrgOrdNo=number, CancQty=lots)
        else:
            block = {"FnoIsuNo": code, "OrgOrdNo": number, "FnoOrdprcPtnCode": "00"}
            self.ask(account, "CFOAT00200", **block, FnoOrdPrc=price, MdfyQty=lots)

    def check(self) -> None:
        for order in self.sim.exchange.orders.values():
            assert order.filled == sum((made.quantity for made in order.executions), ZERO)
            assert order.filled % 1 == 0 and order.left >= 0
            if order.status is Status.FILLED:
                assert order.filled == order.quantity
        for account in self.accounts:
            assert account.position(STOCK).amount >= 0


@pytest.fixture(params=range(6))
def lived(request: pytest.FixtureRequest) -> World:
    world = World(request.param, moves=request.param % 2 == 0)
    world.live(250)
    return world


def test_won_move_only_as_the_flows_say(lived: World) -> None:
    for account in lived.accounts:
        flows = [flow.amount for flow in lived.sim.exchange.money.flows if flow.account == account.name]
        assert account.balance("KRW").free == 300_000_000 + sum(flows, ZERO)


def test_every_won_paid_is_a_trade_a_fee_or_a_tax(lived: World) -> None:
    """Premiums and prices by the trades, profits of futures by what positions were closed at."""
    money = lived.sim.exchange.money
    for account in lived.accounts:
        trades = [made for order in lived.sim.exchange.orders_of(account.name) for made in order.executions]
        for code in CODES:
            worth = lived.sim.exchange.contract(code).multiplier
            paid = sum((-m.side * m.price * m.quantity for m in trades if m.symbol == code), ZERO) * worth
            flows = [f for f in money.flows if f.account == account.name and f.symbol == code]
            moved = sum((f.amount for f in flows if f.kind in ("trade", "profit")), ZERO)
            held = account.position(code)
            carried = held.amount * held.entry * worth if code == FUTURE else ZERO
            assert abs(moved - (paid + carried)) <= len(trades), "a won is lost or found by rounding each"
            fees = -sum((f.amount for f in flows if f.kind == "fee"), ZERO)
            assert fees == sum((m.fee for m in trades if m.symbol == code), ZERO)


def test_a_position_is_the_sum_of_its_trades(lived: World) -> None:
    for account in lived.accounts:
        trades = [made for order in lived.sim.exchange.orders_of(account.name) for made in order.executions]
        for code in CODES:
            held = sum((m.side * m.quantity for m in trades if m.symbol == code), ZERO)
            assert account.position(code).amount == held


def test_numbers_ascend_and_every_chain_leads_to_one_root(lived: World) -> None:
    entries = lived.sim.ledger.entries
    assert list(entries) == sorted(entries) and any(entry.org for entry in entries.values())
    for entry in entries.values():
        at = entry
        while at.org:
            assert at.org < at.number and entries[at.org].account == entry.account
            at = entries[at.org]
        assert at.kind == "new" and entry.root == (at.number if at is not entry else 0)


def test_what_is_told_is_what_happened(lived: World) -> None:
    """Fills by number add up to the lists; every order was accepted once, before anything else of it."""
    entries = lived.sim.ledger.entries
    fills: Counter[int] = Counter()
    accepted: set[int] = set()
    for account, stream, body in lived.told:
        number = int(body["ordno"])
        assert entries[number].account == account
        if stream in ("O01", "SC0"):
            assert number not in accepted
            accepted.add(number)
        else:
            assert number in accepted
        if stream == "C01":
            fills[number] += int(body["chevol"])
        elif stream == "SC1":
            fills[number] += int(body["execqty"])
    assert accepted == set(entries)
    assert fills == Counter({n: int(entry.filled) for n, entry in entries.items() if entry.filled})


def test_lists_agree_with_the_truth(lived: World) -> None:
    for account in lived.accounts:
        fo = lived.ask(account, "t0434", expcode="", chegb="0", sortgb="2", cts_ordno=" ")
        rows = list(fo.blocks["OutBlock1"])
        while fo.more:
            fo = lived.ask(account, "t0434", expcode="", chegb="0", sortgb="2", cts_ordno=fo.key)
            rows += fo.blocks["OutBlock1"]
        entries = {e.number: e for e in lived.sim.ledger.of(account.name, stock=False)}
        assert [row["ordno"] for row in rows] == list(entries)
        for row in rows:
            entry = entries[row["ordno"]]
            assert row["cheqty"] == entry.filled and row["ordrem"] == entry.left
            assert row["cheqty"] + row["ordrem"] <= row["qty"]
        open_ = {order.id for order in lived.sim.exchange.open_orders(account.name) if order.symbol != STOCK}
        assert open_ == {row["ordno"] for row in rows if row["ordrem"]}
        held = lived.ask(account, "t0441", cts_expcode="", cts_medocd="").blocks["OutBlock1"]
        signed = {row["expcode"]: row["jqty"] * (1 if row["medocd"] == "2" else -1) for row in held}
        assert signed == {c: account.position(c).amount for c in (CALL, FUTURE) if account.position(c).amount}
        for row in held:
            worth = lived.sim.exchange.contract(row["expcode"]).multiplier
            assert abs(row["mamt"] - row["pamt"] / 100 * row["jqty"] * worth) < 1


def test_the_same_seed_makes_the_same_history() -> None:
    def history(seed: int) -> Any:
        world = World(seed)
        world.live(120)
        return world.told

    assert history(5) == history(5) != history(6)
