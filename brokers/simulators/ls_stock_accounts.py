"""An account's orders, holdings and cash in stocks, as LS lists them."""

from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed, paged
from brokers.simulators.ls_books import Books
from brokers.simulators.ls_ledger import CANCEL, MODIFY, Entry
from brokers.simulators.ls_order_lists import CHANGES, FILLED, UNFILLED
from brokers.simulators.ls_words import PRICE_TYPES, Row, clock_of, side_code, side_word

SETTLED_AFTER = 2  # trading days until a stock's trade is paid


class StockAccounts(Books):
    # --- orders

    def orders(self, ask: Ask) -> Reply:
        """t0425: orders of the trading day."""
        today = self.exchange.hours.trading_day(self.exchange.clock.now())
        asked = self._asked(ask, ask.text("expcode"), ask.text("medosu"), ask.text("chegb"))
        entries = [e for e in asked if self.exchange.hours.trading_day(e.ms) == today]
        rows = [self._order(entry, number) for number, entry in enumerate(entries, 1)]
        if ask.text("sortgb") == "1":
            rows.reverse()
        shown, cursor = paged(ask, rows, self.page, "ordno", ask.text("cts_ordno"))
        sums = {
            "tqty": sum((e.quantity for e in entries), ZERO),
            "tcheqty": sum((e.filled for e in entries), ZERO),
            "tordrem": sum((e.left for e in entries), ZERO),
            "tamt": sum((e.filled * e.average for e in entries), ZERO),
            "tmdamt": sum((e.filled * e.average for e in entries if e.side < 0), ZERO),
            "tmsamt": sum((e.filled * e.average for e in entries if e.side > 0), ZERO),
            "cts_ordno": cursor,
        }
        return Reply({"OutBlock": sums, "OutBlock1": shown}, more=bool(cursor), key=cursor)

    def _asked(self, ask: Ask, code: str, side: str, state: str) -> list[Entry]:
        """Lines of a stock ("" = all), a side (1, 2) and a state (1 filled, 2 not)."""
        symbol = code[1:] if len(code) == 7 else code
        return [
            entry
            for entry in self.ledger.of(ask.account.name, stock=True, unseen=ask.unseen)
            if symbol in ("", entry.contract.symbol)
            and side in ("", "0", side_code(entry.side))
            and (state != FILLED or entry.filled)
            and (state != UNFILLED or entry.left)
        ]

    def _order(self, entry: Entry, number: int) -> Row:
        return {
            "ordno": entry.number,
            "expcode": entry.contract.symbol,
            "medosu": side_word(entry.side),
            "qty": entry.quantity,
            "price": entry.price,
            "cheqty": entry.filled,
            "cheprice": entry.average,
            "ordrem": entry.left,
            "cfmqty": entry.quantity if entry.kind in (MODIFY, CANCEL) else ZERO,
            "status": entry.status,
            "orgordno": entry.org,
            "ordgb": CHANGES.get(entry.kind, "보통"),
            "ordtime": clock_of(entry.ms, 8),
            "ordermtd": "OPEN API",
            "sysprocseq": number,
            "hogagb": entry.price_type,
            "price1": self.exchange.mark(entry.contract.symbol),
            "orggb": "02" if entry.side > 0 else "01",
            "singb": "00",
            "exchname": "KRX",
        }

    def history(self, ask: Ask) -> Reply:
        """CSPAQ13700: orders and executions of one day."""
        state = {"1": FILLED, "3": UNFILLED}.get(ask.text("ExecYn"), "")
        entries = self._asked(ask, ask.text("IsuNo"), ask.text("BnsTpCode"), state)
        day = ask.text("OrdDt")
        entries = [e for e in entries if day in ("", self.exchange.hours.trading_day(e.ms))]
        if ask.text("BkseqTpCode") == "0":
            entries.reverse()
        rows = [self._line(entry) for entry in entries]
        blocks: Blocks = {"OutBlock1": echoed(ask), "OutBlock2": self._sums(entries), "OutBlock3": rows}
        if not rows:
            return Reply(blocks, "00200")
        after = str(int(ask.number("SrtOrdNo2")) or "") if ask.more else ""
        shown, cursor = paged(ask, rows, self.page, "OrdNo", after or (ask.key if ask.more else ""))
        blocks["OutBlock3"] = shown
        return Reply(blocks, "00133" if cursor else "00136", more=bool(cursor), key=cursor)

    @staticmethod
    def _sums(entries: list[Entry]) -> Row:
        row: Row = {"RecCnt": 1}
        for word, side in (("Sell", -1), ("Buy", 1)):
            mine = [e for e in entries if e.side == side]
            row[f"{word}OrdQty"] = sum((e.quantity for e in mine), ZERO)
            row[f"{word}ExecQty"] = sum((e.filled for e in mine), ZERO)
            row[f"{word}ExecAmt"] = sum((e.filled * e.average for e in mine), ZERO)
        return row

    def _line(self, entry: Entry) -> Row:
        last = clock_of(entry.executions[-1].ms, 9) if entry.executions else ""
        return {
            "OrdDt": self.exchange.hours.trading_day(entry.ms),
            "OrdMktCode": "20" if entry.contract.kosdaq else "10",
            "OrdNo": entry.number,
            "OrgOrdNo": entry.org,
            "IsuNo": f"A{entry.contract.symbol}",
            "IsuNm": entry.contract.name,
            "BnsTpCode": side_code(entry.side),
            "BnsTpNm": side_word(entry.side),
            "OrdPtnCode": "02" if entry.side > 0 else "01",
            "OrdPtnNm": f"현금{side_word(entry.side)}",
            "MrcTpCode": {MODIFY: "1", CANCEL: "2"}.get(entry.kind, "0"),
            "MrcTpNm": CHANGES.get(entry.kind, ""),
            "MrcQty": entry.quantity if entry.kind in (MODIFY, CANCEL) else ZERO,
            "MrcAbleQty": entry.left,
            "OrdQty": entry.quantity,
            "OrdPrc": entry.price,
            "ExecQty": entry.filled,
            "ExecPrc": entry.average,
            "ExecTrxTime": last,
            "LastExecTime": last,
            "OrdprcPtnCode": entry.price_type,
            "OrdprcPtnNm": PRICE_TYPES.get(entry.price_type, ""),
            "AllExecQty": entry.filled,
            "RegCommdaCode": "40",
            "CommdaNm": "OPEN API",
            "OrdTime": clock_of(entry.ms, 9),
        }

    # --- holdings and cash

    def holdings(self, ask: Ask) -> Reply:
        """t0424: no row when nothing is held."""
        account = ask.account
        held = sorted(self.money.held(account, stock=True))
        rows = [self._holding(account, symbol, number) for number, symbol in enumerate(held, 1)]
        shown, cursor = paged(ask, rows, self.page, "expcode", ask.text("cts_expcode"))
        worth = sum(int(row["appamt"]) for row in rows)
        sums = {
            "sunamt": int(self.money.cash(account)) + worth,
            "sunamt1": int(self.money.cash(account)),
            "mamt": sum(int(row["mamt"]) for row in rows),
            "tappamt": worth,
            "tdtsunik": sum(int(row["dtsunik"]) for row in rows),
            "cts_expcode": cursor,
        }
        return Reply({"OutBlock": sums, "OutBlock1": shown}, more=bool(cursor), key=cursor)

    def _holding(self, account: Account, symbol: str, number: int) -> Row:
        contract, position = self.exchange.contract(symbol), account.position(symbol)
        paid, worth = position.entry * position.amount, self.exchange.mark(symbol) * position.amount
        return {
            "expcode": symbol,
            "janqty": position.amount,
            "mdposqt": max(self.money.sellable(account, contract), ZERO),
            "pamt": int(position.entry),
            "mamt": int(paid),
            "sysprocseq": number,
            "hname": contract.name,
            "jonggb": "2" if contract.kosdaq else "3",
            "janrt": Decimal(100),
            "price": self.exchange.mark(symbol),
            "appamt": int(worth),
            "dtsunik": int(worth - paid),
            "sunikrt": (worth - paid) / paid * 100 if paid else ZERO,
        }

    def orderable(self, ask: Ask) -> Reply:
        """CSPBQ00200: how many shares cash would buy at a price, or are there to be sold."""
        account, money = ask.account, self.money
        symbol, free = ask.text("IsuNo").removeprefix("A"), max(int(money.available(account)), 0)
        shares = 0
        if symbol in self.exchange.listings:
            contract = self.exchange.contract(symbol)
            price = ask.number("OrdPrc") or self.exchange.mark(symbol)
            bought = free // (price * (1 + contract.fees.taker)) if price else ZERO
            shares = int(bought if ask.text("BnsTpCode") == "2" else money.sellable(account, contract))
        sums = {
            "RecCnt": 1,
            "MnyOrdAbleAmt": free,
            "SeOrdAbleAmt": free,
            "MgnRat100pctOrdAbleAmt": free,
            "MgnRat100OrdAbleQty": shares,
            "MgnRat100MnyOrdAbleQty": shares,
            "OrdAbleQty": shares,
            "OrdAbleAmt": free,
        }
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": sums}, "00136")

    def cash(self, ask: Ask) -> Reply:
        """CSPAQ12200 and CSPAQ22200: what is there today, tomorrow, and the day after, when all is paid."""
        account, money = ask.account, self.money
        free, whole = max(int(money.available(account)), 0), int(money.cash(account))
        tomorrow, today = (whole - self._unpaid(account, days) for days in (1, SETTLED_AFTER))
        sums: Row = {
            "RecCnt": 1,
            "MnyOrdAbleAmt": free,
            "SeOrdAbleAmt": free,
            "KdqOrdAbleAmt": free,
            "MgnRat100pctOrdAbleAmt": free,
            "RcvblUablOrdAbleAmt": free,
            "Dps": today,
            "D1Dps": tomorrow,
            "D2Dps": whole,
        }
        if ask.tr == "CSPAQ12200":
            held = money.held(account, stock=True)
            worth = sum((account.position(s).amount * self.exchange.mark(s) for s in held), ZERO)
            sums |= {"BalEvalAmt": int(worth), "DpsastTotamt": whole + int(worth)}
            sums |= {"MnyoutAbleAmt": min(today, free)}
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": sums}, "00136")

    def _unpaid(self, account: Account, days: int) -> int:
        """Won of stock trades made within so many trading days, today's included."""
        hours = self.exchange.hours
        recent = [hours.trading_day(self.exchange.clock.now())]
        while len(recent) < days:
            recent.append(hours.day_before(recent[-1]))
        flows = [
            flow.amount
            for flow in self.money.flows
            if flow.account == account.name
            and self.exchange.contract(flow.symbol).stock
            and hours.trading_day(flow.ms) in recent
        ]
        return int(sum(flows, ZERO))
