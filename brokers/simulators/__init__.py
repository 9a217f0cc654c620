"""Local servers that speak venues' own protocols: stateful, replaying real markets, failing on command."""

from typing import Any

from brokers.simulators.account import Account, Balance, Position
from brokers.simulators.binance import BinanceSim
from brokers.simulators.clock import Clock, VirtualClock, WallClock
from brokers.simulators.exchange import Exchange
from brokers.simulators.faults import Fault, Faults, Kind
from brokers.simulators.listing import Fees, Listing
from brokers.simulators.order import Execution, Status, Ticket, VenueOrder
from brokers.simulators.upbit import UpbitSim


def point_at(exchange: Any, sim: BinanceSim | UpbitSim) -> None:
    """Make an unmodified ccxt or ccxt.pro exchange talk to a simulator: its URLs change, nothing else."""
    sim.point(exchange)


__all__ = [
    "Account",
    "Balance",
    "BinanceSim",
    "Clock",
    "Exchange",
    "Execution",
    "Fault",
    "Faults",
    "Fees",
    "Kind",
    "Listing",
    "Position",
    "Status",
    "Ticket",
    "UpbitSim",
    "VenueOrder",
    "VirtualClock",
    "WallClock",
    "point_at",
]
