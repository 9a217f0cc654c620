"""What LS says of the instruments in use: their terms, and the prices that a day allows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from brokers.ls.access import LsAccess
from brokers.ls.rest import Rest
from brokers.ls.values import Row, decimal
from market import krx
from market.errors import ConfigError, DataError, VenueDown
from market.instruments import Fees, Instrument, Kind
from market.krx.clock import day_of

VENUE = "ls"


@dataclass(eq=False)
class Listing:
    """now: ns UTC. limits: by instrument, of the trading day they were asked on."""

    rest: Rest
    access: LsAccess
    now: Callable[[], int]
    days: krx.Calendar
    limits: dict[str, krx.Limits] = field(default_factory=dict)
    kosdaq: set[str] = field(default_factory=set)  # instruments of that market
    expired: set[str] = field(default_factory=set)  # contracts that are over: known by their codes alone
    _margins: dict[str, float] | None = None  # by underlying, as LS says them
    _asked_on: dict[str, date] = field(default_factory=dict)

    def today(self) -> date:
        """In Seoul."""
        return day_of(self.now())

    async def instrument(self, name: str) -> Instrument:
        """Raises ConfigError for what LS doesn't list, or has expired."""
        code, _, venue = name.partition("@")
        if venue != VENUE or len(code) not in (6, 8):
            raise ConfigError(
                f"{name}: LS trades codes of 8 characters (futures, options) and 6 digits (stocks), such as "
                "A016C000@ls and 005930@ls."
            )
        return await self._share(name, code) if len(code) == 6 else await self._contract(name, code)

    async def _contract(self, name: str, code: str) -> Instrument:
        try:
            row = await self._quoted(name, code)
        except ConfigError:
            if not self._has_expired(code):
                raise
            self.expired.add(name)
            row = {}
        try:
            found = krx.instrument(
                code,
                name=str(row.get("hname") or "").strip(),
                margin=await self._margin(code),
                today=self.today(),
                fees=self._fees(),
                days=self.days,
            )
        except ConfigError as error:
            raise ConfigError(
                f"{error} A paper account can't ask: say margin = ... in [venue], or --margin of a download."
            ) from None
        except DataError as error:
            raise ConfigError(str(error)) from None
        return found

    async def _margin(self, code: str) -> float | None:
        """The profile's rate; else the house's for the underlying, as real accounts may ask it."""
        if self.access.margin is not None:
            return self.access.margin
        if self._margins is None:
            try:
                asked = {"RecCnt": 1, "IsuLgclssCode": "", "IsuMdclssCode": ""}
                answers = [answer async for answer in self.rest.all("MMDAQ91200", asked)]
            except (ConfigError, VenueDown):
                answers = []
            self._margins = _margins([row for answer in answers for row in answer.rows("OutBlock2")])
        return self._margins.get(krx.product_of(krx.parse(code)).underlying)

    def _has_expired(self, code: str) -> bool:
        """Whether a code that LS lists no longer says by itself that it is over, as it is from 15:20 of its
        last day on."""
        try:
            last = krx.instrument(code, margin=1.0, days=self.days).expiry
        except (ConfigError, DataError):
            return False
        return last <= self.now()

    async def _share(self, name: str, code: str) -> Instrument:
        if {name, code} & set(self.access.delisted):
            self.expired.add(name)
            return krx.instrument(code, fees=self._fees())
        row = await self._quoted(name, code)
        if any(word in str(row.get("janginfo")).upper() for word in ("KOSDAQ", "코스닥", "KQ")):
            self.kosdaq.add(name)
        etf = str(row.get("etfgubun") or "").strip() not in ("", "0")
        return krx.instrument(code, etf=etf, fees=self._fees())

    async def _quoted(self, name: str, code: str) -> Row:
        """The quote's row, whose limits are kept. Raises ConfigError where there is none: an expired or
        mistaken code is answered with success and nothing in it."""
        if len(code) == 8:
            answer = await self.rest.ask("t2111", {"t2111InBlock": {"focode": code}})
        else:
            answer = await self.rest.ask("t1102", {"t1102InBlock": {"shcode": code, "exchgubun": "K"}})
        row = answer.row("OutBlock")
        if not str(row.get("hname") or "").strip():
            raise ConfigError(
                f"{name}: LS lists no such code: it has expired or is mistaken. `maemae doctor ls` lists "
                "what can be traded. A stock that was delisted while it was held stays named in [venue] "
                "delisted, and is left alone."
            )
        self._keep(name, row)
        return row

    def _keep(self, name: str, row: Row) -> None:
        self._asked_on[name] = self.today()
        try:
            low, high = decimal(row.get("dnlmtprice")), decimal(row.get("uplmtprice"))
        except DataError:  # LS's own word decides then
            low = high = Decimal(0)
        if 0 < low < high:
            self.limits[name] = krx.Limits(float(low), float(high))
        else:
            self.limits.pop(name, None)

    async def limits_of(self, instrument: Instrument) -> krx.Limits | None:
        """The prices allowed today; None where LS says none."""
        if instrument.id in self.expired:
            return None
        if self._asked_on.get(instrument.id) != self.today():
            await self._quoted(instrument.id, instrument.symbol)
        return self.limits.get(instrument.id)

    def widened(self) -> None:
        """Limits have moved: ask again before the next order."""
        self._asked_on.clear()

    def _fees(self) -> Fees:
        return Fees(self.access.fee, self.access.fee)


def _margins(rows: list[Row]) -> dict[str, float]:
    """Initial margin by underlying, a fraction of notional; a future's row says more than its option's."""
    found: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: str(row["IsuLrgMdclssNm"]).strip().endswith("선물")):
        rate = float(decimal(row["CsgnMgnrt"])) / 100
        if rate > 0.0:
            found[str(row["ShtnHanglIsuNm"]).strip()] = rate
    return found


def is_stock(instrument: Instrument) -> bool:
    return instrument.kind is Kind.EQUITY
