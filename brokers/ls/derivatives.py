"""Futures and options at LS: the TRs of their orders, lists, positions and money, by day and by night."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from brokers.contract import AccountReport, PositionReport
from brokers.ls.answers import Answer
from brokers.ls.lines import Deed, Line, Part, Trade, ended, in_order, with_rest
from brokers.ls.rest import Rest
from brokers.ls.values import Row, day_of, decimal, instant, number, side, side_code, whole
from desk.orders import Order
from desk.orders import decimal as exact
from market import krx
from market.errors import DataError, VenueDown

SUBMIT, CHANGE, CANCEL = (
    ("CFOAT00100", "CCENT00100"),
    ("CFOAT00200", "CCENT00200"),
    ("CFOAT00300", "CCENT00300"),
)
LIMIT, MARKET = "00", "03"
LIVES = {"day": LIMIT, "ioc": "10", "fok": "20"}  # of limit orders
DEEDS = {"정정": Deed.CHANGE, "취소": Deed.CANCEL}
REFUSED = ("거부",)
SCALES = (1, 100)
WRITTEN = Decimal("0.005")  # half of the last digit of an average


@dataclass(eq=False)
class Derivatives:
    """real: the account isn't for paper trading, which has no night. life: of limit orders."""

    rest: Rest
    real: bool
    life: str = "day"

    # --- orders

    async def submit(self, order: Order, night: bool, what: str) -> str:
        """Returns the order's number."""
        block = {
            "FnoIsuNo": _code(order.instrument),
            "BnsTpCode": side_code(order.side),
            "FnoOrdprcPtnCode": MARKET if order.limit is None else LIVES[self.life],
            "FnoOrdPrc": float(order.limit or 0),
            "OrdQty": int(order.quantity),
        }
        return _numbered(await self.rest.order(SUBMIT[night], block, what))

    async def change(
        self, order: Order, was: str, left: Decimal, price: Decimal, night: bool, what: str
    ) -> str:
        """All that rests, ``left`` lots, to another price."""
        block = {
            "FnoIsuNo": _code(order.instrument),
            "OrgOrdNo": int(was),
            "FnoOrdprcPtnCode": LIMIT,
            "FnoOrdPrc": float(price),
            "MdfyQty": int(left),
        }
        return _numbered(await self.rest.order(CHANGE[night], block, what))

    async def cancel(self, order: Order, was: str, left: Decimal, night: bool, what: str) -> str:
        block = {"FnoIsuNo": _code(order.instrument), "OrgOrdNo": int(was), "CancQty": int(left)}
        return _numbered(await self.rest.order(CANCEL[night], block, what))

    async def rests(self, order: Order, night: bool, day: str) -> list[Part]:
        """Every number of a trading day in the order's instrument, oldest first, and the lots under it."""
        if night:
            rows = self._nights(day, day)
            return in_order([(row["OrdNo"], row["OrgOrdNo"], row["UnercQty"]) async for row in rows])
        rows = self._today(_code(order.instrument))
        return in_order([(row["ordno"], row["orgordno"], row["ordrem"]) async for row in rows])

    # --- lists

    async def lines(self, since: int, now: int, days: krx.Calendar) -> list[Line]:
        """Every line of the trading days since, ns UTC, to now. What rests is asked first: an order that ends
        between two questions is in both answers then, else it were in none."""
        by_day = krx.session_at(now, days).session is krx.Session.DAY  # t0434 knows the day session only
        resting = {number(row["ordno"]): row async for row in self._today()} if by_day else {}
        first, last = _day(since, days), _day(now, days)
        lines = [_of_history(row, False, days) async for row in self._history(first, last)]
        if self.real:
            lines += [_of_history(row, True, days) async for row in self._nights(first, last)]
        found = _joined(lines)
        for line in found:
            if line.day == last and line.number in resting:
                _check_scale(line, resting[line.number])
        found = with_rest(found, resting, last, "t0434", "CFOAQ00600")
        return ended(found, now, days, krx.Board.DERIVATIVES)

    async def _today(self, symbol: str = "") -> AsyncIterator[Row]:
        asked = {"expcode": symbol, "chegb": "0", "sortgb": "2", "cts_ordno": " "}
        async for answer in self.rest.all("t0434", asked, lambda answer: _cursor(answer, "cts_ordno")):
            for row in answer.rows("OutBlock1"):
                yield row

    async def _history(self, first: str, last: str) -> AsyncIterator[Row]:
        asked = {
            "QrySrtDt": first, "QryEndDt": last, "FnoClssCode": "00", "PrdgrpCode": "00",
            "PrdtExecTpCode": "0", "StnlnSeqTp": "4", "CommdaCode": "99",
        }  # fmt: skip
        async for answer in self.rest.all("CFOAQ00600", asked):
            for row in answer.rows("OutBlock3"):
                yield row

    async def _nights(self, first: str, last: str) -> AsyncIterator[Row]:
        asked = {
            "RecCnt": 1, "QrySrtDt": first, "QryEndDt": last, "FnoClssCode": "00", "PrdgrpCode": "00",
            "PrdtExecTpCode": "0", "StnlnSeqTp": "4", "MktTpCode": "", "CommdaCode": "99", "FnoIsuNo": "",
            "FnoTrdPtnCode": "", "GrpId": "", "UserId": "", "SrtOrdNo2": 0,
        }  # fmt: skip
        async for answer in self.rest.all("CCENQ30100", asked):
            for row in answer.rows("OutBlock3"):
                yield row

    # --- the account

    async def positions(self, multipliers: dict[str, float]) -> dict[str, PositionReport]:
        """By symbol. multipliers: of the symbols in use; others are left out."""
        asked = {"cts_expcode": "", "cts_medocd": ""}
        found = {}
        async for answer in self.rest.all(
            "t0441", asked, lambda answer: _cursor(answer, "cts_expcode", "cts_medocd")
        ):
            for row in answer.rows("OutBlock1"):
                symbol = str(row["expcode"]).strip()
                if symbol in multipliers:
                    found[symbol] = _position(symbol, row, exact(multipliers[symbol]))
        return found

    async def orderable(self, symbol: str, side: int, price: Decimal | None, night: bool) -> int:
        """Lots that could be ordered now, closing ones included. price: None = at the market."""
        tr = "CCENQ10100" if night else "CFOAQ10100"
        asked = {
            "RecCnt": 1, "QryTp": "1", "OrdAmt": 0, "RatVal": 0.0, "FnoIsuNo": symbol,
            "BnsTpCode": side_code(side), "FnoOrdPrc": float(price or 0),
            "FnoOrdprcPtnCode": MARKET if price is None else LIMIT,
        }  # fmt: skip
        answer = await self.rest.ask(tr, {f"{tr}InBlock1": asked})
        return whole(answer.row("OutBlock2").get("OrdAbleQty"))

    async def account(self, now: int) -> AccountReport:
        asked = {"OrdDt": day_of(now), "BalEvalTp": "1", "FutsPrcEvalTp": "1", "LqdtQtyQryTp": "1"}
        answer = await self.rest.ask("CFOAQ50600", {"CFOAQ50600InBlock1": asked})
        row = answer.row("OutBlock2")
        if not row:
            raise VenueDown("ls: CFOAQ50600 has no money in it. Ask again later.")
        total, free = decimal(row.get("DpsamtTotamt")), decimal(row.get("MnyOrdAbleAmt"))
        # The API has no TR that moves money out.
        return AccountReport(
            {"KRW": total}, {"KRW": free}, decimal(row.get("EvalDpsamtTotamt")), can_withdraw=False, ts=now
        )


