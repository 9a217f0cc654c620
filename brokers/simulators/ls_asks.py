"""One question to a TR, and its answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from brokers.simulators.account import Account
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_words import Row

Blocks = dict[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]]


@dataclass
class Ask:
    """block: the TR's InBlock. more, key: tr_cont and tr_cont_key.

    unseen: orders after this ms aren't found yet. skew: ms the venue's clock is ahead. Both are faults.
    """

    tr: str
    block: Row
    account: Account
    paper: bool = False
    more: bool = False
    key: str = ""
    unseen: int | None = None
    skew: int = 0

    def text(self, name: str) -> str:
        """A field as text, without the blanks it may be padded with."""
        return str(self.block.get(name, "")).strip()

    def number(self, name: str) -> Decimal:
        """A field as a number; 0 where it isn't given."""
        return Decimal(str(self.block.get(name) or 0))


@dataclass
class Reply:
    """blocks: by the end of their name ("OutBlock1"). more, key: whether there is more, and where."""

    blocks: Blocks = field(default_factory=dict)
    code: str = "00000"
    message: str = ""
    more: bool = False
    key: str = ""


Handler = Callable[[Ask], Reply]


def echoed(ask: Ask, **more: Any) -> Row:
    """OutBlock1 of an account's TR: what was asked, and whose it is."""
    sent = {name: value for name, value in ask.block.items() if name != "RecCnt"}
    return {**sent, "RecCnt": 1, **more}


def paged(ask: Ask, rows: Sequence[Row], size: int, key: str, after: str) -> tuple[list[Row], str]:
    """(a page of rows, the cursor of the next or ""). ``key``: the rows' field that ``after`` names."""
    start = 0
    if after:
        start = next((n + 1 for n, row in enumerate(rows) if str(row[key]) == after), len(rows))
    page = list(rows[start : start + size])
    left = start + size < len(rows)
    return page, str(page[-1][key]) if left and page else ""


def positive(value: Decimal) -> Decimal:
    return max(value, ZERO)
