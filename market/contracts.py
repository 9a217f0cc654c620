"""Ready-made instruments: the facts of their exchanges, with the day since which they hold.

Commissions differ by broker and are never guessed: pass ``fees``. Korean figures are those of the Korea
Exchange's rules and of the press on tax law; what could not be confirmed says so.
"""

from market.instruments import Fees, Instrument, Kind

# Since 2023-01-25 for KOSPI and KOSDAQ alike.
KRX_STOCK_TICKS = (
    (0.0, 1.0), (2_000.0, 5.0), (5_000.0, 10.0), (20_000.0, 50.0), (50_000.0, 100.0), (200_000.0, 500.0),
    (500_000.0, 1_000.0),
)  # fmt: skip
# Before that. From general knowledge, not confirmed at the source.
KRX_KOSPI_TICKS_BEFORE_2023 = (
    (0.0, 1.0), (1_000.0, 5.0), (5_000.0, 10.0), (10_000.0, 50.0), (50_000.0, 100.0), (100_000.0, 500.0),
    (500_000.0, 1_000.0),
)  # fmt: skip
KRX_KOSDAQ_TICKS_BEFORE_2023 = KRX_KOSPI_TICKS_BEFORE_2023[:5]
KRX_ETF_TICKS = ((0.0, 1.0), (2_000.0, 5.0))
# KOSPI and KOSDAQ pay the same in all; in KOSPI's, 0.15 % is rural development tax. The rate before
# 2019-06-03 is from general knowledge, and so is the year it is taken to begin.
KRX_SELL_TAXES = (
    ("2000-01-01", 0.0030), ("2019-06-03", 0.0025), ("2021-01-01", 0.0023), ("2023-01-01", 0.0020),
    ("2024-01-01", 0.0018), ("2025-01-01", 0.0015), ("2026-01-01", 0.0020),
)  # fmt: skip
# SEC rule 612: a cent, and a hundredth of one below a dollar.
US_EQUITY_TICKS = ((0.0, 0.0001), (1.0, 0.01))
MAINTENANCE_SHARE = 2.0 / 3.0  # of the initial margin, KRX's usual ratio for index futures; not confirmed

_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "KRW", "USD", "EUR", "JPY", "BTC", "ETH", "BNB")


def crypto_spot(
    symbol: str,
    venue: str,
    *,
    tick: float = 0.0,
    lot: float = 1e-8,
    min_quantity: float = 0.0,
    min_notional: float = 0.0,
    fees: Fees | None = None,
) -> Instrument:
    """A coin pair such as BTCUSDT, BTC/USDT or KRW-BTC. tick, lot, minima: as the venue says."""
    base, quote = _pair(symbol)
    return Instrument(
        f"{symbol}@{venue}", Kind.SPOT, base, quote, ticks=((0.0, tick),), lot=lot, min_quantity=min_quantity,
        min_notional=min_notional, fees=fees or Fees(),
    )  # fmt: skip


def us_equity(symbol: str, venue: str = "us", *, fees: Fees | None = None) -> Instrument:
    """A listed US share. The SEC's and FINRA's fees on sales, about 0.003 % and less, are left out."""
    return Instrument(
        f"{symbol}@{venue}", Kind.EQUITY, symbol, "USD", ticks=US_EQUITY_TICKS, lot=1.0, min_quantity=1.0,
        fees=fees or Fees(), timezone="America/New_York",
    )  # fmt: skip


def korean_equity(
    code: str,
    venue: str = "krx",
    *,
    fees: Fees | None = None,
    ticks: tuple[tuple[float, float], ...] = KRX_STOCK_TICKS,
) -> Instrument:
    """A KOSPI or KOSDAQ share by its six characters. ticks: the table of its day; prices adjusted for splits
    are on none, so give ((0.0, 0.0),) for them."""
    return Instrument(
        f"{code}@{venue}", Kind.EQUITY, code, "KRW", ticks=ticks, lot=1.0, min_quantity=1.0,
        fees=fees or Fees(), sell_taxes=KRX_SELL_TAXES, timezone="Asia/Seoul",
    )  # fmt: skip


def korean_etf(code: str, venue: str = "krx", *, fees: Fees | None = None) -> Instrument:
    """A KRX-listed ETF: its own tick table, and no tax on sales."""
    return Instrument(
        f"{code}@{venue}", Kind.EQUITY, code, "KRW", ticks=KRX_ETF_TICKS, lot=1.0, min_quantity=1.0,
        fees=fees or Fees(), timezone="Asia/Seoul",
    )  # fmt: skip


def kospi200_future(
    symbol: str = "K200F", venue: str = "ls", *, margin: float, mini: bool = False, fees: Fees | None = None
) -> Instrument:
    """KOSPI200 futures: 250,000 KRW a point, ticks of 0.05; the mini 50,000 and 0.02. Sales aren't taxed.

    margin: initial, fraction of notional. The exchange reviews it and houses add to it: no default.
    """
    return Instrument(
        f"{symbol}@{venue}", Kind.FUTURE, "KOSPI200", "KRW", multiplier=50_000.0 if mini else 250_000.0,
        ticks=((0.0, 0.02 if mini else 0.05),), lot=1.0, min_quantity=1.0, fees=fees or Fees(),
        long_margin=margin, short_margin=margin, maintenance=margin * MAINTENANCE_SHARE,
        timezone="Asia/Seoul",
    )  # fmt: skip


def _pair(symbol: str) -> tuple[str, str]:
    """Base and quote of BTC/USDT, BTC-USD, KRW-BTC (Upbit writes the quote first) or BTCUSDT."""
    for mark in ("/", "-", "_"):
        first, found, second = symbol.partition(mark)
        if found:
            return (second, first) if first in ("KRW", "USDT") else (first, second)
    quote = next((each for each in _QUOTES if symbol.endswith(each) and symbol != each), "")
    return (symbol.removesuffix(quote), quote) if quote else (symbol, "USD")
