"""LS's gateway: types are checked, what an account may do, and answers are written in a TR's own blocks."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from brokers.simulators.ls_asks import Ask, Blocks, Handler, Reply
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_fields import Block, Layout, filled, rest_layouts
from brokers.simulators.ls_orders import order_echo
from brokers.simulators.ls_words import MESSAGES, Refusal, Row, account_number, gateway
from brokers.simulators.server import Call

NOT_IN_PAPER = ("CCE", "MMDAQ91200")


class Gateway:
    """paper: the names of paper accounts. products: where each account may order, "fo" and "stock"."""

    def __init__(self, exchange: KrxExchange, doubts: Doubts, handlers: Mapping[str, Handler]) -> None:
        self.exchange = exchange
        self.doubts = doubts
        self.handlers = handlers
        self.layouts = rest_layouts()
        self.paper: set[str] = set()
        self.products: dict[str, set[str]] = {}

    def admit(self, account: str, paper: bool, products: Iterable[str]) -> None:
        self.products[account] = set(products)
        if paper:
            self.paper.add(account)

    def knows(self, tr: str, path: str) -> bool:
        """Whether this TR is answered, at this path."""
        layout = self.layouts.get(tr)
        return layout is not None and layout.path == path and tr in self.handlers

    def asked(self, call: Call) -> Row:
        """One TR: its types are checked, what the account may do, then it is answered in its own blocks."""
        tr = call.headers["tr_cd"]
        layout, account = self.layouts[tr], call.trader
        ask = Ask(
            tr=tr,
            block=self._typed(layout, call.params),
            account=account,
            paper=account.name in self.paper,
            more=call.headers.get("tr_cont") == "Y",
            key=call.headers.get("tr_cont_key", ""),
            unseen=call.unseen_since,
            skew=call.skew,
        )
        self.exchange.catch_up()
        try:
            self._allowed(ask, layout)
            reply = self.handlers[tr](ask)
        except Refusal as refusal:
            reply = self._refused(ask, layout, refusal)
        call.extra_headers |= {"tr_cont": "Y" if reply.more else "N", "tr_cont_key": reply.key}
        return self._body(ask, layout, reply)

    def _typed(self, layout: Layout, body: Any) -> Row:
        """The InBlock: numbers must be JSON numbers and texts JSON strings, or nothing is done."""
        block = body.get(layout.asked.name) if isinstance(body, dict) else None
        if not isinstance(block, dict):
            raise gateway("IGW40013", 500)
        for name, value in block.items():
            mark = layout.asked.fields.get(name)
            number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
            if (mark == "#" and not number) or (mark == "" and not isinstance(value, str)):
                raise gateway("IGW40011", self.doubts.type_status)
        return block

    def _allowed(self, ask: Ask, layout: Layout) -> None:
        if ask.paper and ask.tr.startswith(NOT_IN_PAPER):
            raise Refusal("01900")
        product = "stock" if layout.path.startswith("/stock") else "fo"
        if layout.path.endswith("/order") and product not in self.products[ask.account.name]:
            raise Refusal("01491")

    def _refused(self, ask: Ask, layout: Layout, refusal: Refusal) -> Reply:
        """A refused order comes back with its blocks too: the echo, and an order number of 0."""
        if layout.path.endswith("/order"):
            blocks: Blocks = {"OutBlock1": order_echo(ask, None), "OutBlock2": {"RecCnt": 1}}
            return Reply(blocks, refusal.code, refusal.message)
        return Reply({}, refusal.code, refusal.message)

    def _body(self, ask: Ask, layout: Layout, reply: Reply) -> Row:
        message = reply.message or MESSAGES[reply.code]
        if ask.paper and (layout.path.endswith(("/accno", "/order"))) and "모의투자" not in message:
            message = f"모의투자 {message}"
        body: Row = {"rsp_cd": reply.code, "rsp_msg": message}
        for name, values in reply.blocks.items():
            block = layout.answered[f"{layout.tr}{name}"]
            if isinstance(values, Mapping):
                body[block.name] = self._row(ask, block, values)
            else:
                body[block.name] = [self._row(ask, block, row) for row in values]
        return body

    def _row(self, ask: Ask, block: Block, values: Mapping[str, Any]) -> Row:
        """A block's row, with what every block of an account has. An echo keeps what its table has."""
        whose = {"AcntNo": account_number(ask.account.name), "Pwd": "********", "InptPwd": "********"}
        whose["AcntNm"] = ask.account.name
        known = {name: value for name, value in whose.items() if name in block.fields}
        if block.name == f"{ask.tr}OutBlock1" and not block.array:
            values = {name: value for name, value in values.items() if name in block.fields}
        return filled(block, known | dict(values))
