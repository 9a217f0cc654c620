"""Korean stocks at LS: TRs of orders, lists, positions and money. KRX's regular session, cash only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from brokers.contract import AccountReport, PositionReport
from brokers.ls.answers import Answer
from brokers.ls.executions import Executions
from brokers.ls.lines import Deed, Line, Part, ended, in_order, with_rest
from brokers.ls.rest import Rest
from brokers.ls.values import Row, decimal, instant, number, side, side_code, whole
from desk.orders import Order
from market import krx
from market.errors import DataError, VenueDown

LIMIT, MARKET = "00", "03"
CASH, KRX = "000", "KRX"
LIVES = {"day": "0", "ioc": "1", "fok": "2"}  # of limit orders
MOST_DAYS = 10  # of history: LS lists a day at a time
DEEDS = {"0": Deed.NEW, "1": Deed.CHANGE, "2": Deed.CANCEL}


@dataclass(eq=False)
class Stocks:
    rest: Rest
    real: bool
    life: str = "day"
    executions: Executions = field(default_factory=Executions)

    # --- orders

    async def submit(self, order: Order, night: bool, what: str) -> str:
        """Returns the order's number."""
        life = "day" if order.limit is None else self.life
        block = {
            "IsuNo": _coded(order.instrument), "OrdQty": int(order.quantity), "OrdPrc": int(order.limit or 0),
            "BnsTpCode": side_code(order.side), "OrdprcPtnCode": MARKET if order.limit is None else LIMIT,
            "MgntrnCode": CASH, "LoanDt": "", "OrdCndiTpCode": LIVES[life], "MbrNo": KRX,
        }  # fmt: skip
        return _numbered(await self.rest.order("CSPAT00601", block, what))

    async def change(
        self, order: Order, was: str, left: Decimal, price: Decimal, night: bool, what: str
    ) -> str:
        """All that rests, ``left`` shares, to another price."""
        block = {
            "OrgOrdNo": int(was), "IsuNo": _coded(order.instrument), "OrdQty": int(left),
            "OrdprcPtnCode": LIMIT, "OrdCndiTpCode": LIVES["day"], "OrdPrc": int(price),
        }  # fmt: skip
        return _numbered(await self.rest.order("CSPAT00701", block, what))

    async def cancel(self, order: Order, was: str, left: Decimal, night: bool, what: str) -> str:
        block = {"OrgOrdNo": int(was), "IsuNo": _coded(order.instrument), "OrdQty": int(left)}
        return _numbered(await self.rest.order("CSPAT00801", block, what))

    async def rests(self, order: Order, night: bool, day: str) -> list[Part]:
        """Every number of today in the order's share, oldest first, and the shares under it."""
        rows = self._today(_coded(order.instrument)[1:])
        return in_order([(row["ordno"], row["orgordno"], row["ordrem"]) async for row in rows])

    # --- lists

    async def lines(self, since: int, now: int, days: krx.Calendar) -> list[Line]:
        """Every line of the trading days since, ns UTC, to now; what rests is asked first, as an order that
        ends between the two questions is in both answers then."""
        by_day = krx.session_at(now, days, krx.Board.STOCKS).session is krx.Session.DAY
        resting = {number(row["ordno"]): row async for row in self._today()} if by_day else {}
        lines: list[Line] = []
        today = krx.trading_day(now, days)
        day = max(krx.trading_day(since, days), _back(today, days))
        while day <= today:
            lines += await self._day(day.strftime("%Y%m%d"))
            day = days.next(day)
        lines = with_rest(lines, resting, today.strftime("%Y%m%d"), "t0425", "CSPAQ13700")
        return ended(lines, now, days, krx.Board.STOCKS)

    async def _today(self, symbol: str = "") -> AsyncIterator[Row]:
        asked = {"expcode": symbol, "chegb": "0", "medosu": "0", "sortgb": "2", "cts_ordno": ""}
        async for answer in self.rest.all("t0425", asked, lambda answer: _cursor(answer, "cts_ordno")):
            for row in answer.rows("OutBlock1"):
                yield row

    async def _day(self, day: str) -> list[Line]:
        asked = {
            "OrdMktCode": "00", "BnsTpCode": "0", "IsuNo": "", "ExecYn": "0", "OrdDt": day, "SrtOrdNo2": 0,
            "BkseqTpCode": "1", "OrdPtnCode": "00",
        }  # fmt: skip
        rows: dict[str, list[Row]] = {}
        async for answer in self.rest.all("CSPAQ13700", asked):
            for row in answer.rows("OutBlock3"):
                rows.setdefault(number(row["OrdNo"]), []).append(row)
        return [self._line(day, number, found) for number, found in rows.items()]

    def _line(self, day: str, number_: str, rows: list[Row]) -> Line:
        row = rows[0]
        total, average = _filled(number_, rows)
        at = instant(day, str(row["OrdTime"]))
        last = str(rows[-1].get("LastExecTime") or rows[-1].get("ExecTrxTime") or "").strip()
        trades = self.executions.listed((day, number_), total, average, instant(day, last) if last else at)
        return Line(
            day, number_, number(row["OrgOrdNo"]), DEEDS.get(str(row["MrcTpCode"]).strip(), Deed.NEW),
            str(row["IsuNo"]).strip()[-6:], side(row["BnsTpCode"]), decimal(row["OrdQty"]),
            decimal(row["OrdPrc"]) or None, decimal(row["MrcAbleQty"]), "거부" in str(row.get("OrdTrxPtnNm")),
            at, trades,
        )  # fmt: skip

    # --- the account

    async def positions(self, multipliers: dict[str, float]) -> dict[str, PositionReport]:
        """By symbol; those that aren't in use are left out."""
        asked = {"prcgb": "1", "chegb": "2", "dangb": "0", "charge": "1", "cts_expcode": ""}
        found = {}
        async for answer in self.rest.all("t0424", asked, lambda answer: _cursor(answer, "cts_expcode")):
            for row in answer.rows("OutBlock1"):
                symbol = str(row["expcode"]).strip()[-6:]
                if symbol in multipliers:
                    shares = decimal(row["janqty"])
                    average = decimal(row["mamt"]) / shares if shares else None
                    found[symbol] = PositionReport(f"{symbol}@ls", shares, average)
        return found

    async def orderable(self, symbol: str, side: int, price: Decimal | None, night: bool) -> int:
        """Shares that could be ordered now with the account's own money. price: None = at the market."""
        asked = {"BnsTpCode": side_code(side), "IsuNo": f"A{symbol}", "OrdPrc": float(price or 0)}
        answer = await self.rest.ask("CSPBQ00200", {"CSPBQ00200InBlock1": asked})
        return whole(answer.row("OutBlock2").get("OrdAbleQty"))

    async def account(self, now: int) -> AccountReport:
        """total: the cash once all trades are paid (D+2), as the desk counts it."""
        answer = await self.rest.ask("CSPAQ12200", {"CSPAQ12200InBlock1": {"BalCreTp": "0"}})
        row = answer.row("OutBlock2")
        if not row:
            raise VenueDown("ls: CSPAQ12200 has no money in it. Ask again later.")
        total, free = decimal(row.get("D2Dps")), decimal(row.get("MnyOrdAbleAmt"))
        # The API has no TR that moves money out.
        return AccountReport(
            {"KRW": total}, {"KRW": free}, decimal(row.get("DpsastTotamt")), can_withdraw=False, ts=now
        )


def _coded(instrument: str) -> str:
    """With the A that paper accounts need and real ones take."""
    return f"A{instrument.partition('@')[0]}"


def _numbered(answer: Answer) -> str:
    return number(answer.row("OutBlock2")["OrdNo"])


def _cursor(answer: Answer, name: str) -> Row:
    return {name: str(answer.row("OutBlock").get(name) or "")}


def _back(today: date, days: krx.Calendar) -> date:
    """The earliest day that is asked about."""
    for _ in range(MOST_DAYS):
        today = days.next(today, -1)
    return today


def _filled(number_: str, rows: list[Row]) -> tuple[Decimal, Decimal]:
    """(shares, average) filled. Whether a row is an order or one of its executions isn't documented: several
    rows of a number must be executions that add up. Raises DataError."""
    total = max(decimal(row["AllExecQty"]) for row in rows)
    executed = [(decimal(row["ExecQty"]), decimal(row["ExecPrc"])) for row in rows]
    if sum(quantity for quantity, _ in executed) != total:
        raise DataError(f"LS lists order {number_} in {len(rows)} rows that don't add up to {total} filled.")
    paid = sum((quantity * price for quantity, price in executed), Decimal(0))
    return total, paid / total if total else Decimal(0)
