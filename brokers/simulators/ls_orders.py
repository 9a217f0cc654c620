"""Orders of futures and options: CFOAT00100, 00200, 00300 by day and CCENT00100, 00200, 00300 by night."""

from decimal import Decimal
from typing import Any, Protocol

from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Phase, Session
from brokers.simulators.ls_ledger import MODIFY, NEW, Entry, Ledger
from brokers.simulators.ls_words import Refusal, Row
from brokers.simulators.order import Life, Ticket, VenueOrder
from brokers.simulators.settlement import Reason, Rejected

LIVES = {"0": Life.GTC, "1": Life.IOC, "2": Life.FOK}
LIMIT, MARKET, CONDITIONAL, BEST = "0", "3", "5", "6"
SIDES = {"1": -1, "2": 1}
# Where the reference has no code for a refusal, the two serve whose meaning it lacks: 01414 and 01706.
CODES = {Reason.REDUCE: "01706", Reason.MARGIN: "01706", Reason.FUNDS: "01706", Reason.CLOSED: "01458"}


class Told(Protocol):
    """Who is told of a cancel, which is no order of its own to the exchange."""

    def cancelled(self, entry: Entry, before: Entry, lots: Decimal) -> None: ...


class FoOrders:
    def __init__(self, exchange: KrxExchange, ledger: Ledger, doubts: Doubts, told: Told) -> None:
        self.exchange = exchange
        self.ledger = ledger
        self.doubts = doubts
        self.told = told

    # --- the three requests

    def place(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        side = SIDES.get(ask.text("BnsTpCode"))
        if side is None:
            raise Refusal("01414")
        code = ask.text("FnoOrdprcPtnCode")
        price = self.price(contract, side, code, ask.number("FnoOrdPrc"), "01427")
        ticket = self.ticket(contract, side, ask.number("OrdQty"), price, code, NEW)
        order = self.submit(ask, ticket)
        return self._accepted(ask, order.id, contract, "00040" if side > 0 else "00039")

    def modify(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        before = self.standing(ask, contract, "03181")
        lots = ask.number("MdfyQty")
        code = ask.text("FnoOrdprcPtnCode")
        price = self.price(contract, before.side, code, ask.number("FnoOrdPrc"), "01427")
        made = self.replace(before, lots, price, code)
        return self._accepted(ask, made.id, contract, self.doubts.modified)

    def cancel(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        before = self.standing(ask, contract, "01706")
        entry = self.cut(before, ask.number("CancQty"))
        return self._accepted(ask, entry.number, contract, self.doubts.cancelled)

    # --- steps that stocks share

    def check_hours(self, ask: Ask, contract: Contract) -> None:
        """Day orders by day, night orders by night; none once it is over."""
        session = Session.NIGHT if ask.tr.startswith("CCENT") else Session.DAY
        if self.exchange.moment(contract.symbol).session is not session:
            raise Refusal("01458")

    def standing(self, ask: Ask, contract: Contract, code: str) -> Entry:
        """The order that OrgOrdNo names, if it still rests under this number."""
        entry = self.ledger.find(ask.account.name, int(ask.number("OrgOrdNo")), contract.symbol)
        frozen = self.exchange.moment(contract.symbol).phase is Phase.FROZEN
        if entry is None or not entry.left or frozen:
            raise Refusal(code)
        return entry

    def price(self, contract: Contract, side: int, code: str, price: Decimal, beyond: str) -> Decimal | None:
        """The limit that a price type means; None = market. Raises Refusal."""
        kind = code[-1:]
        if len(code) != 2 or kind not in (LIMIT, MARKET, CONDITIONAL, BEST) or code[0] not in LIVES:
            raise Refusal("01414")
        auction = self.exchange.moment(contract.symbol).phase.auction
        if auction and (code[0] != "0" or kind == BEST):
            raise Refusal("01414")
        if kind == MARKET:
            return None
        if kind == BEST:
            best = self.exchange.books[contract.symbol].best(side)
            if best is None:
                raise Refusal("01414")
            return best
        if not self.exchange.in_limits(contract.symbol, price):
            raise Refusal(beyond)
        return price

    def ticket(
        self,
        contract: Contract,
        side: int,
        quantity: Decimal,
        price: Decimal | None,
        code: str,
        kind: str,
        before: Entry | None = None,
        life: Life | None = None,
    ) -> Ticket:
        """What goes to the exchange. A market order waits in an auction; in trading it takes or ends."""
        extra: dict[str, Any] = {"kind": kind, "type": code}
        if before is not None:
            extra |= {"org": before.number, "root": before.root or before.number}
        asked = life or LIVES[code[0]]
        if price is None and asked is Life.GTC:
            asked = Life.IOC
        return Ticket(contract.symbol, side, quantity, limit=price, life=asked, extra=extra)

    def submit(self, ask: Ask, ticket: Ticket) -> VenueOrder:
        try:
            return self.exchange.submit(ask.account, ticket)
        except Rejected as rejected:
            raise Refusal(CODES.get(rejected.reason, "01414")) from None

    def replace(
        self, before: Entry, lots: Decimal, price: Decimal | None, code: str, life: Life | None = None
    ) -> VenueOrder:
        """Raises Refusal 01442 for more lots than rest."""
        if lots > before.left or lots < 1:
            raise Refusal("01442")
        order = before.order
        assert order is not None
        ticket = self.ticket(before.contract, before.side, lots, price, code, MODIFY, before, life)
        taken = lots if self.doubts.moves_lots else before.left
        try:
            return self.exchange.replace(order, taken, ticket)
        except Rejected:
            raise Refusal("03181") from None

    def cut(self, before: Entry, lots: Decimal) -> Entry:
        if lots > before.left or lots < 1:
            raise Refusal("01442")
        assert before.order is not None
        entry = self.ledger.cancelled(before, lots)
        self.told.cancelled(entry, before, lots)
        self.exchange.cut(before.order, lots)
        return entry

    # --- replies

    def _contract(self, ask: Ask) -> Contract:
        """By short code or ISIN."""
        asked = ask.text("FnoIsuNo")
        symbol = asked[3:11] if len(asked) == 12 else asked
        found = self.exchange.listings.get(symbol)
        if found is None or self.exchange.contract(symbol).stock:
            raise Refusal("01414")
        self.exchange.catch_up()
        return self.exchange.contract(symbol)

    def _accepted(self, ask: Ask, number: int, contract: Contract, code: str) -> Reply:
        blocks: Blocks = {"OutBlock1": order_echo(ask, contract)}
        blocks["OutBlock2"] = self._result(ask, number, contract)
        return Reply(blocks, code)

    def _result(self, ask: Ask, number: int, contract: Contract) -> Row:
        money = self.exchange.money
        entry = self.ledger.entries[number]
        free = max(money.available(ask.account), Decimal(0))
        price = entry.price or self.exchange.mark(contract.symbol)
        margin = entry.left * contract.margin_of(price, entry.side)
        return {
            "RecCnt": 1,
            "OrdNo": number,
            "IsuNm": contract.long_name,
            "OrdAbleAmt": free,
            "MnyOrdAbleAmt": free,
            "OrdMgn": margin,
            "MnyOrdMgn": margin,
            "OrdAbleQty": 0,
        }


def order_echo(ask: Ask, contract: Contract | None) -> Row:
    """OutBlock1 of an order's reply; the issue as its ISIN, except in a cancel's."""
    row = echoed(ask, OrdMktCode="40", CommdaCode="40", FnoOrdPtnCode="00")
    if ask.tr.endswith("100"):
        row["FnoTrdPtnCode"] = "03"
    if contract is not None and not ask.tr.endswith("300"):
        row["FnoIsuNo"] = contract.isin
    return row