def _code(instrument: str) -> str:
    return instrument.partition("@")[0]


def _numbered(answer: Answer) -> str:
    return number(answer.row("OutBlock2")["OrdNo"])


def _cursor(answer: Answer, *names: str) -> Row:
    row = answer.row("OutBlock")
    return {name: str(row.get(name) or " ") for name in names}


def _day(ns: int, days: krx.Calendar) -> str:
    return krx.trading_day(ns, days).strftime("%Y%m%d")


def _of_history(row: Row, night: bool, days: krx.Calendar) -> Line:
    """A line of CFOAQ00600 or, by night, CCENQ30100: one execution, or an order without any."""
    price, paid = ("FnoOrdPrc", "FnoExecPrc") if night else ("OrdPrc", "ExecPrc")
    day, traded = str(row["OrdDt"]).strip(), decimal(row["ExecQty"])
    trades: tuple[Trade, ...] = ()
    if traded:
        at = _moment(day, str(row["CtrctTime"]), night, days)
        trades = (Trade(number(row["CtrctNo"]), traded, decimal(row[paid]), at),)
    return Line(
        f"{day}N" if night else day,
        number(row["OrdNo"]), number(row["OrgOrdNo"]), _deed(str(row["MrcTpNm"])),
        _short(str(row["FnoIsuNo"])), side(row["BnsTpNm"]), decimal(row["OrdQty"]),
        decimal(row[price]) or None, decimal(row["UnercQty"]), str(row["OrdTpNm"]).strip() in REFUSED,
        _moment(day, str(row["OrdTime"]), night, days), trades,
    )  # fmt: skip


def _deed(word: str) -> Deed:
    return next((deed for text, deed in DEEDS.items() if text in word), Deed.NEW)


def _short(code: str) -> str:
    """The eight characters of a code or an ISIN."""
    code = code.strip()
    return code[3:11] if len(code) == 12 else code


def _moment(day: str, clock: str, night: bool, days: krx.Calendar) -> int:
    """ns UTC. A night belongs to the trading day that it ends on, and begins on the one before."""
    if night:
        from datetime import datetime, timedelta

        began = days.next(datetime.strptime(day, "%Y%m%d").date(), -1)
        day = (began if clock >= "12" else began + timedelta(days=1)).strftime("%Y%m%d")
    return instant(day, clock)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """The lines of one number, an execution each, as one."""
    found: dict[tuple[str, str], Line] = {}
    for line in lines:
        key = (line.day, line.number)
        before = found.get(key)
        found[key] = line if before is None else replace(line, trades=before.trades + line.trades)
    return list(found.values())


def _check_scale(line: Line, row: Row) -> None:
    """t0434's prices are LS's hundredfold or the price itself: which isn't said, so it is checked. Raises
    DataError for any other, as then the lines aren't the same order's."""
    theirs = decimal(row["price"])
    if line.price is not None and theirs and theirs not in [line.price * scale for scale in SCALES]:
        raise DataError(
            f"LS lists order {line.number} at {line.price} in one list and at {theirs} in the other. "
            "Nothing is taken of either."
        )


def _position(symbol: str, row: Row, multiplier: Decimal) -> PositionReport:
    """Its average from what was paid in won: the average's own scale isn't certain."""
    lots = whole(row["jqty"])
    average = decimal(row["mamt"]) / lots / multiplier if lots else None
    if average is not None:
        listed = decimal(row["pamt"])
        apart = (abs(listed - average * scale) - average * scale / 1000 for scale in SCALES)
        if listed and min(apart) > WRITTEN:
            raise DataError(
                f"LS says {symbol} was had at {listed}, and that {lots} lots cost {row['mamt']} won: these "
                "don't agree at any scale that is known. Check the contract's multiplier."
            )
    return PositionReport(f"{symbol}@ls", Decimal(lots) * side(row.get("medocd") or row["medosu"]), average)
