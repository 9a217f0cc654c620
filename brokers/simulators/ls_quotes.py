"""Prices and books as LS shows them: t2111, t2112, t8434 of derivatives, t1101, t1102, t8407 of stocks."""

from typing import Any

from brokers.simulators.listing import ZERO
from brokers.simulators.ls_asks import Ask, Reply
from brokers.simulators.ls_contracts import Contract
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_tally import Greeks, Tallies, Tally, black76, implied, years_left
from brokers.simulators.ls_words import NO_DATA, Row, clock_of, kst, moved

MILLION = 1_000_000


class Quotes:
    def __init__(self, exchange: KrxExchange, tallies: Tallies) -> None:
        self.exchange = exchange
        self.tallies = tallies

    # --- futures and options

    def price(self, ask: Ask) -> Reply:
        """t2111 (and t2101): futures and options alike."""
        contract = self.find(ask.text("focode"), stock=False)
        if contract is None:
            return Reply(message=NO_DATA)
        low, high = contract.limits()
        lowest, highest = contract.stage(2, 2)
        spot, now = self.exchange.spot(), self.exchange.clock.now()
        front = self.front()
        phase = self.exchange.moment(contract.symbol).phase
        row = (
            self.basics(contract)
            | self.greeks(contract)
            | {
                "hname": contract.long_name,
                "jnilclose": contract.reference,
                "uplmtprice": high,
                "dnlmtprice": low,
                "uplmtprice_3rd": highest,
                "dnlmtprice_3rd": lowest,
                "recprice": contract.reference,
                "theoryprice": self.exchange.mark(contract.symbol),
                "lastmonth": kst(contract.expiry).strftime("%Y%m%d"),
                "jandatecnt": max((contract.expiry - now) // 86_400_000, 0),
                "bjandatecnt": max((contract.expiry - now) // 86_400_000, 0),
                "pricejisu": spot,
                "jisusign": "3",
                "gmprice": self.exchange.mark(front.symbol) if front else ZERO,
                "gmfutcode": front.symbol if front else "",
                "actprice": contract.strike,
                "danhochk": "1" if phase.auction else "0",
                "yeprice": self.exchange.mark(contract.symbol),
                "dy_gubun": "0",
                "updnstep_gubun": "0",
                "upstep": f"{contract.steps[0] + 1:02d}",
                "dnstep": f"{contract.steps[1] + 1:02d}",
                "focode": contract.symbol,
            }
        )
        return Reply({"OutBlock": row})

    def book(self, ask: Ask) -> Reply:
        """t2112 (and t2105): five levels; empty for a paper account."""
        contract = self.find(ask.text("shcode"), stock=False)
        if contract is None:
            return Reply(message=NO_DATA)
        row = self.basics(contract, "open", "high", "low", "value") | {
            "hname": contract.long_name,
            "jnilclose": contract.reference,
            "shcode": contract.symbol,
        }
        if not ask.paper:
            row |= self.levels(contract.symbol, 5, "dcnt", "scnt")
            row |= {"time": clock_of(self.exchange.clock.now())}
        return Reply({"OutBlock": row})

    def many(self, ask: Ask) -> Reply:
        """t8434: up to fifty codes, one behind the other."""
        rows = []
        for contract in self._several(ask.text("focode"), 8, int(ask.number("qrycnt"))):
            basics = self.basics(contract, "open", "high", "low", "value")
            tally = self.tallies.get(contract.symbol)
            traded = tally.bought[1] + tally.sold[1]
            rows.append(basics | {"hname": contract.long_name, "checnt": traded, "focode": contract.symbol})
        return Reply({"OutBlock1": rows})

    # --- stocks

    def stock_book(self, ask: Ask) -> Reply:
        """t1101: ten levels."""
        contract = self.find(ask.text("shcode"), stock=True)
        if contract is None:
            return Reply(message=NO_DATA)
        low, high = contract.limits()
        row = (
            self.basics(contract, "value")
            | self.levels(contract.symbol, 10, "", "")
            | {
                "hname": contract.name,
                "jnilclose": contract.reference,
                "hotime": clock_of(self.exchange.clock.now(), 8),
                "ho_status": "1",
                "shcode": contract.symbol,
                "uplmtprice": high,
                "dnlmtprice": low,
            }
        )
        row["offer"], row["bid"] = row.pop("dvol"), row.pop("svol")
        return Reply({"OutBlock": row})

    def stock_price(self, ask: Ask) -> Reply:
        """t1102."""
        contract = self.find(ask.text("shcode"), stock=True)
        if contract is None:
            return Reply(message=NO_DATA)
        low, high = contract.limits()
        tally = self.tallies.get(contract.symbol)
        row = self.basics(contract) | {
            "hname": contract.name,
            "recprice": contract.reference,
            "uplmtprice": high,
            "dnlmtprice": low,
            "jnilvolume": tally.before,
            "opentime": clock_of(tally.opened) if tally.opened else "",
            "hightime": clock_of(tally.highest) if tally.highest else "",
            "lowtime": clock_of(tally.lowest) if tally.lowest else "",
            "shcode": contract.symbol,
            "ex_shcode": contract.symbol,
            "memedan": "00001",
        }
        return Reply({"OutBlock": row})

    def many_stocks(self, ask: Ask) -> Reply:
        """t8407: up to fifty codes, one behind the other."""
        rows = []
        for contract in self._several(ask.text("shcode"), 6, int(ask.number("nrec"))):
            low, high = contract.limits()
            levels = self.levels(contract.symbol, 1, "", "")
            rows.append(
                self.basics(contract)
                | {
                    "shcode": contract.symbol,
                    "hname": contract.name,
                    "offerho": levels["offerho1"],
                    "bidho": levels["bidho1"],
                    "offerrem": levels["offerrem1"],
                    "bidrem": levels["bidrem1"],
                    "totofferrem": levels["dvol"],
                    "totbidrem": levels["svol"],
                    "cvolume": self.tallies.get(contract.symbol).newest,
                    "jnilclose": contract.reference,
                    "uplmtprice": high,
                    "dnlmtprice": low,
                }
            )
        return Reply({"OutBlock1": rows})

    # --- pieces

    def find(self, code: str, stock: bool) -> Contract | None:
        """A listed contract or stock; expired and unknown ones have no data."""
        if code not in self.exchange.listings:
            return None
        contract = self.exchange.contract(code)
        return contract if contract.stock == stock and contract.trading else None

    def _several(self, codes: str, width: int, count: int) -> list[Contract]:
        asked = [codes[at : at + width] for at in range(0, len(codes), width)][: min(count, 50)]
        found = [self.find(code, stock=width == 6) for code in asked]
        return [contract for contract in found if contract is not None]

    def front(self) -> Contract | None:
        """The nearest KOSPI200 future."""
        futures = [
            found
            for found in map(self.exchange.contract, self.exchange.listings)
            if found.kind == "future" and found.product == "01" and found.trading
        ]
        return min(futures, key=lambda found: found.expiry, default=None)

    def basics(self, contract: Contract, *without: str) -> Row:
        """Price, change, volume and the session's extremes, less some."""
        tally, price = self.tallies.get(contract.symbol), self.exchange.mark(contract.symbol)
        row: dict[str, Any] = moved(price, contract.reference) | {
            "price": price,
            "volume": tally.volume,
            "value": int(tally.value) // MILLION,
            "open": tally.open,
            "high": tally.high,
            "low": tally.low,
        }
        return {name: value for name, value in row.items() if name not in without}

    def levels(self, symbol: str, depth: int, offers: str, bids: str) -> Row:
        """offerho1 .. and what stands there; ``offers``, ``bids``: the names of the numbers of orders."""
        shown = self.exchange.show(symbol, depth)
        row: Row = {}
        for name, count, side in (("offer", offers, shown.asks), ("bid", bids, shown.bids)):
            for level in range(depth):
                price, size = side[level] if level < len(side) else (ZERO, ZERO)
                row[f"{name}ho{level + 1}"] = price
                row[f"{name}rem{level + 1}"] = int(size)
                if count:
                    row[f"{count}{level + 1}"] = 1 if size else 0
        row["dvol"] = sum(int(size) for _, size in shown.asks)
        row["svol"] = sum(int(size) for _, size in shown.bids)
        return row

    def greeks(self, contract: Contract) -> Row:
        """Of an option, as t2111 names them; nothing of a future."""
        if not contract.option or not self.exchange.spot():
            return {}
        volatility, found = self.option(contract)
        return {
            "delt": found.delta,
            "gama": found.gamma,
            "ceta": found.theta,
            "vega": found.vega,
            "rhox": found.rho,
            "impv": volatility * 100,
        }

    def option(self, contract: Contract) -> tuple[float, Greeks]:
        """(implied volatility, Greeks) at the option's last price on the KOSPI200 as it stands."""
        spot, strike = float(self.exchange.spot()), float(contract.strike)
        years, call = years_left(contract, self.exchange.clock.now()), contract.kind == "call"
        price = float(self.exchange.mark(contract.symbol))
        volatility = implied(price, spot, strike, years, call)
        return volatility, black76(spot, strike, years, volatility or 0.01, call)

    def tally(self, symbol: str) -> Tally:
        return self.tallies.get(symbol)

    def night(self, symbol: str) -> bool:
        return self.exchange.moment(symbol).session is Session.NIGHT
