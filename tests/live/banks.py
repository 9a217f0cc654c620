"""A venue's word on money that moves without trading, beside a paper account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.contract import Capabilities, FundingReport, TransferReport
from brokers.paper import PaperBroker
from live.bot import RunningBot
from market.errors import VenueDown


@dataclass(eq=False)
class Bank:
    """down: it can't say. asked: how many questions came."""

    transfers: list[TransferReport] = field(default_factory=list)
    funding: list[FundingReport] = field(default_factory=list)
    down: str = ""
    asked: int = 0

    def move(self, amount: float | str, ts: int, currency: str = "USD") -> TransferReport:
        report = TransferReport(f"m{len(self.transfers)}", currency, Decimal(str(amount)), ts)
        self.transfers.append(report)
        return report

    def pay(self, instrument: str, amount: str, ts: int, currency: str = "USD") -> None:
        name = f"f{len(self.funding)}"
        self.funding.append(FundingReport(name, instrument, currency, Decimal(amount), ts))

    def answer(self, which: list[Any]) -> list[Any]:
        self.asked += 1
        if self.down:
            raise VenueDown(self.down)
        return list(which)


@contextmanager
def banked(bank: Bank) -> Iterator[None]:
    """Paper accounts have this bank."""
    plain = PaperBroker.capabilities.fget  # type: ignore[attr-defined]

    def capabilities(broker: PaperBroker) -> Capabilities:
        found: Capabilities = plain(broker)
        return replace(found, lists_transfers=True, lists_funding=True)

    async def transfers(broker: PaperBroker, since: int) -> list[TransferReport]:
        return [each for each in bank.answer(bank.transfers) if each.ts >= since]

    async def funding(broker: PaperBroker, since: int) -> list[FundingReport]:
        return [each for each in bank.answer(bank.funding) if each.ts >= since]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PaperBroker, "capabilities", property(capabilities))
        patch.setattr(PaperBroker, "transfers", transfers, raising=False)
        patch.setattr(PaperBroker, "funding", funding, raising=False)
        yield


def account(bot: RunningBot) -> dict[str, float]:
    """What the desk's account says of money."""
    book = bot.engine.session.trader.desk.book.account[0]
    return {name: float(book[name]) for name in ("cash", "equity", "day_equity", "peak", "min_cash", "fees")}


def entries(one: Any, kind: type) -> list[Any]:
    """Messages of a kind in a life's journal."""
    from records.entries import message_of

    told = (message_of(entry) for entry in one.journal.entries())
    return [message for message in told if isinstance(message, kind)]
