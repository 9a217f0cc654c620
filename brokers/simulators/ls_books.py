"""What an account's questions are answered from."""

from dataclasses import dataclass

from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_ledger import Ledger
from brokers.simulators.ls_money import KrxSettlement


@dataclass(eq=False)
class Books:
    """page: rows of one answer before it says that there are more."""

    exchange: KrxExchange
    ledger: Ledger
    doubts: Doubts
    page: int = 20

    @property
    def money(self) -> KrxSettlement:
        return self.exchange.money
