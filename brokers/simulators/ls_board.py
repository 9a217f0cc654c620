"""The option board (t2301, by night t8460), and prices and books of the night (t8456, t8457)."""

from decimal import Decimal

from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Blocks, Reply
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_quotes import Quotes
from brokers.simulators.ls_words import NO_DATA, Row, clock_of, moved

FUTURE, AT, IN, OUT = "0", "1", "2", "3"
# Products by gubun: regular, mini, KOSDAQ150 of the night, weekly.
PRODUCTS = {"G": ("01",), "M": ("05",), "Q": ("06",), "W": ("09", "AF")}


class Board:
    def __init__(self, exchange: KrxExchange, quotes: Quotes) -> None:
        self.exchange = exchange
        self.quotes = quotes

    def day(self, ask: Ask) -> Reply:
        """t2301: a month's calls and puts, with implied volatility (iv), Greeks and inner value (impv)."""
        front = self.quotes.front()
        head = self._future(front)
        months = self._month(ask)
        volatilities = [self._volatility(months, kind) for kind in ("call", "put")]
        head |= {
            "cimpv": volatilities[0],
            "pimpv": volatilities[1],
            "jandatecnt": max((months[0].expiry - self._now()) // 86_400_000, 0) if months else 0,
        }
        blocks: Blocks = {"OutBlock": head}
        for name, kind in (("OutBlock1", "call"), ("OutBlock2", "put")):
            blocks[name] = [self._day_row(found, ask) for found in months if found.kind == kind]
        return Reply(blocks)

    def night(self, ask: Ask) -> Reply:
        """t8460: without Greeks; empty for a paper account outside the night."""
        if self._paper_by_day(ask):
            return Reply(message=NO_DATA)
        head = self._future(self.quotes.front())
        blocks: Blocks = {"OutBlock": head}
        for name, kind in (("OutBlock1", "call"), ("OutBlock2", "put")):
            blocks[name] = [self._row(found) for found in self._month(ask) if found.kind == kind]
        return Reply(blocks)

    def night_price(self, ask: Ask) -> Reply:
        """t8456."""
        contract = self.quotes.find(ask.text("focode"), stock=False)
        if contract is None or self._paper_by_day(ask):
            return Reply(message=NO_DATA)
        low, high = contract.limits(night=True)
        row = self.quotes.basics(contract) | {
            "hname": contract.long_name,
            "jnilclose": contract.reference,
            "recprice": contract.reference,
            "uplmtprice": high,
            "dnlmtprice": low,
            "actprice": contract.strike,
            "focode": contract.symbol,
            "danhochk": "1" if self.exchange.moment(contract.symbol).phase.auction else "0",
        }
        return Reply({"OutBlock": row})

    def night_book(self, ask: Ask) -> Reply:
        """t8457."""
        contract = self.quotes.find(ask.text("shcode"), stock=False)
        if contract is None or self._paper_by_day(ask):
            return Reply(message=NO_DATA)
        row = self.quotes.basics(contract, "open", "high", "low", "value")
        row |= self.quotes.levels(contract.symbol, 5, "dcnt", "scnt")
        row |= {"hname": contract.long_name, "jnilclose": contract.reference, "shcode": contract.symbol}
        return Reply({"OutBlock": row | {"time": clock_of(self._now())}})

    # --- pieces

    def _now(self) -> int:
        return self.exchange.clock.now()

    def _paper_by_day(self, ask: Ask) -> bool:
        return ask.paper and self.exchange.hours.at(self._now()).session is not Session.NIGHT

    def _month(self, ask: Ask) -> list[Contract]:
        """Options of a month (YYYYMM; weekly ones are all listed: how a week is told is not documented)."""
        products = PRODUCTS.get(ask.text("gubun"), ("01",))
        listed = map(self.exchange.contract, self.exchange.listings)
        found = [c for c in listed if c.option and c.trading and c.product in products]
        month = ask.text("yyyymm")
        if month.isdigit():
            found = [contract for contract in found if contract.month == month]
        elif found and "09" not in products:
            nearest = min(contract.expiry for contract in found)
            found = [contract for contract in found if contract.expiry == nearest]
        return sorted(found, key=lambda contract: contract.strike)

    def _future(self, front: Contract | None) -> Row:
        if front is None:
            return {}
        price = self.exchange.mark(front.symbol)
        change = moved(price, front.reference)
        return {
            "gmprice": price,
            "gmsign": change["sign"],
            "gmchange": change["change"],
            "gmdiff": change["diff"],
            "gmvolume": self.quotes.tally(front.symbol).volume,
            "gmshcode": front.symbol,
        }

    def _volatility(self, months: list[Contract], kind: str) -> float:
        """In percent, of the option whose strike is nearest to the index."""
        found = [
            contract for contract in months if contract.kind == kind and self.exchange.mark(contract.symbol)
        ]
        spot = self.exchange.spot()
        if not found or not spot:
            return 0.0
        nearest = min(found, key=lambda contract: abs(contract.strike - spot))
        return self.quotes.option(nearest)[0] * 100

    def _row(self, contract: Contract) -> Row:
        price, spot = self.exchange.mark(contract.symbol), self.exchange.spot()
        inside = spot - contract.strike if contract.kind == "call" else contract.strike - spot
        levels = self.quotes.levels(contract.symbol, 1, "", "")
        return self.quotes.basics(contract, "value") | {
            "actprice": contract.strike,
            "optcode": contract.symbol,
            "offerho1": levels["offerho1"],
            "bidho1": levels["bidho1"],
            "offerrem1": levels["offerrem1"],
            "bidrem1": levels["bidrem1"],
            "cvolume": self.quotes.tally(contract.symbol).newest,
            "impv": max(inside, ZERO),
            "timevl": price - max(inside, ZERO),
            "atmgubun": AT if abs(inside) < Decimal("1.25") else IN if inside > 0 else OUT,
        }

    def _day_row(self, contract: Contract, ask: Ask) -> Row:
        row, position = self._row(contract), ask.account.position(contract.symbol)
        row |= {"jvolume": abs(position.amount), "jngo": abs(position.amount)}
        row["parpl"] = int(self.exchange.money.unrealized(ask.account, contract.symbol))
        row["value"] = f"{int(self.quotes.tally(contract.symbol).value) // 1_000_000:012d}"
        if self.exchange.spot() and self.exchange.mark(contract.symbol):
            volatility, greeks = self.quotes.option(contract)
            row |= {
                "iv": volatility * 100,
                "delt": greeks.delta,
                "gama": greeks.gamma,
                "vega": greeks.vega,
                "ceta": greeks.theta,
                "rhox": greeks.rho,
                "theoryprice": greeks.price,
            }
        return row
