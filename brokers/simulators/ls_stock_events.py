"""Account events of stocks: SC0 accepted, SC1 executed, SC2 changed, SC3 cancelled, SC4 refused."""

from decimal import Decimal

from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_fields import Row, filled, stream_layouts
from brokers.simulators.ls_ledger import CANCEL, MODIFY, NEW, Entry
from brokers.simulators.ls_words import account_number, clock_of, side_code
from brokers.simulators.order import Execution

TAKEN = {NEW: ("SONAT000", "01"), MODIFY: ("SONAT001", "02"), CANCEL: ("SONAT002", "03")}
LIVES = {"IOC": "1", "FOK": "2"}


class StockEvents:
    def __init__(self, exchange: KrxExchange) -> None:
        self.exchange = exchange
        self._line = 0

    def accepted(self, entry: Entry) -> tuple[str, Row]:
        contract, account = entry.contract, self.exchange.accounts[entry.account]
        money, now = self.exchange.money, self.exchange.clock.now()
        trcode, changed = TAKEN[entry.kind]
        values = self._head(entry.account) | {
            "trcode": trcode,
            "ordchegb": changed,
            "marketgb": "20" if contract.kosdaq else "10",
            "ordgb": "02" if entry.side > 0 else "01",
            "orgordno": entry.org,
            "prntordno": entry.root or entry.number,
            "ordno": entry.number,
            "expcode": contract.isin,
            "shtcode": f"A{contract.symbol}",
            "hname": contract.name,
            "ordqty": int(entry.quantity),
            "ordprice": int(entry.price),
            "hogagb": "0",
            "etfhogagb": entry.price_type,
            "singb": "000",
            "loandt": "00000000",
            "bnstp": side_code(entry.side),
            "ordtm": clock_of(now, 9),
            "ordamt": int(entry.quantity * entry.price),
            "mnyordamt": int(entry.quantity * entry.price),
            "deposit": int(money.cash(account)),
            "ordablemny": max(int(money.available(account)), 0),
        }
        return "SC0", filled(stream_layouts()["SC0"].answered["body"], values)

    def filled(self, entry: Entry, made: Execution) -> tuple[str, Row]:
        number = entry.executions.index(made) + 1
        return "SC1", self._body(
            entry,
            ordxctptncode="11",
            execno=number,
            execprc=int(made.price),
            execqty=int(made.quantity),
            unercqty=int(entry.left),
            ordavrexecprc=int(made.price),
            mnyexecamt=int(made.price * made.quantity),
            ordamt=int(entry.quantity * entry.price),
        )

    def confirmed(self, entry: Entry, lots: Decimal, itself: bool = False) -> tuple[str, Row]:
        """Changed (SC2) or cancelled (SC3); ``itself``: without having been asked."""
        if entry.kind == MODIFY and not itself:
            return "SC2", self._body(
                entry,
                ordxctptncode="12",
                orgordmdfyqty=int(lots),
                mdfycnfqty=int(lots),
                mdfycnfprc=int(entry.price),
                unercqty=int(lots),
            )
        return "SC3", self._body(
            entry,
            ordxctptncode="13",
            orgordcancqty=int(lots),
            canccnfqty=int(lots),
        )

    def refused(self, entry: Entry) -> tuple[str, Row]:
        return "SC4", self._body(entry, ordxctptncode="14", rjtqty=int(entry.quantity))

    def _body(self, entry: Entry, **values: object) -> Row:
        contract, account = entry.contract, self.exchange.accounts[entry.account]
        money, now = self.exchange.money, self.exchange.clock.now()
        common = {
            "trcode": "SONAS100",
            "ordno": entry.number,
            "orgordno": entry.org,
            "Isuno": contract.isin,
            "stdIsuno": contract.isin,
            "shtnIsuno": f"A{contract.symbol}",
            "Isunm": contract.name,
            "ordqty": int(entry.quantity),
            "ordprc": int(entry.price),
            "bnstp": side_code(entry.side),
            "ordptncode": "02" if entry.side > 0 else "01",
            "ordprcptncode": entry.price_type,
            "ordmktcode": "20" if contract.kosdaq else "10",
            "mgntrncode": "000",
            "Loandt": "00000000",
            "exectime": clock_of(now, 9),
            "rcptexectime": clock_of(now, 9),
            "deposit": int(money.cash(account)),
            "ordablemny": max(int(money.available(account)), 0),
        }
        values = self._head(entry.account) | common | values
        return filled(stream_layouts()["SC1"].answered["body"], values)

    def _head(self, account: str) -> Row:
        self._line += 1
        line = f"{self._line:09d}"
        return {
            "lineseq": line,
            "seq": line,
            "accno": account_number(account),
            "gubun": "B",
            "msgcode": "9999",
        }
