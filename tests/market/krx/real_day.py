"""The real day of KRX, 2024-01-04, from the shared data; tests skip where the folder is absent."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "korea"
DAY = date(2024, 1, 4)
needs_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="no shared data here")
DERIVATIVES = ("futures_index", "options_index", "futures_single_stock", "options_single_stock")


def table(name: str) -> pd.DataFrame:
    """One of the day's tables, columns as KRX names them."""
    return pd.read_parquet(FOLDER / "krx_daily" / f"{name}_20240104.parquet")


def each_of(rows: pd.DataFrame) -> list[Any]:
    """The rows one by one, columns as attributes."""
    return list(rows.itertuples())


def prices(rows: pd.DataFrame) -> "pd.Series[float]":
    """Every traded price of the rows: open, high, low, close; untraded ones left out."""
    traded = rows[pd.to_numeric(rows["ACC_TRDVOL"]) > 0]
    columns = [pd.to_numeric(traded[f"TDD_{name}"]) for name in ("OPNPRC", "HGPRC", "LWPRC", "CLSPRC")]
    found: pd.Series[float] = pd.concat(columns).dropna()
    return found
