"""Which column means what, by any usual name: English, Korean, brokers' and exchanges' own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from market.errors import DataError

# Whole moments first; a date may have its time of day beside it. Compared lower-case without punctuation.
_MOMENT = (
    "ts", "timestamp", "datetime", "opentime", "unix", "unixtimestamp", "epoch", "candledatetimeutc",
    "starttime", "bartime", "t", "일시", "거래일시",
)  # fmt: skip
_DATE = (
    "date", "일자", "날짜", "거래일", "거래일자", "기준일", "basdd", "tradedate", "tradingdate", "day", "dt",
)  # fmt: skip
_TIME = ("time", "시간", "시각", "체결시간", "거래시간", "timeofday")
_LAST_RESORT = ("index", "unnamed0", "")
_FIELDS = {
    "open": ("open", "o", "openprice", "openingprice", "start", "시가", "tddopnprc", "first"),
    "high": ("high", "h", "highprice", "max", "고가", "tddhgprc"),
    "low": ("low", "l", "lowprice", "min", "저가", "tddlwprc"),
    "close": (
        "close", "c", "closelast", "closeprice", "closingprice", "종가", "tddclsprc", "last", "price",
        "tradeprice", "현재가", "end",
    ),
    "volume": (
        "volume", "vol", "v", "거래량", "acctrdvol", "candleacctradevolume", "jdiffvol", "qty", "basevolume",
    ),
    "symbol": (
        "symbol", "ticker", "code", "tic", "종목코드", "단축코드", "shcode", "isucd", "instrument", "asset",
        "market", "종목",
    ),
}  # fmt: skip
PRICE_NAMES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Columns:
    """The source's name of each role. time_of_day: only where the date column has none."""

    moment: str
    open: str
    high: str
    low: str
    close: str
    volume: str | None = None
    symbol: str | None = None
    time_of_day: str | None = None


def match_columns(names: Sequence[str], source: str) -> Columns:
    """Find the roles among ``names``; DataError names what is missing and what was found."""
    known = [_plain(name) for name in names]
    roles = {role: _pick(names, known, aliases, source) for role, aliases in _FIELDS.items()}
    roles["volume"] = roles["volume"] or next(
        (name for name, plain in zip(names, known, strict=True) if plain.startswith("volume")), None
    )
    moment, time_of_day = _pick(names, known, _MOMENT, source), None
    if moment is None:
        moment, time_of_day = _pick(names, known, _DATE, source), _pick(names, known, _TIME, source)
        if moment is None:
            moment, time_of_day = time_of_day or _pick(names, known, _LAST_RESORT, source), None
    missing = ["time"] if moment is None else []
    missing += [role for role in PRICE_NAMES if roles[role] is None]
    if missing:
        raise DataError(
            f"{source}: no column for {', '.join(missing)}; found {', '.join(map(repr, names)) or 'none'}. "
            "Usual names, such as date, open, high, low, close, volume, or 일자, 시가, 고가, 저가, 종가, are "
            "understood; rename what differs."
        )
    return Columns(moment=str(moment), time_of_day=time_of_day, **roles)  # type: ignore[arg-type]


def _plain(name: str) -> str:
    """ "Close/Last" -> closelast, "<OPEN>" -> open, "4. close" -> close."""
    text = "".join(letter for letter in str(name).strip().lower() if letter.isalnum())
    return re.sub(r"^\d+(?=\D)", "", text)


def _pick(names: Sequence[str], plain: Sequence[str], aliases: Sequence[str], source: str) -> str | None:
    """The first alias that is there; two columns that both are it can't be told apart."""
    for alias in aliases:
        found = [name for name, each in zip(names, plain, strict=True) if each == alias]
        if len(found) > 1:
            listed = ", ".join(map(repr, found))
            raise DataError(f"{source}: columns {listed} say the same; expected one. Drop or rename one.")
        if found:
            return found[0]
    return None
