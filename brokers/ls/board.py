"""The option board (옵션전광판): calls and puts of one month beside each other, with Greeks."""

from dataclasses import dataclass

from brokers.ls.rest import Rest
from brokers.ls.values import Row, decimal


@dataclass(frozen=True, slots=True)
class Quoted:
    """One option of the board. Prices in points; sizes and open interest in lots; volatility: implied, a
    year, as a fraction. worth: inside value, which LS calls impv here, and elsewhere not."""

    code: str
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
    theoretical: float
    worth: float


@dataclass(frozen=True, slots=True)
class Board:
    """future: code and price of the nearest one. days: until the options expire. Rows in LS's order."""

    future: str
    future_price: float
    days: int
    calls: tuple[Quoted, ...]
    puts: tuple[Quoted, ...]


async def board(rest: Rest, month: str, gubun: str = "G") -> Board:
    """month: YYYYMM; of weeklies "W1" and so on. gubun: G regular, M mini, W weekly.

    How LS tells Monday's and Thursday's weeklies apart here isn't documented: take the chain (``masters``)
    for those, whose names do. Raises VenueDown.
    """
    answer = await rest.ask("t2301", {"t2301InBlock": {"yyyymm": month.ljust(6), "gubun": gubun}})
    head = answer.row("OutBlock")
    return Board(
        str(head.get("gmshcode") or "").strip(),
        _number(head, "gmprice"),
        int(_number(head, "jandatecnt")),
        tuple(map(_quoted, answer.rows("OutBlock1"))),
        tuple(map(_quoted, answer.rows("OutBlock2"))),
    )


def _quoted(row: Row) -> Quoted:
    return Quoted(
        str(row["optcode"]).strip(),
        _number(row, "actprice"),
        _number(row, "price"),
        _number(row, "bidho1"),
        _number(row, "offerho1"),
        int(_number(row, "bidrem1")),
        int(_number(row, "offerrem1")),
        int(_number(row, "volume")),
        int(_number(row, "mgjv")),
        _number(row, "iv") / 100,
        *(_number(row, name) for name in ("delt", "gama", "vega", "ceta", "rhox", "theoryprice", "impv")),
    )


def _number(row: Row, name: str) -> float:
    return float(decimal(row.get(name)))
