"""The option board: a month's calls and puts with Greeks (t2301), by night without them (t8460).

LS's ``iv`` is the implied volatility in percent and its ``impv`` the inner value here. How a weekly request
tells Monday's series from Thursday's isn't documented: rows are told apart by their codes, and an answer that
mixes two weeks of one is refused. An answer says no time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from brokers.ls.answers import Answer, Asker
from brokers.ls.values import Row, decimal, whole
from market import krx
from market.errors import ConfigError, DataError

REGULAR, MINI, KOSDAQ150, WEEKLY = "G", "M", "Q", "W"
DAY_BOARDS, NIGHT_BOARDS = (REGULAR, MINI, WEEKLY), (REGULAR, MINI, KOSDAQ150, WEEKLY)
THURSDAYS, MONDAYS = "09", "AF"
MONEYNESS = {"0": "future", "1": "at", "2": "in", "3": "out"}


@dataclass(frozen=True, slots=True)
class Quoted:
    """One option. strike, prices, inner, time_value, theory: points; bid, ask: NaN = nobody there. price: the
    last, 0 = none yet. volatility: 0.20 = 20 % a year. Greeks as LS states them, whose units it doesn't. What
    LS hasn't computed is NaN: all of it by night. open_interest: lots, -1 = not said."""

    code: str
    right: str
    strike: float
    price: float
    bid: float
    ask: float
    bid_size: int
    ask_size: int
    volume: int
    open_interest: int
    volatility: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float
    theory: float
    inner: float
    time_value: float
    moneyness: str


@dataclass(frozen=True, slots=True)
class OptionBoard:
    """calls, puts: by ascending strike. future, future_price: the front month's. call_volatility,
    put_volatility: representative ones, NaN by night. days_left: to expiry, calendar days; -1 = not said."""

    calls: tuple[Quoted, ...]
    puts: tuple[Quoted, ...]
    future: str
    future_price: float
    call_volatility: float = nan
    put_volatility: float = nan
    days_left: int = -1

    def at(self, right: str, strike: float) -> Quoted:
        """Raises DataError naming the nearest strikes listed."""
        rows = self.calls if right == "call" else self.puts
        for row in rows:
            if row.strike == strike:
                return row
        near = sorted(sorted((row.strike for row in rows), key=lambda each: abs(each - strike))[:4])
        listed = ", ".join(f"{each:,g}" for each in near) or "none"
        raise DataError(f"{right} {strike:,g}: LS's board has no such strike. Nearest: {listed}.")


async def board(ask: Asker, month: str, kind: str = REGULAR, night: bool = False) -> OptionBoard:
    """A month's (YYYYMM). kind: REGULAR, MINI; by night KOSDAQ150 too. DataError where LS lists none."""
    known = NIGHT_BOARDS if night else DAY_BOARDS
    if kind not in known or kind == WEEKLY or not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", month, re.ASCII):
        raise ConfigError(
            f"option board {month!r} of {kind!r}: expected YYYYMM of one of "
            f"{', '.join(known[:-1])}; weekly options have weekly()."
        )
    rows = await _asked(ask, month, kind, night)
    for row in (*rows.calls, *rows.puts):
        code = krx.parse(row.code)
        if (code.year, code.month) != (int(month[:4]), int(month[4:])):
            raise DataError(
                f"LS was asked for the options of {month} and sent {row.code}. Nothing was taken."
            )
    return rows


async def weekly(ask: Asker, week: int, product: str = THURSDAYS, night: bool = False) -> OptionBoard:
    """A week's (1 to 5). product: THURSDAYS or MONDAYS. DataError where LS sends none, or two weeks."""
    if week not in range(1, 6) or product not in (THURSDAYS, MONDAYS):
        raise ConfigError(f"weekly board {week} of {product!r}: expected a week of 1 to 5 and 09 or AF.")
    return await _asked(ask, f"W{week}".ljust(6), WEEKLY, night, product)


async def _asked(ask: Asker, when: str, kind: str, night: bool, product: str = "") -> OptionBoard:
    tr = "t8460" if night else "t2301"
    found = board_of(await ask.ask(tr, {f"{tr}InBlock": {"yyyymm": when, "gubun": kind}}), product)
    if not found.calls and not found.puts:
        raise DataError(
            f"option board {when.strip()} {kind} {product}".rstrip() + ": LS sent no option. The masters "
            "(t8433, t8435) say which are listed; a paper account has no night board by day."
        )
    return found


def board_of(answer: Answer, product: str = "") -> OptionBoard:
    """An answer read. product: keep codes of it alone. DataError for a strike that comes twice."""
    head = answer.row("OutBlock")
    return OptionBoard(
        _side(answer.rows("OutBlock1"), "call", product),
        _side(answer.rows("OutBlock2"), "put", product),
        str(head.get("gmshcode") or "").strip(),
        float(decimal(head.get("gmprice"))),
        _percent(head.get("cimpv")),
        _percent(head.get("pimpv")),
        whole(head["jandatecnt"]) if "jandatecnt" in head else -1,
    )


def _side(rows: Iterable[Row], right: str, product: str) -> tuple[Quoted, ...]:
    found: dict[float, Quoted] = {}
    for row in rows:
        one = _quoted(row, right)
        if product and one.code[1:3] != product:
            continue
        other = found.setdefault(one.strike, one)
        if other is not one:
            raise DataError(
                f"LS's board has {right} {one.strike:,g} as {other.code} and as {one.code}: two series in "
                "one. Nothing was taken; the masters tell them apart."
            )
    return tuple(found[strike] for strike in sorted(found))


def _quoted(row: Row, right: str) -> Quoted:
    code, strike = str(row.get("optcode") or "").strip(), float(decimal(row.get("actprice")))
    form = krx.parse(code).form.value
    if form != right or strike <= 0.0:
        raise DataError(f"LS sent {code}, strike {strike:g}, among its board's {right}s. Nothing was taken.")
    volatility = _percent(row.get("iv"))
    computed = volatility == volatility  # else the Greeks' zeros say nothing
    delta, gamma, vega, theta, rho, theory = (
        float(decimal(row.get(name))) if computed else nan
        for name in ("delt", "gama", "vega", "ceta", "rhox", "theoryprice")
    )
    return Quoted(
        code, right, strike, float(decimal(row.get("price"))),
        float(decimal(row.get("bidho1"))) or nan, float(decimal(row.get("offerho1"))) or nan,
        whole(row.get("bidrem1")), whole(row.get("offerrem1")), whole(row.get("volume")),
        whole(row["mgjv"]) if "mgjv" in row else -1,
        volatility, delta, gamma, vega, theta, rho, theory,
        float(decimal(row.get("impv"))), float(decimal(row.get("timevl"))),
        MONEYNESS.get(str(row.get("atmgubun") or "").strip(), ""),
    )  # fmt: skip


def _percent(value: object) -> float:
    return float(decimal(value)) / 100 or nan
