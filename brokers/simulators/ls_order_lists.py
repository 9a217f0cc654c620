"""An account's orders of futures and options, as LS lists them: t0434, CFOAQ00600, by night CCENQ30100."""

from collections.abc import Iterator

from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed, paged
from brokers.simulators.ls_books import Books
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_ledger import CANCEL, MODIFY, Entry
from brokers.simulators.ls_words import PRICE_TYPES, Row, clock_of, side_word
from brokers.simulators.order import Execution

CHANGES = {MODIFY: "정정", CANCEL: "취소"}
FILLED, UNFILLED = "1", "2"


class FoOrderLists(Books):
    def orders(self, ask: Ask) -> Reply:
        """t0434: orders of the day session, changes and cancels as lines of their own."""
        today = self.exchange.hours.trading_day(self.exchange.clock.now())
        entries = [
            entry
            for entry in self.ledger.of(ask.account.name, stock=False, unseen=ask.unseen)
            if ask.text("expcode") in ("", entry.contract.symbol)
            and self._asked_for(ask.text("chegb"), entry)
            and entry.session is Session.DAY
            and self.exchange.hours.trading_day(entry.ms) == today
        ]
        rows = [self._order(entry, number) for number, entry in enumerate(entries, 1)]
        if ask.text("sortgb") == "1":
            rows.reverse()
        shown, cursor = paged(ask, rows, self.page, "ordno", ask.text("cts_ordno"))
        return Reply({"OutBlock": {"cts_ordno": cursor}, "OutBlock1": shown}, more=bool(cursor), key=cursor)

    @staticmethod
    def _asked_for(wanted: str, entry: Entry) -> bool:
        if wanted == FILLED:
            return bool(entry.filled)
        return bool(entry.left) if wanted == UNFILLED else True

    def _order(self, entry: Entry, number: int) -> Row:
        scale = self.doubts.price_scale
        return {
            "ordno": entry.number,
            "orgordno": entry.org,
            "medosu": side_word(entry.side),
            "ordgb": PRICE_TYPES.get(entry.price_type, ""),
            "qty": entry.quantity,
            "price": entry.price * scale,
            "cheqty": entry.filled,
            "cheprice": entry.average * scale,
            "ordrem": entry.left,
            "status": entry.status,
            "ordtime": clock_of(entry.ms, 8),
            "ordermtd": "OPEN API",
            "expcode": entry.contract.symbol,
            "sysprocseq": number,
            "hogatype": "L" if entry.price else "M",
        }

    def history(self, ask: Ask) -> Reply:
        """CFOAQ00600, and CCENQ30100 of the night: a line for each trade, and for each order without one."""
        night = ask.tr == "CCENQ30100"
        entries = [
            entry
            for entry in self.ledger.of(ask.account.name, stock=False, unseen=ask.unseen)
            if self._in_days(ask, entry)
            and self._of_class(ask.text("FnoClssCode"), entry.contract)
            and (entry.session is Session.NIGHT) == night
        ]
        if ask.text("StnlnSeqTp") == "3":
            entries.reverse()
        wanted = ask.text("PrdtExecTpCode")
        rows = [
            row for entry in entries if self._asked_for(wanted, entry) for row in self._lines(entry, night)
        ]
        blocks: Blocks = {"OutBlock1": echoed(ask), "OutBlock2": self._sums(entries), "OutBlock3": []}
        if not rows:
            return Reply(blocks, self.doubts.no_data_code)
        start = int(ask.key) if ask.more and ask.key.isdigit() else 0
        end = start + self.page
        blocks["OutBlock3"] = rows[start:end]
        if end < len(rows):
            return Reply(blocks, "00133", more=True, key=str(end))
        return Reply(blocks, "00136")

    def _in_days(self, ask: Ask, entry: Entry) -> bool:
        day = self.exchange.hours.trading_day(entry.ms)
        first, last = ask.text("QrySrtDt"), ask.text("QryEndDt")
        return (first or day) <= day and (day <= last or not last.strip("0"))

    @staticmethod
    def _of_class(code: str, contract: Contract) -> bool:
        return code not in ("11", "12") or (code == "12") == contract.option

    @staticmethod
    def _sums(entries: list[Entry]) -> Row:
        row: Row = {"RecCnt": 1}
        for word, option in (("Futs", False), ("Opt", True)):
            mine = [e for e in entries if e.contract.option == option]
            row[f"{word}OrdQty"] = sum((e.quantity for e in mine), ZERO)
            row[f"{word}ExecQty"] = sum((e.filled for e in mine), ZERO)
        return row

    def _lines(self, entry: Entry, night: bool) -> Iterator[Row]:
        made: list[Execution | None] = list(entry.executions) or [None]
        price, executed = ("FnoOrdPrc", "FnoExecPrc") if night else ("OrdPrc", "ExecPrc")
        for number, execution in enumerate(made, 1):
            paid = execution.price if execution else ZERO
            yield {
                "OrdDt": self.exchange.hours.trading_day(entry.ms),
                "OrdNo": entry.number,
                "OrgOrdNo": entry.org,
                "OrdTime": clock_of(entry.ms, 9),
                "FnoIsuNo": entry.contract.symbol,
                "IsuNm": entry.contract.long_name,
                "BnsTpNm": side_word(entry.side),
                "MrcTpNm": CHANGES.get(entry.kind, ""),
                "FnoOrdprcPtnCode": entry.price_type,
                "FnoOrdprcPtnNm": PRICE_TYPES.get(entry.price_type, ""),
                price: f"{entry.price:.8f}" if night else entry.price,
                "OrdQty": entry.quantity,
                "OrdTpNm": "거부" if entry.refused else "접수",
                "ExecTpNm": side_word(entry.side) if execution else "",
                executed: f"{paid:.8f}" if night else paid,
                "ExecQty": execution.quantity if execution else 0,
                "CtrctTime": clock_of(execution.ms, 9) if execution else "",
                "CtrctNo": execution.id if execution else 0,
                "ExecNo": number if execution else 0,
                "BnsplAmt": int(execution.profit) if execution else 0,
                "UnercQty": entry.left,
                "CommdaCode": "40",
                "CommdaCodeNm": "OPEN API",
            }
