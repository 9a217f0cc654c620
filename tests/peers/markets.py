"""Real markets of several kinds, as panels of one instrument that every engine can trade alike."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from market.bars import PRICES, Panel
from market.instruments import Fees, Instrument

FEE = 5e-4
CASH = 10_000_000.0
HOUR = 3_600_000_000_000


def bitcoin(folder: Path) -> Panel:
    """Spot, hourly, with the exchange's real outages: bars follow each other over a gap."""
    return _panel("BTCUSDT@binance", pd.read_parquet(folder / "crypto/binance_spot_1h/BTCUSDT.parquet"), HOUR)


def dogecoin(folder: Path) -> Panel:
    """Perpetual, five minutes, prices of a few cents."""
    frame = pd.read_parquet(folder / "crypto/binance_perp_5m/DOGEUSDT.parquet")
    return _panel("DOGEUSDT@binance", frame, HOUR // 12)


def samsung(folder: Path) -> Panel:
    """Korean stock, daily, in won. Halted days are written as zeros: no bar."""
    frame = pd.read_parquet(folder / "korea/stocks_daily_15.parquet").query("code == '005930' and Volume > 0")
    return _panel("005930@krx", frame, 24 * HOUR)


def apple(folder: Path) -> Panel:
    """US stock, daily."""
    frame = pd.read_parquet(folder / "us_equity/stocknet_daily.parquet").query("symbol == 'AAPL'")
    return _panel("AAPL@us", frame, 24 * HOUR)


MARKETS: dict[str, Callable[[Path], Panel]] = {
    "bitcoin hourly": bitcoin,
    "dogecoin 5 minutes": dogecoin,
    "samsung daily": samsung,
    "apple daily": apple,
}


def _panel(name: str, frame: pd.DataFrame, timeframe: int) -> Panel:
    columns = {str(column).lower(): frame[column] for column in frame.columns}
    ts = pd.DatetimeIndex(pd.to_datetime(columns["date"])).as_unit("ns").asi8
    prices = {field: columns[field].to_numpy(np.float64).reshape(-1, 1) for field in PRICES}
    return Panel((Instrument(name, fees=Fees(maker=FEE, taker=FEE)),), timeframe, ts, **prices)
