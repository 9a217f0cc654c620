"""What belongs to no instrument: the clock, the account's mode, margin rates, conditions, news."""

from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulators.clock import Clock
from brokers.simulators.ls_asks import Ask, Blocks, Reply, echoed
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_quotes import Quotes
from brokers.simulators.ls_streams import Streams
from brokers.simulators.ls_words import NO_DATA, Refusal, clock_of, day_of, moved


@dataclass
class Condition:
    """A saved search of the HTS. index: its twelve characters. hits: short codes that meet it now."""

    index: str
    group: str
    name: str
    hits: list[str] = field(default_factory=list)


@dataclass
class Headline:
    """realkey: 24 characters that t3102 asks with. codes: stocks it is about."""

    realkey: str
    title: str
    body: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class Extras:
    """conditions: by index. alerts: the condition behind each sAlertNum. news: by realkey."""

    def __init__(self, exchange: KrxExchange, quotes: Quotes, streams: Streams) -> None:
        self.exchange = exchange
        self.clock: Clock = exchange.clock
        self.quotes = quotes
        self.streams = streams
        self.conditions: dict[str, Condition] = {}
        self.alerts: dict[str, str] = {}
        self.news: dict[str, Headline] = {}

    def time(self, ask: Ask) -> Reply:
        """t0167: the server's clock, to the microsecond."""
        now = self.clock.now() + ask.skew
        return Reply({"OutBlock": {"dt": day_of(now), "time": clock_of(now, 12)}})

    def returns(self, ask: Ask) -> Reply:
        """FOCCQ33600, which clients ask to learn whether the account is a paper one: the message says so."""
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": {"RecCnt": 1}, "OutBlock3": []}, "00136")

    def margins(self, ask: Ask) -> Reply:
        """MMDAQ91200, of real accounts only."""
        rate = Decimal("7.8")
        row = {
            "IsuSmclssCode": "501",
            "IsuMdclssCode": "01",
            "IsuLrgMdclssNm": "지수옵션",
            "IsuLrgMidSmclssNm": "옵션_지수옵션_KOSPI200",
            "ShtnHanglIsuNm": "KOSPI200",
            "CsgnMgnrt": rate,
            "MaintMgnrt": rate * 2 / 3,
            "MnyMgnrt": rate / 2,
            "RmndDays": 999999,
            "OnePrcntrOrdMgn": self.exchange.spot() * 250_000 * rate / 100,
        }
        return Reply({"OutBlock1": echoed(ask), "OutBlock2": [row]}, "00136")

    # --- conditions

    def saved(self, ask: Ask) -> Reply:
        """t1866: the searches that the HTS has saved; those of one group, if one is named."""
        group = ask.text("group_name")
        rows = [
            {"query_index": found.index, "group_name": found.group, "query_name": found.name}
            for found in self.conditions.values()
            if group in ("", found.group)
        ]
        head = {"result_count": len(rows), "cont": "N", "cont_key": ""}
        return Reply({"OutBlock": head, "OutBlock1": rows})

    def search(self, ask: Ask) -> Reply:
        """t1859: who meets a condition now."""
        found = self._condition(ask)
        rows = []
        for code in found.hits:
            contract = self.exchange.contract(code)
            price = self.exchange.mark(code)
            rows.append(
                moved(price, contract.reference)
                | {
                    "shcode": code,
                    "hname": contract.name,
                    "price": price,
                    "volume": self.quotes.tally(code).volume,
                }
            )
        head = {"result_count": len(rows), "result_time": clock_of(self.clock.now()), "text": ""}
        return Reply({"OutBlock": head, "OutBlock1": rows})

    def watch(self, ask: Ask) -> Reply:
        """t1860: E begins a watch and says its number, the key of AFR; D ends it."""
        flag, number = ask.text("sFlag"), ask.text("sAlertNum")
        if flag == "E":
            number = f"{clock_of(self.clock.now())}{len(self.alerts) + 200:04d}A"
            self.alerts[number] = self._condition(ask).index
        else:
            self.alerts.pop(number, None)
        row = {
            "sSysUserFlag": ask.text("sSysUserFlag"),
            "sFlag": flag,
            "sResultFlag": "S",
            "sTime": clock_of(self.clock.now()),
            "sAlertNum": number,
            "Msg": "정상처리 되었습니다.",
        }
        return Reply({"OutBlock": row})

    def _condition(self, ask: Ask) -> Condition:
        found = self.conditions.get(ask.text("query_index"))
        if found is None:
            raise Refusal("00200", NO_DATA)
        return found

    def meets(self, index: str, code: str, flag: str = "N") -> None:
        """A stock enters (N, R) or leaves (O) a condition; whoever watches it hears (AFR)."""
        hits, contract = self.conditions[index].hits, self.exchange.contract(code)
        if flag == "O" and code in hits:
            hits.remove(code)
        elif flag != "O" and code not in hits:
            hits.append(code)
        price = self.exchange.mark(code)
        change = moved(price, contract.reference)
        body = {
            "gsCode": code,
            "gshname": contract.name,
            "gsPrice": str(int(price)),
            "gsSign": change["sign"],
            "gsChange": str(int(change["change"])),
            "gsChgRate": f"{change['diff']:.2f}",
            "gsVolume": str(self.quotes.tally(code).volume),
            "gsJobFlag": flag,
        }
        for number, watched in self.alerts.items():
            if watched == index:
                self.streams.push("AFR", number, body)

    # --- news

    def publish(self, headline: Headline) -> None:
        """A headline to whoever hears NWS."""
        self.news[headline.realkey] = headline
        now = self.clock.now()
        body = {
            "date": day_of(now),
            "time": clock_of(now),
            "id": headline.realkey[14:16],
            "realkey": headline.realkey,
            "title": headline.title,
            "code": "".join(f"{code:0>12}" for code in headline.codes),
            "bodysize": str(sum(len(line.encode()) for line in headline.body)),
        }
        self.streams.push("NWS", "NWS001", body)

    def article(self, ask: Ask) -> Reply:
        """t3102: the body behind a realkey."""
        found = self.news.get(ask.text("sNewsno"))
        if found is None:
            return Reply(message=NO_DATA)
        blocks: Blocks = {
            "OutBlock": [{"sJongcode": code} for code in found.codes],
            "OutBlock1": [{"sBody": line} for line in found.body],
            "OutBlock2": {"sTitle": found.title},
        }
        return Reply(blocks)
