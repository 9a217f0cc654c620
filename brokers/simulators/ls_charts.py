"""Charts: t8464, t8465, t8466 of derivatives (day session), t8461 (night), t8410, t8411, t8412 of stocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from brokers.simulators.ls_asks import Ask, Reply
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_quotes import MILLION, Quotes
from brokers.simulators.ls_words import NO_DATA, Row, clock_of, moved
from brokers.simulators.market import Replay, Track

MOST = 500  # rows of an answer, without compression


@dataclass
class Piece:
    """A row of a chart. stamp: its date and its time, HHMMSS of the piece's end."""

    date: str
    time: str
    open: float
    high: float
    low: float
    close: float
    volume: float

    def join(self, later: "Piece") -> None:
        self.high, self.low = max(self.high, later.high), min(self.low, later.low)
        self.close, self.volume, self.time = later.close, self.volume + later.volume, later.time


def _week(day: str) -> str:
    year, week, _ = date(int(day[:4]), int(day[4:6]), int(day[6:])).isocalendar()
    return f"{year} {week}"


# What days have in common that are joined: weeks, months, years.
KEYS: dict[str, Callable[[str], str]] = {"3": _week, "4": lambda day: day[:6], "5": lambda day: day[:4]}


class Charts:
    def __init__(self, exchange: KrxExchange, replay: Replay, quotes: Quotes, doubts: Doubts) -> None:
        self.exchange = exchange
        self.replay = replay
        self.quotes = quotes
        self.doubts = doubts

    # --- the TRs

    def days(self, ask: Ask) -> Reply:
        """t8466, t8416 and t8410: days, weeks, months (gubun 2, 3, 4), years of stocks (5); oldest first."""
        joined = KEYS.get(ask.text("gubun"), str)
        return self._chart(ask, lambda pieces: _joined(pieces, lambda piece: joined(piece.date)), dated=True)

    def minutes(self, ask: Ask) -> Reply:
        """t8465, t8415 and t8412: N minutes, stamped by their end."""
        count = max(int(ask.number("ncnt")), 1)
        return self._chart(ask, lambda pieces: self._by_minutes(pieces, count), dated=False)

    def ticks(self, ask: Ask) -> Reply:
        """t8464, t8414 and t8411: N trades in each row."""
        count = max(int(ask.number("ncnt")), 1)
        return self._chart(ask, lambda pieces: _counted(pieces, count), dated=False, ticks=True)

    def night(self, ask: Ask) -> Reply:
        """t8461: the newest bars of the night, newest first, without a date. bgubun: minutes."""
        contract = self.quotes.find(ask.text("focode"), stock=False)
        track = self._track(ask.text("focode"))
        if contract is None or track is None:
            return Reply({"OutBlock1": []}, message=NO_DATA)
        count = int(ask.text("bgubun") or 0) or 1
        pieces = self._by_minutes(self._pieces(track, contract, Session.NIGHT), count)
        rows = [
            self._night_row(contract, piece) for piece in pieces[-min(int(ask.number("cnt")) or 20, 999) :]
        ]
        return Reply({"OutBlock1": rows[::-1]})

    # --- one answer

    def _chart(
        self,
        ask: Ask,
        group: Callable[[list[Piece]], list[Piece]],
        dated: bool,
        ticks: bool = False,
    ) -> Reply:
        code = ask.text("shcode")
        contract, track = self.quotes.find(code, stock=len(code) == 6), self._track(code)
        if contract is None or track is None:
            return Reply({"OutBlock1": []}, message=NO_DATA)
        made = self._ticks(track, contract) if ticks else self._pieces(track, contract, Session.DAY)
        pieces = [piece for piece in group(made) if self._asked_for(ask, piece, dated)]
        asked = int(ask.number("qrycnt")) or MOST
        first = max(len(pieces) - min(asked, MOST), 0)
        shown, more = pieces[first:], first > 0
        head = self._head(contract, shown) | self._cursor(pieces, first, dated)
        rows = [self._row(ask, contract, piece, dated, ticks) for piece in shown]
        if self.doubts.newest_first and not dated and not contract.stock:
            rows.reverse()
        message = "" if rows else NO_DATA
        return Reply(
            {"OutBlock": head, "OutBlock1": rows}, message=message, more=more, key=code if more else ""
        )

    def _asked_for(self, ask: Ask, piece: Piece, dated: bool) -> bool:
        """Between sdate and edate; behind a copied cursor, if the guide is to be believed."""
        stamp = (piece.date, "" if dated else piece.time)
        first, last = ask.text("sdate"), ask.text("edate")
        if (first and piece.date < first) or (last and piece.date > last):
            return False
        end = ask.text("etime")
        if end and not dated and last == piece.date and piece.time > end.ljust(6, "0")[:6]:
            return False
        cursor = (ask.text("cts_date"), "" if dated else ask.text("cts_time")[:6])
        if self.doubts.copied_cts and cursor[0].strip("0"):
            return stamp <= cursor
        return True

    def _cursor(self, pieces: Sequence[Piece], first: int, dated: bool) -> Row:
        """The newest row of the next older page: pages asked for by it overlap, unless it is to be copied."""
        if not first:
            return {"cts_date": ""} if dated else {"cts_date": "", "cts_time": ""}
        shown = len(pieces) - first
        lap = 0 if self.doubts.copied_cts else min(self.doubts.overlap, shown // 5)
        piece = pieces[first - 1 + lap]
        return {"cts_date": piece.date} if dated else {"cts_date": piece.date, "cts_time": piece.time}

    def _head(self, contract: Contract, shown: Sequence[Piece]) -> Row:
        tally, reference = self.quotes.tally(contract.symbol), contract.reference
        low, high = contract.limits()
        return {
            "shcode": contract.symbol,
            "jisiga": reference,
            "jihigh": reference,
            "jilow": reference,
            "jiclose": reference,
            "jivolume": tally.before,
            "disiga": tally.open,
            "dihigh": tally.high,
            "dilow": tally.low,
            "diclose": self.exchange.mark(contract.symbol),
            "highend": high,
            "lowend": low,
            "s_time": "090000" if contract.stock else "084500",
            "e_time": "153000" if contract.stock else "154500",
            "dshmin": "10",
            "rec_count": len(shown),
        }

    def _row(self, ask: Ask, contract: Contract, piece: Piece, dated: bool, ticks: bool) -> Row:
        row: Row = {
            "date": piece.date,
            "open": contract.rounded(piece.open),
            "high": contract.rounded(piece.high),
            "low": contract.rounded(piece.low),
            "close": contract.rounded(piece.close),
            "jdiff_vol": round(piece.volume),
        }
        if not dated:
            row["time"] = piece.time + ("0000" if ticks else "")
        if not ticks:
            traded = Decimal(repr(piece.close * piece.volume)) * contract.multiplier
            row["value"] = int(traded) // MILLION
        if contract.stock and not ticks:
            row["sign"] = "3"
        return row

    @staticmethod
    def _night_row(contract: Contract, piece: Piece) -> Row:
        close = contract.rounded(piece.close)
        change = moved(close, contract.reference)
        return {
            "chetime": piece.time,
            "price": close,
            "sign": change["sign"],
            "change": change["change"],
            "open": contract.rounded(piece.open),
            "high": contract.rounded(piece.high),
            "low": contract.rounded(piece.low),
            "volume": round(piece.volume),
            "cvolume": round(piece.volume),
        }

    # --- pieces

    def _track(self, code: str) -> Track | None:
        return self.replay.by_symbol.get((id(self.exchange), code))

    def _pieces(self, track: Track, contract: Contract, session: Session) -> list[Piece]:
        """The replay's own bars of day or night sessions, the one under way included."""
        found, hours = [], self.exchange.hours
        for index in range(track.done + bool(track.forming)):
            start = track.start(index)
            if hours.at(start, contract.stock).session is not session:
                continue
            o, h, l, c, volume = track.values(index)
            stamp = clock_of(start + track.step)
            found.append(Piece(hours.trading_day(start), stamp, o, h, l, c, volume))
        return found

    def _ticks(self, track: Track, contract: Contract) -> list[Piece]:
        found, hours = [], self.exchange.hours
        for index in range(track.done):
            for step in track.path(index):
                if step.bid is None and hours.at(step.ms, contract.stock).session is Session.DAY:
                    day, price = hours.trading_day(step.ms), step.price
                    at = clock_of(step.ms)
                    found.append(Piece(day, at, price, price, price, price, step.quantity))
        return found

    @staticmethod
    def _by_minutes(pieces: list[Piece], count: int) -> list[Piece]:
        def bucket(piece: Piece) -> str:
            minutes = int(piece.time[:2]) * 60 + int(piece.time[2:4]) or 1_440  # midnight ends a night's bar
            return f"{piece.date} {-(-minutes // count)}"

        return _joined(pieces, bucket)


def _joined(pieces: list[Piece], key: Callable[[Piece], str]) -> list[Piece]:
    """Neighbours with one key become one piece."""
    found: list[Piece] = []
    last = ""
    for piece in pieces:
        if found and key(piece) == last:
            found[-1].join(piece)
        else:
            found.append(piece)
        last = key(piece)
    return found


def _counted(pieces: list[Piece], count: int) -> list[Piece]:
    """So many trades in each piece, of one day."""
    found: list[Piece] = []
    inside = 0
    for piece in pieces:
        if found and found[-1].date == piece.date and inside < count:
            found[-1].join(piece)
            inside += 1
        else:
            found.append(piece)
            inside = 1
    return found
