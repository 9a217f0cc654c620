"""LS's simulator, told by a header whose order a request is: its own truth has no ids of ours."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from brokers.ls.trs import Tr
from brokers.ls.wire import Reply, Wire
from brokers.simulators import LsSim
from brokers.simulators.ls_ledger import NEW, Entry
from brokers.simulators.server import Call

HEADER = "x-witness"
ORDERS = ("CFOAT00100", "CCENT00100")
sending: ContextVar[str] = ContextVar("sending", default="")


class MarkedWire(Wire):
    """Says in a header whose order a submit is. The bot itself never sees it again."""

    async def tr(self, tr: Tr, blocks: Mapping[str, Any], token: str, more: str = "") -> Reply:
        if tr.code in ORDERS:
            self.session.headers[HEADER] = sending.get()
        else:
            self.session.headers.popall(HEADER, None)  # type: ignore[attr-defined]
        return await super().tr(tr, blocks, token, more)


class MarkedSim(LsSim):
    """marks: whose the order of a number is."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.marks: dict[int, str] = {}

    def answer(self, call: Call) -> tuple[int, dict[str, str], str]:
        status, headers, text = super().answer(call)
        name = call.headers.get(HEADER)
        if name and call.headers.get("tr_cd") in ORDERS:
            number = json.loads(text).get(f"{call.headers['tr_cd']}OutBlock2", {}).get("OrdNo")
            if number:
                self.marks[int(number)] = name
        return status, headers, text

    def orders(self) -> list[tuple[str, str, bool]]:
        """(our id, lots filled, rests) of each order that was sent with one."""
        found = []
        for entry in self.ledger.entries.values():
            name = self.marks.get(entry.number)
            if name and entry.kind == NEW:
                chain = self._chain(entry.number)
                filled = sum(each.filled for each in chain)
                found.append((name, str(filled), any(each.left for each in chain)))
        return found

    def _chain(self, number: int) -> list[Entry]:
        """The lines of an order."""
        return [each for each in self.ledger.entries.values() if number in (each.number, each.root)]

    def unmarked(self) -> list[int]:
        """Numbers of orders that nobody said to be his: there are none, or the truth isn't whole."""
        entries = self.ledger.entries.values()
        return [each.number for each in entries if each.kind == NEW and each.number not in self.marks]
