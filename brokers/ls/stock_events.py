"""Account events of stocks: SC0 taken, SC1 executed, SC2 changed, SC3 cancelled, SC4 refused."""

from dataclasses import dataclass, field

from brokers.ls.events import Account, Told, trade_id
from brokers.ls.executions import Executions
from brokers.ls.messages import Message
from brokers.ls.values import Row, day_of, decimal, near, number, side
from desk.orders import Canceled, Expired, Fill, Rejected

STREAMS = ("SC0", "SC1", "SC2", "SC3", "SC4")
NEW = "01"  # ordchegb of SC0


@dataclass(eq=False)
class StockEvents:
    """cancelling: numbers of our own cancellations of all that rests."""

    account: Account
    executions: Executions
    cancelling: set[str] = field(default_factory=set)

    def hear(self, message: Message) -> None:
        body = message.body or {}
        told = {
            "SC0": self._taken, "SC1": self._filled, "SC2": self._changed, "SC3": self._cancelled,
            "SC4": self._refused,
        }  # fmt: skip
        told[message.tr](body)

    def _taken(self, row: Row) -> None:
        asked, before = number(row["ordno"]), number(row["orgordno"])
        root = self.account.chains.link(asked, before)
        name = self._instrument(row["shtcode"])
        if name and not before and str(row.get("ordchegb") or NEW).strip() == NEW:
            at = near(self.account.now(), str(row["ordtm"]))
            self.account.tell(name, root, self.account.accepted(root), at)

    def _filled(self, row: Row) -> None:
        name = self._instrument(row["shtnIsuno"])
        if not name:
            return
        asked = number(row["ordno"])
        root = self.account.chains.link(asked, number(row["orgordno"]))
        at = near(self.account.now(), str(row["exectime"]))
        end = decimal(row["ordqty"]) - decimal(row["unercqty"])
        quantity, price = decimal(row["execqty"]), decimal(row["execprc"])
        trade = self.executions.heard((day_of(at), asked), end, quantity, price, at)
        if trade is not None:
            made = Fill(trade_id(name, at, trade.id), quantity, price, ts=at)
            self.account.tell(name, root, self.account.priced(name, side(row["bnstp"]), made), at)

    def _changed(self, row: Row) -> None:
        asked, before = number(row["ordno"]), number(row["orgordno"])
        self.account.chains.changed(asked, before)
        self.account.settle(asked, Told())

    def _cancelled(self, row: Row) -> None:
        """By a request, or, where it changed nothing before, by the exchange itself."""
        asked, before = number(row["ordno"]), number(row["orgordno"])
        root, name = self.account.chains.link(asked, before), self._instrument(row["shtnIsuno"])
        at = self.account.now()
        self.account.settle(asked, Told())
        if not name:
            return
        if asked in self.cancelling:
            self.cancelling.discard(asked)
            self.account.tell(name, root, Canceled(), at)
        elif not before:
            self.account.tell(name, root, Expired(), at)
        else:
            self.account.ask_again(f"order {root} was cancelled, or a part of it, and not by this bot")

    def _refused(self, row: Row) -> None:
        asked, before = number(row["ordno"]), number(row["orgordno"])
        root, name = self.account.chains.link(asked, before), self._instrument(row["shtnIsuno"])
        self.account.settle(asked, Told("the exchange refused it"))
        if name and not before:
            self.account.tell(name, root, Rejected("the exchange refused it"), self.account.now())

    def _instrument(self, code: object) -> str:
        return self.account.instruments.get(str(code or "").strip()[-6:], "")
