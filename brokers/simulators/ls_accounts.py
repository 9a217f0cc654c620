"""An account's orders, positions and money in futures and options, as LS lists them."""

from collections.abc import Iterator
from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed, paged
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_ledger import CANCEL, MODIFY, Entry, Ledger
from brokers.simulators.ls_words import PRICE_TYPES, Row, clock_of, day_of, side_code, side_word
from brokers.simulators.order import Execution

CHANGES = {MODIFY: "정정", CANCEL: "취소"}
FILLED, UNFILLED = "1", "2"


class FoAccounts:
    """page: rows of one answer before it says that there are more."""

    def __init__(self, exchange: KrxExchange, ledger: Ledger, doubts: Doubts, page: int = 20) -> None:
        self.exchange = exchange
        self.money = exchange.money
        self.ledger = ledger
        self.doubts = doubts
        self.page = page

    # --- orders

    def orders(self, ask: Ask) -> Reply:
        """t0434: orders of the trading day, changes and cancels as lines of their own."""
        today = self.exchange.hours.trading_day(self.exchange.clock.now())
        entries = [
            entry
            for entry in self.ledger.of(ask.account.name, stock=False, unseen=ask.unseen)
            if ask.text("expcode") in ("", entry.contract.symbol)
            and self._asked_for(ask.text("chegb"), entry)
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

    # --- positions

    def positions(self, ask: Ask) -> Reply:
        """t0441: positions at their average; no row when flat."""
        held = sorted(self.money.held(ask.account))
        rows = [self._position(ask.account, symbol, number) for number, symbol in enumerate(held, 1)]
        shown, cursor = paged(ask, rows, self.page, "expcode", ask.text("cts_expcode"))
        total = {
            "tdtsunik": sum(row["dtsunik"] for row in rows),
            "tappamt": sum(row["appamt"] for row in rows),
            "tsunik": sum(row["dtsunik1"] for row in rows),
            "cts_expcode": cursor,
            "cts_medocd": shown[-1]["medocd"] if cursor else "",
        }
        return Reply({"OutBlock": total, "OutBlock1": shown}, more=bool(cursor), key=cursor)

    def _position(self, account: Account, symbol: str, number: int) -> Row:
        contract, position = self.exchange.contract(symbol), account.position(symbol)
        scale, lots = self.doubts.price_scale, abs(position.amount)
        side = 1 if position.amount > 0 else -1
        paid = position.entry * lots * contract.multiplier
        gained = self.money.unrealized(account, symbol)
        return {
            "expcode": symbol,
            "medosu": side_word(side),
            "jqty": lots,
            "cqty": self._closable(account, symbol, side),
            "pamt": position.entry * scale,
            "mamt": int(paid),
            "medocd": side_code(side),
            "dtsunik": int(self._realised(account, symbol)),
            "sysprocseq": number,
            "price": self.exchange.mark(symbol) * scale,
            "appamt": int(self.exchange.mark(symbol) * lots * contract.multiplier),
            "dtsunik1": int(gained),
            "sunikrt": gained / paid * 100 if paid else ZERO,
        }

    def _closable(self, account: Account, symbol: str, side: int) -> Decimal:
        """Held lots that no open order closes already."""
        orders = self.exchange.open_orders(account.name)
        closing = [order.left for order in orders if order.symbol == symbol and order.side == -side]
        return max(abs(account.position(symbol).amount) - sum(closing, ZERO), ZERO)

    def _realised(self, account: Account, symbol: str = "") -> Decimal:
        """Of this trading day."""
        hours = self.exchange.hours
        today = hours.trading_day(self.exchange.clock.now())
        return sum(
            (
                made.profit
                for entry in self.ledger.of(account.name, stock=False)
                if symbol in ("", entry.contract.symbol)
                for made in entry.executions
                if hours.trading_day(made.ms) == today
            ),
            ZERO,
        )

    def balance(self, ask: Ask) -> Reply:
        """CFOAQ50600, and CCENQ90200 of the night: what the account is worth, and each position."""
        account, money = ask.account, self.money
        cash, free = int(money.cash(account)), max(int(money.available(account)), 0)
        margin = int(money.position_margin(account) + money.order_margin(account))
        worth = int(money.equity(account))
        sums = {
            "RecCnt": 1,
            "EvalDpsamtTotamt": worth,
            "MnyEvalDpstgAmt": worth,
            "DpsamtTotamt": cash,
            "DpstgMny": cash,
            "OrdAbleTotAmt": free,
            "MnyOrdAbleAmt": free,
            "PsnOutAbleTotAmt": free,
            "PsnOutAbleCurAmt": free,
            "CsgnMgnTotamt": margin,
            "MnyCsgnMgn": margin,
            "FutsEvalPnlAmt": int(money.futures_profit(account)),
            "OptEvalPnlAmt": self._options_profit(account),
            "OptEvalAmt": int(money.options_value(account)),
        }
        if ask.tr == "CFOAQ50600":
            realised = int(self._realised(account))
            sums |= {"TotPnlAmt": realised, "NetPnlAmt": realised - self._fees(account)}
            sums |= {"CmsnAmt": self._fees(account)}
        rows = [self._holding(account, symbol, ask.tr) for symbol in sorted(money.held(account))]
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": sums, "OutBlock3": rows}, "00136")

    def _options_profit(self, account: Account) -> int:
        options = [s for s in self.money.held(account) if self.exchange.contract(s).option]
        return int(sum((self.money.unrealized(account, symbol) for symbol in options), ZERO))

    def _fees(self, account: Account) -> int:
        today = day_of(self.exchange.clock.now())
        return -int(
            sum(
                (
                    flow.amount
                    for flow in self.money.flows
                    if flow.account == account.name and flow.kind == "fee" and day_of(flow.ms) == today
                ),
                ZERO,
            )
        )

    def _holding(self, account: Account, symbol: str, tr: str) -> Row:
        contract, position = self.exchange.contract(symbol), account.position(symbol)
        side, lots = (1 if position.amount > 0 else -1), abs(position.amount)
        row = {
            "FnoIsuNo": symbol,
            "IsuNm": contract.long_name,
            "BnsTpCode": side_code(side),
            "BnsTpNm": side_word(side),
            "UnsttQty": lots,
            "FnoAvrPrc": f"{position.entry:.8f}",
            "FnoNowPrc": f"{self.exchange.mark(symbol):.8f}",
            "FnoCmpPrc": f"{self.exchange.mark(symbol) - contract.reference:.8f}",
            "EvalPnl": int(self.money.unrealized(account, symbol)),
            "EvalAmt": int(self.exchange.mark(symbol) * lots * contract.multiplier),
            "BnsplAmt": int(self._realised(account, symbol)),
        }
        if tr == "CFOAQ50600":
            row["LqdtAbleQty"] = self._closable(account, symbol, side)
        return row

    # --- money

    def deposit(self, ask: Ask) -> Reply:
        """CFOBQ10500."""
        account, money = ask.account, self.money
        cash, free = int(money.cash(account)), max(int(money.available(account)), 0)
        held, ordered = int(money.position_margin(account)), int(money.order_margin(account))
        sums = {
            "RecCnt": 1,
            "DpsamtTotamt": cash,
            "Dps": cash,
            "FilupDpsamtTotamt": cash,
            "FilupDps": cash,
            "FutsPnlAmt": int(money.futures_profit(account)),
            "WthdwAbleAmt": free,
            "PsnOutAbleCurAmt": free,
            "Mgn": held + ordered,
            "MnyMgn": held + ordered,
            "OrdAbleAmt": free,
            "MnyOrdAbleAmt": free,
            "FnoAcntAfmgnNm": "사전증거금 계좌",
        }
        group = {"PdGrpCodeNm": "KOSPI200", "OrdMgn": ordered, "CsgnMgn": held, "MaintMgn": held * 2 // 3}
        rows = [group] if held or ordered else []
        return Reply({"OutBlock1": {"RecCnt": 1}, "OutBlock2": sums, "OutBlock3": rows}, "00136")

    def orderable(self, ask: Ask) -> Reply:
        """CFOAQ10100, and CCENQ10100 of the night: how many lots the account can still buy or sell."""
        code = ask.text("FnoIsuNo")
        account, money = ask.account, self.money
        free = max(int(money.available(account)), 0)
        fresh = closing = 0
        if code in self.exchange.listings:
            contract = self.exchange.contract(code)
            side = 1 if ask.text("BnsTpCode") == "2" else -1
            price = ask.number("FnoOrdPrc") or self.exchange.mark(code)
            fresh = int(free // max(contract.margin_of(price, side), Decimal(1)))
            held = account.position(code).amount
            closing = int(self._closable(account, code, -side)) if held * side < 0 else 0
        sums = {
            "RecCnt": 1,
            "QryDt": day_of(self.exchange.clock.now()),
            "FnoNowPrc": self.exchange.mark(code) if code in self.exchange.listings else ZERO,
            "OrdAbleQty": fresh + closing,
            "NewOrdAbleQty": fresh,
            "LqdtOrdAbleQty": closing,
            "UsePreargMgn": int(money.position_margin(account)),
            "OrdAbleAmt": free,
            "MnyOrdAbleAmt": free,
        }
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": sums}, "00136")
