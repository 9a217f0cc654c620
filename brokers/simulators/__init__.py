"""Local servers that speak venues' own protocols: stateful, replaying real markets, failing on command.

    async with BinanceSim(spot={"BTCUSDT": bars}, history=500) as sim:
        exchange = ccxt.pro.binance({"apiKey": "key", "secret": "secret"})
        point_at(exchange, sim)                        # its URLs change, nothing else
        sim.faults.add(Kind.SILENT_ACCEPTED, "POST /api/v3/order", nth=2)
        order = await exchange.create_order("BTC/USDT", "limit", "buy", 0.1, 30_000)
        await sim.advance(10)                          # ten bars on the virtual clock; or sim.run(speed=60)
        sim.exchange.orders                            # the truth: orders, executions,
        sim.account.balances                           # balances and positions

``UpbitSim`` is the same for Upbit's KRW market; ``BinanceSim(usdm=...)`` adds futures (``sim.futures``).
``LsSim`` speaks LS Securities' Open API for the Korea Exchange; its clients are pointed at ``rest_url`` and
``socket_url``.
"""

from typing import Any

from brokers.simulators.account import Account, Balance, Position
from brokers.simulators.binance import BinanceSim, binance_urls
from brokers.simulators.clock import Clock, VirtualClock, WallClock
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import Fault, Faults, Kind
from brokers.simulators.listing import Fees, Listing
from brokers.simulators.ls import LsSim
from brokers.simulators.ls_contracts import Contract, contract_of
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_hours import Hours
from brokers.simulators.market import candled, recorded, shifted
from brokers.simulators.order import Execution, Status, Ticket, VenueOrder
from brokers.simulators.upbit import UpbitSim, upbit_urls


def point_at(exchange: Any, sim: BinanceSim | UpbitSim) -> None:
    """Make an unmodified ccxt or ccxt.pro exchange talk to a simulator: its URLs change, nothing else."""
    sim.point(exchange)


__all__ = [
    "Account",
    "Balance",
    "BinanceSim",
    "Clock",
    "Contract",
    "Doubts",
    "Exchange",
    "Execution",
    "Fault",
    "Faults",
    "Fees",
    "Hours",
    "Kind",
    "Listing",
    "LsSim",
    "Position",
    "Status",
    "Ticket",
    "UpbitSim",
    "VenueOrder",
    "VirtualClock",
    "WallClock",
    "binance_urls",
    "candled",
    "contract_of",
    "point_at",
    "recorded",
    "shifted",
    "upbit_urls",
]
