"""LS's WebSocket: who registered for what, and what the market says to them."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from brokers.simulators.events import BookMoved, Event, Printed
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_fields import Row, filled, stream_layouts
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_quotes import MILLION, Quotes
from brokers.simulators.ls_tally import lots_of
from brokers.simulators.ls_words import clock_of, moved
from brokers.simulators.server import Heard, VenueError
from brokers.simulators.sockets import Socket

ACCOUNT = ("O01", "C01", "H01", "O02", "C02", "H02", "SC0", "SC1", "SC2", "SC3", "SC4")
REGISTER, UNREGISTER = ("1", "3"), ("2", "4")
WIDTHS = {"JIF": 1, "NWS": 6, "S3_": 6, "K3_": 6, "H1_": 6, "HA_": 6}
BAD_KEY = "10009"
Owner = Callable[[str], str]  # token -> account; raises VenueError


class Streams:
    """wanted: the sockets of each (stream, key); an account's streams have its name for a key."""

    def __init__(self, exchange: KrxExchange, quotes: Quotes, owner: Owner) -> None:
        self.exchange = exchange
        self.quotes = quotes
        self.owner = owner
        self.wanted: dict[tuple[str, str], set[Socket]] = {}
        exchange.listeners.append(self.hear)

    # --- registrations

    async def greet(self, socket: Socket) -> Heard:
        async def heard(text: str) -> None:
            self._heard(socket, text)

        return heard

    def _heard(self, socket: Socket, text: str) -> None:
        try:
            asked = json.loads(text)
            header, body = asked["header"], asked["body"]
            token, kind = header["token"], header["tr_type"]
            stream, key = body["tr_cd"], body.get("tr_key") or ""
        except (ValueError, KeyError, TypeError):
            _answer(socket, "", "", "", "IGW40011", "요청 데이터의 형식이 올바르지 않습니다.")
            return
        try:
            account = self.owner(token)
        except VenueError as error:
            _answer(socket, stream, key, kind, error.body["rsp_cd"], error.body["rsp_msg"])
            return
        if not _sound(stream, key, kind):
            _answer(socket, stream, key, kind, BAD_KEY, "등록할 수 없는 실시간 키입니다.")
            return
        place = (stream, account) if stream in ACCOUNT else (stream, key)
        if kind in REGISTER:
            self.wanted.setdefault(place, set()).add(socket)
        else:
            self.wanted.get(place, set()).discard(socket)
        _answer(socket, stream, key, kind, "00000", "정상처리되었습니다")

    def heard_by(self) -> list[str]:
        """Names of the streams that somebody hears."""
        self._forget_closed()
        return [f"{stream}@{key}" for (stream, key), sockets in self.wanted.items() if sockets]

    def _forget_closed(self) -> None:
        for sockets in self.wanted.values():
            for socket in [socket for socket in sockets if socket.closed]:
                sockets.discard(socket)

    # --- what is sent

    def push(self, stream: str, key: str, body: Row) -> None:
        """A data frame to whoever registered."""
        sockets = self.wanted.get((stream, key))
        if not sockets:
            return
        text = json.dumps({"header": {"tr_cd": stream, "tr_key": key}, "body": body}, ensure_ascii=False)
        for socket in list(sockets):
            if socket.closed:
                sockets.discard(socket)
            else:
                socket.send_text(f"{stream}@{key}", text)

    def post(self, account: str, stream: str, body: Row) -> None:
        """An event of an account: its header has no key."""
        for socket in list(self.wanted.get((stream, account), ())):
            if not socket.closed:
                socket.send(stream, {"header": {"tr_cd": stream}, "body": body})

    async def feed(self, messages: Iterable[tuple[str, str, Row]], burst: int = 500) -> int:
        """Recorded (stream, key, body), in order, as fast as they are taken; returns how many there were."""
        count = 0
        for stream, key, body in messages:
            self.push(stream, key, body)
            count += 1
            if count % burst == 0:
                await self._drained()
        await self._drained()
        return count

    async def _drained(self) -> None:
        self._forget_closed()
        for socket in {socket for sockets in self.wanted.values() for socket in sockets}:
            await socket.drained()

    # --- the market's own

    def hear(self, event: Event) -> None:
        if not self.wanted:
            return
        if isinstance(event, Printed):
            self._trade(event)
        elif isinstance(event, BookMoved):
            self._book(event.symbol)

    def _wants(self, streams: tuple[str, ...], symbol: str) -> list[str]:
        return [stream for stream in streams if self.wanted.get((stream, symbol))]

    def _trade(self, event: Printed) -> None:
        contract = self.exchange.contract(event.symbol)
        for stream in self._wants(self._names(contract, 0), event.symbol):
            self.push(stream, event.symbol, self._trade_body(stream, contract, event))

    def _book(self, symbol: str) -> None:
        contract = self.exchange.contract(symbol)
        for stream in self._wants(self._names(contract, 1), symbol):
            self.push(stream, symbol, self._book_body(stream, contract))
        if self.exchange.moment(symbol).phase.auction:
            for stream in self._wants(self._names(contract, 2), symbol):
                self.push(stream, symbol, self._indicative_body(stream, contract))

    def _names(self, contract: Contract, which: int) -> tuple[str, ...]:
        """Streams of a contract's trades (0), books (1) or indicative prices (2), in this session."""
        if contract.stock:
            return ((("K3_",), ("HA_",), ()) if contract.kosdaq else (("S3_",), ("H1_",), ()))[which]
        if self.exchange.moment(contract.symbol).session is Session.NIGHT:
            return (("DC0",), ("DH0",), ("DYC",))[which]
        if contract.option:
            return (("OC0",), ("OH0",), ("YOC",))[which]
        return (("FC9", "FC0"), ("FH9", "FH0"), ("YF9", "YFC"))[which]

    def _trade_body(self, stream: str, contract: Contract, event: Printed) -> Row:
        tally = self.quotes.tally(contract.symbol)
        change = moved(event.price, contract.reference)
        code = "optcode" if stream == "OC0" else "shcode" if contract.stock else "futcode"
        offer = "offerho" if contract.stock else "offerho1"
        levels = self.quotes.levels(contract.symbol, 1, "", "")
        values: dict[str, Any] = {
            "chetime": clock_of(event.ms),
            "sign": change["sign"],
            "change": change["change"],
            "drate": change["diff"],
            "price": event.price,
            "open": tally.open,
            "high": tally.high,
            "low": tally.low,
            "cgubun": "-" if event.buyer_maker else "+",
            "cvolume": lots_of(event.quantity),
            "volume": tally.volume,
            "value": int(tally.value) // MILLION,
            "mdvolume": tally.sold[0],
            "mdchecnt": tally.sold[1],
            "msvolume": tally.bought[0],
            "mschecnt": tally.bought[1],
            "cpower": Decimal(tally.bought[0]) / max(tally.sold[0], 1) * 100,
            offer: levels["offerho1"],
            offer.replace("offer", "bid"): levels["bidho1"],
            "jnilvolume": tally.before,
            code: contract.symbol,
        }
        fields = stream_layouts()[stream].answered["body"].fields
        if contract.option and self.exchange.spot():
            volatility, _ = self.quotes.option(contract)
            values |= {"impv": volatility * 100, "timevalue": event.price}
        values |= {"k200jisu": self.exchange.spot(), "jgubun": "40", "opentime": clock_of(tally.opened)}
        values |= {"hightime": clock_of(tally.highest), "lowtime": clock_of(tally.lowest)}
        values |= {"exchname": "KRX", "status": "00", "theoryprice": event.price}
        values |= {"date": self.exchange.hours.trading_day(event.ms), "openyak": 0, "openyakcha": 0}
        kept = {name: value for name, value in values.items() if name in fields}
        return filled(stream_layouts()[stream].answered["body"], kept)

    def _book_body(self, stream: str, contract: Contract) -> Row:
        depth = 10 if contract.stock else 5
        counts = ("", "") if contract.stock else ("offercnt", "bidcnt")
        levels = self.quotes.levels(contract.symbol, depth, *counts)
        offered, bid = levels.pop("dvol"), levels.pop("svol")
        auction = self.exchange.moment(contract.symbol).phase.auction
        values: Row = {
            "hotime": clock_of(self.exchange.clock.now()),
            "totofferrem": offered,
            "totbidrem": bid,
        }
        if contract.stock:
            values |= {"shcode": contract.symbol, "donsigubun": "2" if auction else "1"}
            values |= {"volume": self.quotes.tally(contract.symbol).volume}
        else:
            code = "optcode" if stream == "OH0" else "futcode"
            values |= {code: contract.symbol, "danhochk": "1" if auction else "0"}
            values |= {"totoffercnt": depth, "totbidcnt": depth}
        return filled(stream_layouts()[stream].answered["body"], levels | values)

    def _indicative_body(self, stream: str, contract: Contract) -> Row:
        price = self.exchange.mark(contract.symbol)
        change = moved(price, contract.reference)
        values = {
            "ychetime": clock_of(self.exchange.clock.now()),
            "yeprice": price,
            "jnilysign": change["sign"],
            "jnilchange": change["change"],
            "jnilydrate": change["diff"],
            "optcode" if stream == "YOC" else "futcode": contract.symbol,
        }
        return filled(stream_layouts()[stream].answered["body"], values)


def _sound(stream: str, key: str, kind: str) -> bool:
    """Whether a registration fits: accounts by 1 and 2; the market by 3 and 4, with a key of its width."""
    if stream in ACCOUNT:
        return kind in ("1", "2")
    if stream not in stream_layouts() or kind not in ("3", "4"):
        return False
    return bool(key) if stream == "AFR" else len(key) == WIDTHS.get(stream, 8)


def _answer(socket: Socket, stream: str, key: str, kind: str, code: str, message: str) -> None:
    header = {"tr_cd": stream, "tr_key": key, "tr_type": kind, "rsp_cd": code, "rsp_msg": message}
    socket.answer({"header": header, "body": None})
