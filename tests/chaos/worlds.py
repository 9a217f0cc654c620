"""The simulated venues a bot is killed at: what is traded there, and what requests and streams are called."""

from dataclasses import dataclass, replace

SECOND = 1_000_000_000


@dataclass(frozen=True)
class World:
    """One venue. name: as ``make chaos VENUE=`` says it. use: as ``[venue] use`` does. starts: first prices.

    money: what the account owns at first.
    place, cancel, asked, time: patterns of requests, "" = none; account, quotes, trades, bars: of streams.
    short: positions may be negative. veiled: the venue's knowledge of our ids is taken off all it says.
    failing, slow: the fault by which bars go missing or come late, and by how many seconds. tick: prices go
    by this step, and stay near their start; 0 = neither. ahead: ms by which everybody's clock is ahead of
    this machine's, for venues with hours.
    patience: ns after a close until a bar that no stream said is asked for.
    """

    name: str
    use: str
    symbols: tuple[str, ...]
    starts: tuple[float, ...]
    money: float
    place: str
    cancel: str
    asked: str
    time: str
    account: str = "user"
    quotes: str = "*@bookTicker"
    trades: str = "*@*rade"
    bars: str = "*@kline*"
    short: bool = False
    veiled: bool = False
    failing: str = "LOST"
    slow: float | None = None
    tick: float = 0.0
    ahead: int = 0
    patience: int = 2 * SECOND

    @property
    def ids(self) -> tuple[str, ...]:
        """The instruments, as SYMBOL@venue."""
        return tuple(f"{symbol}@{self.use}" for symbol in self.symbols)


SPOT = World(
    name="binance",
    use="binance",
    symbols=("BTCUSDT", "ETHUSDT", "XRPUSDT"),
    starts=(30_000.0, 2_000.0, 50.0),
    money=100_000.0,
    place="POST /api/v3/order",
    cancel="DELETE /api/v3/order",
    asked="GET /api/v3/*",
    time="GET /api/v3/time",
)
USDM = World(
    name="binance_usdm",
    use="binanceusdm",
    symbols=("BTCUSDT", "ETHUSDT", "SOLUSDT"),
    starts=(30_000.0, 2_000.0, 150.0),
    money=100_000.0,
    place="POST /fapi/v1/*rder",  # order and algoOrder
    cancel="DELETE /fapi/v1/*rder",
    asked="GET /fapi/v1/*",
    time="GET /fapi/v1/time",
    short=True,
)
UPBIT = World(
    name="upbit",
    use="upbit",
    symbols=("KRW-BTC", "KRW-ETH", "KRW-XRP"),
    starts=(90_000_000.0, 4_000_000.0, 3_000.0),
    money=100_000_000.0,
    place="POST /v1/orders",
    cancel="DELETE /v1/order",
    asked="",  # its requests carry no time
    time="GET /v1/market/all",
    account="myOrder",
    quotes="*@orderbook",
    trades="*@trade",
    bars="*@candle*",
    patience=700_000_000,  # shorter than a bar, else none is ever due
)
NAMELESS = replace(SPOT, name="nameless", veiled=True)
LS = World(
    name="ls",
    use="ls",
    symbols=("101V3000", "101V6000", "105V3000"),
    starts=(345.0, 347.0, 345.2),
    money=10_000_000_000.0,
    place="POST /futureoption/order CFOAT00100",
    cancel="POST /futureoption/order CFOAT00300",
    asked="",  # its requests carry no time
    time="POST /etc/time-search t0167",
    account="?01",
    quotes="FH9@*",
    trades="FC9@*",
    bars="POST /futureoption/chart t8464",
    failing="SLOW",
    slow=0.8,
    short=True,
    tick=0.1,
    patience=300_000_000,  # shorter than a bar, else none is ever due
)
WORLDS = {world.name: world for world in (SPOT, USDM, UPBIT, NAMELESS, LS)}
