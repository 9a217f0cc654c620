"""Account events of futures and options as order events: O01, C01, H01 by day, O02, C02, H02 by night.

An event names an order by a number. Which of ours that is may be known a moment later only, when the answer
to the submit says it: until then the event waits.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from brokers.contract import BrokerEvent, Feed, Link, LinkEvent, OrderUpdate
from brokers.ls.chains import Chains
from brokers.ls.messages import Message
from brokers.ls.values import Row, dated, day_of, decimal, instant, near, number, side, undated
from desk.orders import Accepted, Canceled, Expired, Fill, OrderEvent, Rejected

STREAMS = ("O01", "C01", "H01")
NIGHT_STREAMS = ("O02", "C02", "H02")
NEW, CHANGE, CANCEL = "0", "1", "2"  # mrctp of O01
FINE = ("", "0000", "00000")  # rejcode of H01
ITSELF = "1"  # autogb of H01: the exchange ended it, nobody asked
Priced = Callable[[str, int, Fill], Fill]  # (instrument, side, fill) -> with what it cost


@dataclass(eq=False)
class Told:
    """What a cancellation or a change came to. refused: why not, "" = it was done."""

    refused: str = ""


@dataclass(eq=False)
class Account:
    """What both kinds of accounts do with what they hear.

    instruments: by symbol. priced: adds a fill's fee and tax. now: ns UTC. day: the trading day,
    YYYYMMDD.
    """

    chains: Chains
    instruments: dict[str, str]
    say: Callable[[BrokerEvent], None]
    priced: Priced
    now: Callable[[], int]
    day: Callable[[], str]
    flying: dict[str, int] = field(default_factory=dict)  # submits under way, by instrument
    heard: dict[str, dict[str, Decimal]] = field(default_factory=dict)  # by root: fills of the stream, by id
    _early: list[OrderUpdate] = field(default_factory=list)
    _results: "dict[str, asyncio.Future[Told]]" = field(default_factory=dict)
    _ended: dict[str, Told] = field(default_factory=dict)  # that nobody waited for yet

    # --- names

    def departs(self, instrument: str) -> None:
        """A submit leaves: what is heard of numbers that nobody knows may be its."""
        self.flying[instrument] = self.flying.get(instrument, 0) + 1

    def arrived(self, instrument: str, client_id: str = "", root: str = "") -> None:
        """It was answered, with a number or without. What waited is said, under its name if it has one."""
        self.flying[instrument] -= 1
        if root:
            self.chains.name(client_id, root)
            self.tell(instrument, root, self.accepted(root), self.now())
        mine = [each for each in self._early if each.instrument == instrument]
        done = not self.flying[instrument]
        for update in mine:
            name = self.chains.ours(undated(update.venue_id)[1])
            if done or name:
                self._early.remove(update)
                self.say(replace(update, client_id=name))

    def tell(self, instrument: str, root: str, event: OrderEvent, ts: int) -> None:
        """Say an order's news, or keep it while its name may be on its way."""
        name = self.chains.ours(root)
        update = OrderUpdate(name, dated(self.day(), root), instrument, event, ts)
        if not name and self.flying.get(instrument):
            self._early.append(update)
        else:
            self.say(update)

    def accepted(self, root: str) -> Accepted:
        return Accepted(dated(self.day(), root))

    # --- results of cancellations and changes

    async def result(self, asked: str, patience_s: float) -> Told | None:
        """What a request came to, by its number; None when nothing was heard in time."""
        told = self._ended.pop(asked, None)
        if told is not None:
            return told
        waiting = self._results[asked] = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(waiting, patience_s)
        except TimeoutError:
            return None
        finally:
            self._results.pop(asked, None)

    def settle(self, asked: str, told: Told) -> None:
        waiting = self._results.get(asked)
        if waiting is None:
            self._ended[asked] = told
            if len(self._ended) > 1000:
                self._ended.pop(next(iter(self._ended)))
        elif not waiting.done():
            waiting.set_result(told)

    def ask_again(self, why: str) -> None:
        """What was heard doesn't say enough: whoever keeps orders asks the lists."""
        self.say(LinkEvent(Feed.ORDERS, Link.GAP, why, self.now()))


@dataclass(eq=False)
class FoEvents:
    """Of futures and options. cancelling: numbers of our own cancellations of all that rests."""

    account: Account
    cancelling: set[str] = field(default_factory=set)

    def hear(self, message: Message) -> None:
        body = message.body or {}
        {"O": self._taken, "C": self._filled, "H": self._exchange}[message.tr[0]](body)

    def _taken(self, row: Row) -> None:
        """The broker has it; of a change or a cancellation, what it belongs to."""
        asked, before = number(row["ordno"]), number(row["orgordno"])
        root = self.account.chains.link(asked, before)
        name = self._instrument(row.get("fnoIsuno") or row.get("isuno"))
        if name and str(row.get("mrctp", NEW)).strip() == NEW and not before:
            self.account.tell(
                name, root, self.account.accepted(root), near(self.account.now(), str(row["trxtime"]))
            )

    def _filled(self, row: Row) -> None:
        name = self._instrument(row["expcode"])
        if not name:
            return
        root = self.account.chains.link(number(row["ordno"]), number(row.get("ordordno")))
        at = instant(str(row["chedate"]), str(row["chetime"]))
        made = trade_id(name, at, number(row["yakseq"]))
        fill = Fill(made, decimal(row["chevol"]), decimal(row["cheprice"]), ts=at)
        self.account.heard.setdefault(root, {})[made] = fill.quantity
        self.account.tell(name, root, self.account.priced(name, side(row["dosugb"]), fill), at)

    def _exchange(self, row: Row) -> None:
        """The exchange confirmed, refused, or ended something by itself."""
        chains, asked = self.account.chains, number(row["ordno"])
        before = number(row.get("ordordno") or row.get("orgordno"))
        root = chains.link(asked, before)
        name = self._instrument(row["expcode"])
        refused = str(row.get("rejcode") or "").strip()
        at = self.account.now()
        if refused not in FINE:
            self.account.settle(asked, Told(f"the exchange refused it ({refused})"))
            if name and not before:
                self.account.tell(name, root, Rejected(f"the exchange refused it ({refused})"), at)
            return
        if str(row.get("autogb") or "").strip() == ITSELF:
            if name:
                self.account.tell(name, root, Expired(), at)
            return
        self.account.settle(asked, Told())
        if str(row["mocagb"]).strip() != "3":  # a change; of a new order nothing needs to be said
            if before:
                chains.changed(asked, before)
            return
        if asked in self.cancelling:
            self.cancelling.discard(asked)
            self.account.tell(name, root, Canceled(), at)
        elif name:
            self.account.ask_again(f"order {root} was cancelled, or a part of it, and not by this bot")

    def _instrument(self, code: object) -> str:
        """The instrument of a short code or an ISIN; "" = it isn't in use."""
        text = str(code or "").strip()
        return self.account.instruments.get(text[3:11] if len(text) == 12 else text, "")


def trade_id(instrument: str, ts: int, number: str) -> str:
    """KRX counts the trades of each issue and day. ts: of the trade, ns UTC."""
    return f"{instrument.partition('@')[0]}:{day_of(ts)}:{number}"
