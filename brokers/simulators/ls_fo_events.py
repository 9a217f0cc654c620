"""Account events of futures and options: O01, C01, H01 by day, O02, C02, H02 by night. All are strings."""

from decimal import Decimal

from brokers.simulators.ls_doubts import Doubts
from brokers.simulators.ls_exchange import KrxExchange
from brokers.simulators.ls_fields import Row, filled, stream_layouts
from brokers.simulators.ls_hours import Session
from brokers.simulators.ls_ledger import CANCEL, MODIFY, NEW, Entry
from brokers.simulators.ls_words import account_number, clock_of, day_of, side_code
from brokers.simulators.order import Execution

TAKEN = {NEW: ("SONBT001", "FO01", "0"), MODIFY: ("SONBT002", "FO02", "1"), CANCEL: ("SONBT003", "FO03", "2")}
CONFIRMED, REFUSED = "TTRODP11301", "TTRODP11321"
TRADED = "TTRTDP21301"
PLACES = {NEW: "1", MODIFY: "2", CANCEL: "3"}


class FoEvents:
    def __init__(self, exchange: KrxExchange, doubts: Doubts) -> None:
        self.exchange = exchange
        self.doubts = doubts
        self._line = 0

    def accepted(self, entry: Entry) -> tuple[str, Row]:
        """O01: the broker has it."""
        contract, account = entry.contract, self.exchange.accounts[entry.account]
        money, now = self.exchange.money, self.exchange.clock.now()
        trcode, short, changed = TAKEN[entry.kind]
        cancel = entry.kind == CANCEL
        return self._body(
            entry,
            "O",
            trcode=trcode,
            trcode1=short,
            gubun="B",
            compress="0",
            encrypt="0",
            compid="063",
            media="HT",
            ifid="000",
            proctm=clock_of(now, 9),
            outgu="1",
            funckey="C",
            cont="N",
            trsrc="L",
            firmno="063",
            acntnm=account.name,
            ordmktcode="40",
            ordno1="000",
            ordno=entry.number,
            orgordno1="000",
            orgordno=entry.org,
            prntordno="000",
            prntordno1=entry.root,
            isuno=contract.isin,
            fnoIsuno=contract.symbol,
            fnoIsunm=contract.long_name,
            pdgrpcode=contract.product,
            fnoIsuptntp="O" if contract.option else "F",
            bnstp=side_code(entry.side),
            mrctp=changed,
            ordqty=int(entry.quantity),
            hogatype="" if cancel else entry.price_type,
            mmgb="03",
            ordprc=0 if cancel else entry.price,
            unercqty=0 if cancel else int(entry.quantity),
            commdacode="40",
            peeamtcode="40",
            fnotrdunitamt=contract.multiplier,
            trxtime=clock_of(now, 9),
            orgordunercqty=int(entry.quantity) if cancel else 0,
            fnobalevaltp="2",
            dps=int(money.cash(account)),
            ordableamt=max(int(money.available(account)), 0),
            mnyordableamt=max(int(money.available(account)), 0),
        )

    def filled(self, entry: Entry, made: Execution) -> tuple[str, Row]:
        """C01: one trade, by itself."""
        return self._body(
            entry,
            "C",
            trcode=TRADED,
            ordno=f"{entry.number:010d}",
            ordordno=f"{entry.org:010d}",
            expcode=entry.contract.isin,
            yakseq=f"{made.id:011d}",
            cheprice=made.price,
            chevol=int(made.quantity),
            chedate=day_of(made.ms),
            chetime=clock_of(made.ms, 9),
            dosugb=side_code(made.side),
            sessionid="40",
            sihogagb="0",
            boardid="G1",
            megrpno="01",
            memberno="00063",
            bpno="00100",
        )

    def confirmed(self, entry: Entry, lots: Decimal, itself: bool = False) -> tuple[str, Row]:
        """H01: the exchange changed or cancelled it; ``itself``: without having been asked."""
        place = "3" if itself else PLACES[entry.kind]
        return self._exchange_said(entry, CONFIRMED, lots, place, "0000", itself)

    def refused(self, entry: Entry) -> tuple[str, Row]:
        """H01: the exchange won't have it."""
        return self._exchange_said(entry, REFUSED, Decimal(0), PLACES[entry.kind], "0201", False)

    def _exchange_said(
        self, entry: Entry, trcode: str, lots: Decimal, place: str, reason: str, itself: bool
    ) -> tuple[str, Row]:
        now = self.exchange.clock.now()
        before = f"{entry.org:010d}" if entry.org else ""
        night = entry.session is Session.NIGHT
        root = {"orgordno": before} if night or self.doubts.root_field == "orgordno" else {"ordordno": before}
        return self._body(
            entry,
            "H",
            trcode=trcode,
            ordno=f"{entry.number:010d}",
            **root,
            expcode=entry.contract.isin,
            dosugb=side_code(entry.side),
            mocagb=place,
            qty2=int(entry.quantity),
            qty=int(lots),
            price=entry.price,
            ordgb="2" if entry.price else "1",
            hogagb="0",
            orddate=day_of(now),
            rcvtime=clock_of(now, 9),
            ordacpttm=clock_of(now, 9),
            autogb="1" if itself else "0",
            rejcode=reason,
            boardid="G1",
            megrpno="01",
            memberno="00063",
            bpno="00100",
        )

    def _body(self, entry: Entry, family: str, **values: object) -> tuple[str, Row]:
        stream = family + ("02" if entry.session is Session.NIGHT else "01")
        self._line += 1
        head = {"lineseq": f"{self._line:09d}", "seq": f"{self._line:09d}"}
        number = account_number(entry.account)
        row = filled(stream_layouts()[stream].answered["body"], {"accno": number} | head | values)
        if stream == "H01":  # one of two names is on the wire
            row.pop("orgordno" if self.doubts.root_field == "ordordno" else "ordordno")
        return stream, row
