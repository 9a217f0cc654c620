"""An account's positions and money in futures and options, as LS lists them."""

from decimal import Decimal

from brokers.simulators.account import Account
from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Reply, echoed, paged
from brokers.simulators.ls_books import Books
from brokers.simulators.ls_words import Row, day_of, side_code, side_word


class FoAccounts(Books):
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
