"""Orders of stocks: CSPAT00601, CSPAT00701, CSPAT00801."""

from decimal import Decimal

from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_ledger import NEW
from brokers.simulators.ls_orders import LIVES, SIDES, FoOrders
from brokers.simulators.ls_words import Refusal, Row, clock_of, side_code

OWN_BEST = "07"
KINDS = ("00", "03", "05", "06", OWN_BEST)


class StockOrders(FoOrders):
    """Only KRX's regular session and cash orders: no NXT, no after-hours prices, no credit."""

    def place(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        side, life = SIDES.get(ask.text("BnsTpCode")), LIVES.get(ask.text("OrdCndiTpCode") or "0")
        credit = ask.text("MgntrnCode") not in ("", "000")
        if side is None or life is None or credit or ask.text("MbrNo") == "NXT":
            raise Refusal("01414")
        code = ask.text("OrdprcPtnCode")
        price = self._stock_price(contract, side, code, ask.number("OrdPrc"), "01427")
        ticket = self.ticket(contract, side, ask.number("OrdQty"), price, code, NEW, life=life)
        order = self.submit(ask, ticket)
        return self._answer(ask, order.id, contract, "00040" if side > 0 else "00039")

    def modify(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        before = self.standing(ask, contract, "03181")
        life = LIVES.get(ask.text("OrdCndiTpCode") or "0")
        code = ask.text("OrdprcPtnCode")
        price = self._stock_price(contract, before.side, code, ask.number("OrdPrc"), "03181")
        made = self.replace(before, ask.number("OrdQty"), price, code, life)
        return self._answer(ask, made.id, contract, self.doubts.modified)

    def cancel(self, ask: Ask) -> Reply:
        contract = self._contract(ask)
        self.check_hours(ask, contract)
        entry = self.cut(self.standing(ask, contract, "01706"), ask.number("OrdQty"))
        return self._answer(ask, entry.number, contract, self.doubts.cancelled)

    def check_hours(self, ask: Ask, contract: Contract) -> None:
        if self.exchange.moment(contract.symbol).session is not Session.DAY:
            raise Refusal("01458")

    def _stock_price(
        self, contract: Contract, side: int, code: str, price: Decimal, beyond: str
    ) -> Decimal | None:
        if code not in KINDS:
            raise Refusal("01414")
        if code != OWN_BEST:
            return self.price(contract, side, code, price, beyond)
        best = self.exchange.books[contract.symbol].best(-side)
        if best is None:
            raise Refusal("01414")
        return best

    def _contract(self, ask: Ask) -> Contract:
        """By A and six digits, as a paper account must, or the digits alone."""
        asked = ask.text("IsuNo")
        symbol = asked[1:] if len(asked) == 7 and asked[0] == "A" else asked
        if symbol not in self.exchange.listings or not self.exchange.contract(symbol).stock:
            raise Refusal("01414")
        if ask.paper and symbol == asked:
            raise Refusal("01414")
        return self.exchange.contract(symbol)

    def _answer(self, ask: Ask, number: int, contract: Contract, code: str) -> Reply:
        blocks: Blocks = {"OutBlock1": echoed(ask, CommdaCode="40"), "OutBlock2": self._named(ask, number)}
        return Reply(blocks, code)

    def _named(self, ask: Ask, number: int) -> Row:
        """OutBlock2: the new number, and in a change or a cancel the chain's first."""
        entry = self.ledger.entries[number]
        row: Row = {
            "RecCnt": 1,
            "OrdNo": number,
            "OrdTime": clock_of(entry.ms, 9),
            "OrdMktCode": "20" if entry.contract.kosdaq else "10",
            "OrdPtnCode": "02" if entry.side > 0 else "01",
            "ShtnIsuNo": f"A{entry.contract.symbol}",
            "IsuNm": entry.contract.name,
        }
        worth = int(entry.quantity * entry.price)
        if ask.tr != "CSPAT00801":
            row |= {"OrdAmt": worth, "MnyOrdAmt": worth}
        if ask.tr != "CSPAT00601":
            row |= {"PrntOrdNo": entry.root, "BnsTpCode": side_code(entry.side), "MgntrnCode": "000"}
        return row
