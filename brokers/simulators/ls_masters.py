"""What LS lists each day: t8467, t9943, t8433, t9944, t8435, t8455; of stocks t8430, t8436, t9945."""

from collections.abc import Callable

from brokers.simulators.ls_asks import Ask, Reply
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_words import Row

# Products by what t8435 and t8455 call them: (second and third characters of the code, options?).
GROUPS: dict[str, tuple[tuple[str, ...], bool]] = {
    "MF": (("05",), False),
    "MO": (("05",), True),
    "WK": (("09", "AF"), True),
    "SF": (("06",), False),
    "QW": (("AJ", "AK"), True),
}
NIGHT_GROUPS: dict[str, tuple[tuple[str, ...], bool]] = {
    "NFU": (("01",), False),
    "NMF": (("05",), False),
    "NQF": (("06",), False),
    "NOP": (("01",), True),
    "NMO": (("05",), True),
    "NWO": (("09", "AF"), True),
}


class Masters:
    def __init__(self, exchange: KrxExchange) -> None:
        self.exchange = exchange

    def futures(self, ask: Ask) -> Reply:
        """t8467 and t8432: KOSPI200 futures, unless volatility (V) or sector futures (S) are meant."""
        return self._index_futures(ask, self._limited)

    def future_names(self, ask: Ask) -> Reply:
        """t9943."""
        return self._index_futures(ask, self._named)

    def _index_futures(self, ask: Ask, row: Callable[[Contract], Row]) -> Reply:
        product = {"V": "04", "S": "--"}.get(ask.text("gubun"), "01")
        return self._listed((product,), False, row)

    def options(self, ask: Ask) -> Reply:
        """t8433."""

        def row(contract: Contract) -> Row:
            found = self._limited(contract)
            return {
                name: value for name, value in found.items() if name not in ("uplmtprice", "dnlmtprice")
            } | {"hprice": found["uplmtprice"], "lprice": found["dnlmtprice"]}

        return self._listed(("01",), True, row)

    def option_names(self, ask: Ask) -> Reply:
        """t9944."""
        return self._listed(("01",), True, self._named)

    def product(self, ask: Ask) -> Reply:
        """t8435: mini, weekly and KOSDAQ150 series."""
        products, option = GROUPS.get(ask.text("gubun"), ((), False))
        return self._listed(products, option, self._limited)

    def night(self, ask: Ask) -> Reply:
        """t8455: what trades by night."""
        products, option = NIGHT_GROUPS.get(ask.text("gubun"), ((), False))

        def row(contract: Contract) -> Row:
            return self._named(contract) | {"tradeunit": contract.multiplier, "atmgb": "0"}

        if ask.paper and self._closed_by_night():
            return Reply({"OutBlock": []})
        return self._listed(products, option, row)

    def _closed_by_night(self) -> bool:
        return self.exchange.hours.at(self.exchange.clock.now()).session is not Session.NIGHT

    def _listed(self, products: tuple[str, ...], option: bool, row: Callable[[Contract], Row]) -> Reply:
        self.exchange.catch_up()
        rows = [
            row(contract)
            for contract in map(self.exchange.contract, self.exchange.listings)
            if contract.product in products and contract.option == option and contract.trading
        ]
        return Reply({"OutBlock": sorted(rows, key=lambda found: str(found["shcode"]))})

    @staticmethod
    def _named(contract: Contract) -> Row:
        return {"hname": contract.name, "shcode": contract.symbol, "expcode": contract.isin}

    def _limited(self, contract: Contract) -> Row:
        low, high = contract.limits()
        return self._named(contract) | {
            "uplmtprice": high,
            "dnlmtprice": low,
            "jnilclose": contract.reference,
            "jnilhigh": contract.reference,
            "jnillow": contract.reference,
            "recprice": contract.reference,
        }

    # --- stocks

    def stocks(self, ask: Ask) -> Reply:
        """t8436 and t8430."""
        return Reply({"OutBlock": [self._stock(ask.tr, contract) for contract in self._stocks(ask)]})

    def stock_names(self, ask: Ask) -> Reply:
        """t9945."""
        rows = [
            {
                "hname": contract.name,
                "shcode": contract.symbol,
                "expcode": contract.isin,
                "etfchk": "1" if contract.etf else "0",
            }
            for contract in self._stocks(ask)
        ]
        return Reply({"OutBlock": rows})

    def _stocks(self, ask: Ask) -> list[Contract]:
        """gubun 0 all, 1 KOSPI, 2 KOSDAQ."""
        wanted = ask.text("gubun")
        stocks = [c for c in map(self.exchange.contract, self.exchange.listings) if c.stock and c.trading]
        return [c for c in stocks if wanted not in ("1", "2") or c.kosdaq == (wanted == "2")]

    @staticmethod
    def _stock(tr: str, contract: Contract) -> Row:
        low, high = contract.limits()
        row: Row = {
            "hname": contract.name,
            "shcode": contract.symbol,
            "expcode": contract.isin,
            "etfgubun": "1" if contract.etf else "0",
            "uplmtprice": high,
            "dnlmtprice": low,
            "jnilclose": contract.reference,
            "memedan": "00001",
            "recprice": contract.reference,
            "gubun": "2" if contract.kosdaq else "1",
        }
        return row | {"bu12gubun": "01", "spac_gubun": "N"} if tr == "t8436" else row
