"""Upbit's account: balances, orders, what may be ordered."""

from decimal import Decimal

from brokers.simulators.account import Account, Movement
from brokers.simulators.exchange import Exchange
from brokers.simulators.listing import ZERO, Listing, down
from brokers.simulators.order import Life, Prevention, Ticket, VenueOrder
from brokers.simulators.server import Answer, Call
from brokers.simulators.settlement import Rejected
from brokers.simulators.upbit_words import (
    Row,
    error,
    instant,
    invalid,
    local,
    no_market,
    no_order,
    number,
    number_of,
    order_uuid,
    plain,
    refusal,
    several,
    side_word,
    state_word,
    trade_uuid,
)

WEEK = 7 * 86_400_000
LIVES = {"ioc": Life.IOC, "fok": Life.FOK, "post_only": Life.POST, None: Life.GTC}
PREVENTIONS = {
    "cancel_maker": Prevention.EXPIRE_MAKER,
    "cancel_taker": Prevention.EXPIRE_TAKER,
    "reduce": Prevention.EXPIRE_BOTH,
    None: Prevention.NONE,
}


class Orders:
    """used: every identifier an account ever sent; none may be sent twice, whatever became of the order."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.used: dict[str, set[str]] = {}

    # --- the account

    def accounts(self, call: Call) -> Answer:
        return [
            self.balance(call.trader, currency)
            for currency, balance in call.trader.balances.items()
            if balance.total
        ]

    def balance(self, account: Account, currency: str) -> Row:
        held = account.balance(currency)
        return {
            "currency": currency,
            "balance": plain(held.free),
            "locked": plain(held.locked),
            "avg_buy_price": "0",
            "avg_buy_price_modified": True,
            "unit_currency": "KRW",
        }

    def keys(self, call: Call) -> Answer:
        return [{"access_key": call.trader.key, "expire_at": "2099-12-31T23:59:59+09:00"}]

    def deposits(self, call: Call) -> Answer:
        return [_moved(each, "deposit") for each in _page(call) if each.amount > 0]

    def withdrawals(self, call: Call) -> Answer:
        return [_moved(each, "withdraw") for each in _page(call) if each.amount < 0]

    def chance(self, call: Call) -> Answer:
        listing = self._listing(call.params.get("market"))
        maker, taker = plain(listing.fees.maker), plain(listing.fees.taker)
        least = plain(listing.min_notional)
        return {
            "bid_fee": taker,
            "ask_fee": taker,
            "maker_bid_fee": maker,
            "maker_ask_fee": maker,
            "market": {
                "id": listing.symbol,
                "name": f"{listing.base}/{listing.quote}",
                "order_types": [],
                "order_sides": ["ask", "bid"],
                "bid_types": ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc", "price"],
                "ask_types": ["best_fok", "best_ioc", "limit", "limit_fok", "limit_ioc", "market"],
                "bid": {"currency": listing.quote, "min_total": least},
                "ask": {"currency": listing.base, "min_total": least},
                "max_total": "1000000000",
                "state": "active" if listing.trading else "delisted",
            },
            "bid_account": self.balance(call.trader, listing.quote),
            "ask_account": self.balance(call.trader, listing.base),
        }

    def _listing(self, market: object) -> Listing:
        listing = self.exchange.listings.get(str(market))
        if listing is None:
            raise no_market()
        return listing

    # --- placing

    def place(self, call: Call) -> Answer:
        """Accepted means waiting: what it traded at once is learnt by asking or from the stream."""
        self._use(call.trader, call.params.get("identifier"))
        order = self._submit(call.trader, self.ticket(call, ""))
        call.status = 201
        return self.accepted(order)

    def test(self, call: Call) -> Answer:
        self.ticket(call, "")
        return {"uuid": order_uuid(0), "market": call.params["market"], "state": "wait"}

    def _use(self, account: Account, identifier: str | None) -> None:
        """Spend an identifier, before anything else is looked at."""
        if identifier is None:
            return
        used = self.used.setdefault(account.name, set())
        if identifier in used:
            raise error(400, "validation_error", "이미 사용된 identifier 입니다.")
        used.add(identifier)

    def _submit(self, account: Account, ticket: Ticket) -> VenueOrder:
        try:
            return self.exchange.submit(account, ticket)
        except Rejected as rejected:
            raise refusal(rejected, ticket.side) from None

    def ticket(self, call: Call, prefix: str, market: str = "", side: int = 0) -> Ticket:
        """What a request asks for; ``prefix``: of the names in a replace, whose market and side are known."""
        listing = self._listing(market or call.params.get("market"))
        side = side or {"bid": 1, "ask": -1}.get(str(call.params.get("side")), 0)
        if not side:
            raise invalid("side")
        kind = str(call.params.get(f"{prefix}ord_type"))
        price, volume = number(call, f"{prefix}price"), number(call, f"{prefix}volume")
        life = call.params.get(f"{prefix}time_in_force")
        smp = call.params.get(f"{prefix}smp_type")
        if life not in LIVES or smp not in PREVENTIONS or (kind == "best" and life not in ("ioc", "fok")):
            raise invalid("time_in_force")
        quantity, cost, limit = self._terms(listing, kind, side, price, volume)
        return Ticket(
            symbol=listing.symbol,
            side=side,
            quantity=quantity,
            cost=cost,
            limit=limit,
            life=LIVES[life],
            client_id=str(call.params.get(f"{prefix}identifier") or ""),
            prevention=PREVENTIONS[smp],
            label=kind,
            extra={"time_in_force": life, "smp_type": smp},
        )

    def _terms(
        self, listing: Listing, kind: str, side: int, price: Decimal | None, volume: Decimal | None
    ) -> tuple[Decimal, Decimal | None, Decimal | None]:
        """(quantity, cost, limit) of an order type; each type has its own parameters and no others."""
        if kind == "limit" and price is not None and volume is not None:
            return volume, None, price
        if kind == "price" and side > 0 and price is not None and volume is None:
            return ZERO, price, None
        if kind == "market" and side < 0 and volume is not None and price is None:
            return volume, None, None
        best = self.exchange.books[listing.symbol].best(side)
        if kind == "best" and best is not None:
            if side > 0 and price is not None and volume is None:
                return down(price / best, listing.lot), None, best
            if side < 0 and volume is not None and price is None:
                return volume, None, best
        raise error(400, f"create_{side_word(side)}_error", "주문 요청 정보가 올바르지 않습니다.")

    # --- rows

    def accepted(self, order: VenueOrder) -> Row:
        """An order as its acceptance shows it: nothing has happened to it yet."""
        row = self.row(order)
        whole = order.ticket.quantity
        row |= {"state": "wait", "executed_volume": "0", "trades_count": 0, "paid_fee": "0"}
        row |= {"remaining_volume": None if order.ticket.cost is not None else plain(whole)}
        fee = plain(self._fee_reserve(order, whole))
        return row | {"reserved_fee": fee, "remaining_fee": fee, "locked": plain(self._locked(order, whole))}

    def _rate(self, order: VenueOrder) -> Decimal:
        return self.exchange.listings[order.symbol].fees.taker

    def _fee_reserve(self, order: VenueOrder, quantity: Decimal) -> Decimal:
        if order.side < 0:
            return ZERO
        money = order.ticket.cost if order.ticket.cost is not None else quantity * (order.limit or ZERO)
        return money * self._rate(order)

    def _locked(self, order: VenueOrder, quantity: Decimal) -> Decimal:
        if order.side < 0:
            return quantity
        money = order.ticket.cost if order.ticket.cost is not None else quantity * (order.limit or ZERO)
        return money * (1 + self._rate(order))

    def row(self, order: VenueOrder) -> Row:
        by_cost = order.ticket.cost is not None
        left = self._fee_reserve(order, order.left) if order.open else ZERO
        price = order.ticket.cost if by_cost else order.limit
        return {
            "uuid": order_uuid(order.id),
            "side": side_word(order.side),
            "ord_type": order.ticket.label,
            "price": plain(price),
            "state": state_word(order),
            "market": order.symbol,
            "created_at": local(order.created),
            "volume": None if by_cost else plain(order.quantity),
            "remaining_volume": None if by_cost else plain(order.left),
            "reserved_fee": plain(self._fee_reserve(order, order.quantity)),
            "remaining_fee": plain(left),
            "paid_fee": plain(order.fees),
            "locked": plain(order.locked),
            "executed_volume": plain(order.filled),
            "executed_funds": plain(order.spent),
            "trades_count": len(order.executions),
            "prevented_volume": "0",
            "prevented_locked": "0",
            **self._named(order),
        }

    @staticmethod
    def _named(order: VenueOrder) -> Row:
        """What is there only when it was given."""
        given = {"identifier": order.ticket.client_id or None, **order.ticket.extra}
        return {name: value for name, value in given.items() if value is not None}

    def detailed(self, order: VenueOrder) -> Row:
        """One order with its trades."""
        trades = [
            {
                "market": order.symbol,
                "uuid": trade_uuid(order.symbol, made.id),
                "price": plain(made.price),
                "volume": plain(made.quantity),
                "funds": plain(made.price * made.quantity),
                "trend": "up" if made.side > 0 else "down",
                "created_at": local(made.ms),
                "side": side_word(made.side),
            }
            for made in order.executions
        ]
        row = self.row(order)
        del row["executed_funds"]
        return row | {"trades": trades}

    # --- asking

    def find(self, call: Call, prefix: str = "") -> VenueOrder:
        found, identifier = call.params.get(f"{prefix}uuid"), call.params.get(f"{prefix}identifier")
        if not found and not identifier:
            raise invalid("uuid")
        try:
            if found:
                order = self.exchange.find(call.trader.name, None, number_of(str(found)), None)
            else:
                order = self.exchange.find(call.trader.name, None, None, str(identifier))
        except Rejected:
            raise no_order() from None
        if call.unseen_since is not None and order.created > call.unseen_since:
            raise no_order()
        return order

    def order(self, call: Call) -> Answer:
        return self.detailed(self.find(call))

    def open(self, call: Call) -> Answer:
        market, found = call.params.get("market"), self.exchange.open_orders(call.trader.name)
        states = several(call, "states") or [str(call.params.get("state") or "wait")]
        orders = [order for order in found if market in (None, order.symbol) and state_word(order) in states]
        return [self.row(order) for order in self._page(call, orders)]

    def closed(self, call: Call) -> Answer:
        """Of seven days at most: from start_time on, else up to end_time, else up to now."""
        market = call.params.get("market")
        states = several(call, "states") or several(call, "state") or ["done", "cancel"]
        start, end = (call.params.get(name) for name in ("start_time", "end_time"))
        last = instant(str(end)) if end else self.exchange.clock.now()
        first = instant(str(start)) if start else last - WEEK
        last = last if end or not start else first + WEEK
        if last - first > WEEK:
            raise invalid("end_time")
        orders = [
            order
            for order in self.exchange.orders_of(call.trader.name, market)
            if not order.open and state_word(order) in states and first <= order.created <= last
        ]
        return [self.row(order) for order in self._page(call, orders, 1000)]

    def _page(self, call: Call, orders: list[VenueOrder], most: int = 100) -> list[VenueOrder]:
        limit, page = int(call.params.get("limit") or 100), int(call.params.get("page") or 1)
        seen = [order for order in orders if call.unseen_since is None or order.created <= call.unseen_since]
        seen.sort(key=lambda order: order.id, reverse=call.params.get("order_by", "desc") == "desc")
        limit = min(limit, most)
        return seen[(page - 1) * limit : page * limit]

    def by_ids(self, call: Call) -> Answer:
        uuids, identifiers = several(call, "uuids"), several(call, "identifiers")
        orders = self.exchange.orders_of(call.trader.name, call.params.get("market"))
        return [
            self.row(order)
            for order in self._page(call, orders)
            if order_uuid(order.id) in uuids
            or (order.ticket.client_id and order.ticket.client_id in identifiers)
        ]

    # --- ending

    def cancel(self, call: Call) -> Answer:
        """The cancel is accepted: the answer shows the order as it was."""
        order = self.find(call)
        if not order.open:
            raise no_order()
        row = self.row(order)
        self.exchange.cancel(order)
        return row

    def cancel_open(self, call: Call) -> Answer:
        pairs = several(call, "pairs")
        orders = [
            order
            for order in self.exchange.open_orders(call.trader.name)
            if not pairs or order.symbol in pairs
        ]
        gone = [
            {"uuid": order_uuid(order.id), "market": order.symbol}
            for order in map(self.exchange.cancel, orders)
        ]
        return {"success": {"count": len(gone), "orders": gone}, "failed": {"count": 0, "orders": []}}

    def cancel_and_new(self, call: Call) -> Answer:
        """Cancel one and order another; if the other is refused the first is cancelled all the same."""
        before = self.find(call, "prev_order_")
        self._use(call.trader, call.params.get("new_identifier"))
        if not before.open:
            raise no_order()
        if call.params.get("new_volume") == "remain_only":
            call.params["new_volume"] = str(before.left)
        ticket = self.ticket(call, "new_", before.symbol, before.side)
        row = self.row(before)
        self.exchange.cancel(before)
        order = self._submit(call.trader, ticket)
        call.status = 201
        named = {"new_order_identifier": ticket.client_id} if ticket.client_id else {}
        return row | {"new_order_uuid": order_uuid(order.id)} | named


def _page(call: Call) -> list[Movement]:
    """One page of what came and went, newest first unless asked otherwise."""
    wanted, size = call.params.get("currency"), int(call.params.get("limit") or 100)
    if not 1 <= size <= 100:
        raise invalid("limit")
    rows = [each for each in call.trader.movements if wanted in (None, each.currency)]
    rows.sort(key=lambda each: (each.created, each.id), reverse=call.params.get("order_by") != "asc")
    first = (int(call.params.get("page") or 1) - 1) * size
    return rows[first : first + size]


def _moved(each: Movement, kind: str) -> Row:
    done = "ACCEPTED" if kind == "deposit" else "DONE"
    return {
        "type": kind,
        "uuid": trade_uuid(kind, each.id),
        "currency": each.currency,
        "net_type": None if each.currency == "KRW" else each.currency,
        "txid": f"{each.id:x}",
        "state": done if each.settled else "PROCESSING",
        "created_at": local(each.created),
        "done_at": local(each.settled) if each.settled else None,
        "amount": plain(abs(each.amount)),
        "fee": plain(each.fee),
        "transaction_type": "default",
    }
