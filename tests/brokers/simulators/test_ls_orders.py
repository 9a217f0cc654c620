"""Orders at LS: chains of numbers, refusals and their codes, sessions, auctions, paper accounts."""

from decimal import Decimal
from typing import Any

import pytest

from brokers.simulators import Account, Doubts, Hours, Kind, contract_of
from brokers.simulators.ls_hours import Moment, Phase, Session
from brokers.simulators.ls_words import ms_of
from tests.brokers.simulators.ls_scenes import (
    CALL,
    DAY,
    FUTURE,
    NEW,
    PUT,
    STOCK,
    market,
    plain,
    settled,
    until,
)
from tests.brokers.simulators.scenes import run

SUCCESS = {"00039", "00040", "00462", "00463", "00132", "00156"}
EVENTS = (("O01", ""), ("C01", ""), ("H01", ""))


def moment(session: Session, phase: Phase) -> Hours:
    return Hours(always=Moment(session, phase))


def test_a_chain_is_led_by_its_newest_number_and_leads_back_to_its_root() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(*EVENTS)
            _, root = await client.order(lots=3)
            _, second = await client.modify(root, 344.5, 3)
            _, third = await client.modify(second, 344.6, 3)
            for old in (root, second):
                assert (await client.cancel(old, 1))[0] not in SUCCESS
                assert (await client.modify(old, 344.7, 1))[0] == "03181"
            code, last = await client.cancel(third, 3)
            assert code == "00463" and root < second < third < last
            told = await settled(sim, client, 4, "O01")
            chain = [(int(b["ordno"]), int(b["orgordno"]), int(b["prntordno1"]), b["mrctp"]) for b in told]
            assert chain == [
                (root, 0, 0, "0"),
                (second, root, root, "1"),
                (third, second, root, "1"),
                (last, third, root, "2"),
            ]
            rows = await client.rows()
            assert {number: row["orgordno"] for number, row in rows.items()} == {
                root: 0,
                second: root,
                third: second,
                last: third,
            }
            assert not any(row["ordrem"] for row in rows.values())

    run(scene())


@pytest.mark.parametrize("moves", [True, False])
def test_a_partial_change_leaves_the_rest_or_takes_it(moves: bool) -> None:
    """The reference doesn't say which: lists tell the truth either way."""

    async def scene() -> None:
        async with market(doubts=Doubts(moves_lots=moves)) as sim, plain(sim) as client:
            _, old = await client.order(lots=3)
            code, new = await client.modify(old, 344.5, 1)
            rows = await client.rows()
            assert code == "00462"
            assert (rows[old]["ordrem"], rows[new]["ordrem"]) == ((2, 1) if moves else (0, 1))

    run(scene())


@pytest.mark.parametrize(
    ("code", "price", "lots"),
    [("01427", 400.0, 1), ("01427", 300.0, 1), ("01414", 344.03, 1), ("01414", 344.0, 0)],
)
def test_an_order_against_the_rules_is_refused_with_200_and_a_code(
    code: str, price: float, lots: int
) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            assert await client.order(price=price, lots=lots) == (code, 0)
            assert sim.ledger.entries == {} and sim.exchange.orders == {}

    run(scene())


def test_a_change_or_cancel_of_more_than_rests_is_refused() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            _, number = await client.order(lots=2)
            assert (await client.modify(number, 344.5, 3))[0] == "01442"
            assert (await client.cancel(number, 3))[0] == "01442"
            assert (await client.modify(number, 400.0, 2))[0] == "01427"
            assert (await client.rows())[number]["ordrem"] == 2
            assert len(sim.ledger.entries) == 1

    run(scene())


def test_more_than_the_account_can_carry_is_refused() -> None:
    async def scene() -> None:
        account = Account.funded({"KRW": 10_000_000}, key="appkey", secret="appsecret")
        async with market(account=account) as sim, plain(sim) as client:
            assert (await client.order(lots=1))[0] == "00040"
            assert (await client.order(lots=1))[0] == "01706"
            assert (await client.order(side="1", lots=1, code=CALL, price=5.0))[0] == "01706"

    run(scene())


def test_fills_are_told_one_by_one_and_add_up() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(*EVENTS)
            sim.exchange.contract(FUTURE).level = Decimal(2)
            await sim.advance()
            _, number = await client.order(price=345.2, lots=5)
            fills = await settled(sim, client, 3, "C01")
            assert [(int(b["ordno"]), b["chevol"], b["cheprice"]) for b in fills] == [
                (number, "2", "345.05"),
                (number, "2", "345.10"),
                (number, "1", "345.15"),
            ]
            assert len({b["yakseq"] for b in fills}) == 3
            row = (await client.rows())[number]
            assert (row["cheqty"], row["ordrem"], row["status"]) == (5, 0, "완료")

    run(scene())


@pytest.mark.parametrize(
    ("kind", "filled", "left"),
    [("00", 2, 3), ("10", 2, 0), ("20", 0, 0), ("03", 2, 0), ("13", 2, 0), ("23", 0, 0)],
)
def test_what_a_price_type_takes_and_leaves(kind: str, filled: int, left: int) -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            contract = sim.exchange.contract(FUTURE)
            contract.level, contract.depth = Decimal(2), 1
            await sim.advance()
            price = 0 if kind in ("03", "13", "23") else 345.05
            code, number = await client.order(price=price, lots=5, kind=kind)
            row = (await client.rows())[number]
            assert (code, row["cheqty"], row["ordrem"]) == ("00040", filled, left)

    run(scene())


def test_the_best_price_is_that_of_the_other_side() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            _, number = await client.order(price=0, lots=1, kind="06")
            row = (await client.rows())[number]
            assert (row["price"], row["cheqty"]) == ("34505.00", 1)

    run(scene())


# --- sessions


def test_nothing_trades_when_the_market_is_closed() -> None:
    async def scene() -> None:
        for clock in ("160000", "072000"):
            async with market(clock=clock) as sim, plain(sim) as client:
                assert (await client.order())[0] == "01458"
        async with market(day="20240106") as sim, plain(sim) as client:
            assert (await client.order())[0] == "01458"
        async with market(hours=Hours(holidays=frozenset({"2024-01-04"}))) as sim, plain(sim) as client:
            assert (await client.order())[0] == "01458"

    run(scene())


@pytest.mark.parametrize("session", [Session.DAY, Session.NIGHT])
def test_a_demo_trades_at_any_time(session: Session) -> None:
    async def scene() -> None:
        async with market(day="20240106", hours=Hours.never_closed(session)) as sim, plain(sim) as client:
            assert (await client.order())[0] == ("00040" if session is Session.DAY else "01458")

    run(scene())


def test_a_late_day_begins_an_hour_later() -> None:
    hours = Hours(late=frozenset({"2024-01-04"}))
    assert hours.at(ms_of(DAY, "091500")).phase is Phase.CLOSED
    assert hours.at(ms_of(DAY, "093000")).phase is Phase.OPENING
    assert hours.at(ms_of(DAY, "094500")).phase is Phase.CONTINUOUS
    assert hours.at(ms_of(DAY, "164400")).phase is Phase.CLOSING
    assert hours.at(ms_of(DAY, "184500")).phase is Phase.CLOSED
    assert hours.at(ms_of(DAY, "190000")) == Moment(Session.NIGHT, Phase.CONTINUOUS)


def test_a_night_trades_by_its_own_requests_and_tells_on_its_own_streams() -> None:
    async def scene() -> None:
        async with market(clock="190000") as sim, plain(sim) as client:
            await client.listen(*((stream, "") for stream in ("O01", "C01", "H01", "O02", "C02", "H02")))
            await client.listen(("DC0", FUTURE), ("DH0", FUTURE), ("FC9", FUTURE))
            assert (await client.order())[0] == "01458"
            new = (await client.got("CCENT00100", **NEW))["CCENT00100OutBlock2"]["OrdNo"]
            block = {
                "FnoIsuNo": FUTURE,
                "OrgOrdNo": new,
                "FnoOrdprcPtnCode": "00",
                "FnoOrdPrc": 346.0,
                "MdfyQty": 1,
            }
            assert (await client.got("CCENT00200", **block))["rsp_cd"] == "00462"
            gone = await client.got("CCENT00300", FnoIsuNo=FUTURE, OrgOrdNo=new, CancQty=1)
            assert gone["rsp_cd"] == "00463"
            await sim.advance()
            await until(lambda: len(client.bodies("DC0")) == 4)
            streams = [stream for stream, key, _ in client.heard if key is None]
            assert streams == ["O02", "O02", "H02", "C02", "O02", "H02"]
            assert "orgordno" in client.bodies("H02")[0] and "ordordno" not in client.bodies("H02")[0]
            assert client.bodies("DC0")[0]["date"] == "20240105" and not client.bodies("FC9")
            listed = await client.got("CCENQ90200", BalEvalTp="1", FutsPrcEvalTp="1")
            assert listed["CCENQ90200OutBlock3"][0]["UnsttQty"] == 1
            asked = {
                "QrySrtDt": "",
                "QryEndDt": "",
                "FnoClssCode": "00",
                "PrdtExecTpCode": "0",
                "StnlnSeqTp": "4",
            }
            lines = (await client.got("CCENQ30100", **asked))["CCENQ30100OutBlock3"]
            assert [line["OrdNo"] for line in lines] == [new, new + 1, new + 2] and await client.rows() == {}

    run(scene())


def test_an_auction_has_one_price_for_all_who_would_pay_it() -> None:
    async def scene() -> None:
        async with market(clock="083800", count=20) as sim, plain(sim) as client:
            await client.listen(("YF9", FUTURE), ("FC9", FUTURE), *EVENTS)
            _, keen = await client.order(price=346.0, lots=1)
            _, shy = await client.order(price=344.0, lots=1)
            _, any_price = await client.order(side="1", price=0, lots=1, kind="03")
            assert (await client.order(price=346.0, lots=1, kind="10"))[0] == "01414"
            await sim.advance(3)
            assert not client.bodies("C01") and not client.bodies("FC9")
            await until(lambda: bool(client.bodies("YF9")))
            assert (await client.rows())[keen]["ordrem"] == 1
            while sim.clock.now() < ms_of(DAY, "084430"):
                await sim.step()
            assert (await client.modify(shy, 344.1, 1))[0] == "03181", "frozen in the last minute"
            assert (await client.cancel(shy, 1))[0] not in SUCCESS
            await sim.advance(2)
            fills = {int(b["ordno"]): b["cheprice"] for b in await settled(sim, client, 2, "C01")}
            assert fills == {keen: "345.00", any_price: "345.00"}
            assert (await client.rows())[shy]["ordrem"] == 1

    run(scene())


@pytest.mark.parametrize("told", [False, True])
def test_orders_end_with_their_session(told: bool) -> None:
    async def scene() -> None:
        async with (
            market(clock="154000", count=8, doubts=Doubts(day_end_told=told)) as sim,
            plain(sim) as client,
        ):
            await client.listen(*EVENTS)
            _, deep = await client.order(price=330.0, lots=2)
            _, keen = await client.order(price=346.0, lots=1)
            await sim.advance(6)
            await settled(sim, client, 1, "C01")
            rows = await client.rows()
            assert (rows[keen]["cheqty"], rows[deep]["ordrem"]) == (1, 0), "the closing auction traded one"
            if told:
                await until(lambda: bool(client.bodies("H01")))
            assert [int(b["ordno"]) for b in client.bodies("H01")] == ([deep] if told else [])
            assert (await client.order())[0] == "01458"

    run(scene())


@pytest.mark.parametrize("price", ["345.00", "344.20"])
def test_what_has_rested_takes_part_in_the_closing_auction(price: str) -> None:
    """Price: at which the auction ends. One price for all, those that rested first among them."""

    async def scene() -> None:
        async with market(clock="153000", count=17) as sim, plain(sim) as client:
            await client.listen(*EVENTS)
            _, rested = await client.order(price=344.5, lots=2)
            _, deep = await client.order(price=330.0, lots=1)
            _, dear = await client.order(side="1", price=360.0, lots=1)
            while sim.clock.now() < ms_of(DAY, "154000"):
                await sim.step()
            _, late = await client.order(price=346.0, lots=1)
            await sim.advance(3)
            assert not client.bodies("C01"), "nothing trades while orders are gathered"
            sim.exchange.books[FUTURE].last = Decimal(price)
            sim.clock.set(ms_of(DAY, "154500"))
            sim.exchange.catch_up()
            buyers = [late] if price == "345.00" else [rested, late]
            fills = await settled(sim, client, len(buyers), "C01")
            assert {int(b["ordno"]): b["cheprice"] for b in fills} == dict.fromkeys(buyers, price)
            assert [int(b["ordno"]) for b in fills] == buyers
            rows = await client.rows()
            assert [rows[n]["cheqty"] for n in (rested, deep, dear)] == [2 * (rested in buyers), 0, 0]
            assert not any(row["ordrem"] for row in rows.values()), "all ended with the day"
            assert not sim.exchange.books[FUTURE].resting

    run(scene())


def test_limits_widen_by_stages_and_the_night_knows_only_the_first() -> None:
    contract = contract_of(FUTURE, reference=Decimal("343.25"))
    assert contract.limits() == (Decimal("315.80"), Decimal("370.70"))
    contract.steps = (2, 2)
    assert contract.limits() == (Decimal("274.60"), Decimal("411.90"))
    assert contract.limits(night=True) == (Decimal("315.80"), Decimal("370.70"))


def test_an_expired_contract_is_settled_and_gone() -> None:
    async def scene() -> None:
        async with market(day="20240314", clock="151500", count=10) as sim, plain(sim) as client:
            sim.exchange.index = Decimal("347.5")
            await client.order(price=0, lots=1, kind="03")
            await client.order(price=0, lots=2, kind="03", code=CALL)
            await client.order(price=0, side="1", lots=1, kind="03", code=PUT)
            before = sim.account.balance("KRW").free
            await sim.advance(4)
            assert all(not position.amount for position in sim.account.positions.values())
            future = (Decimal("345") - Decimal("345.05")) * 250_000
            assert sim.account.balance("KRW").free - before == future + 2 * Decimal("2.5") * 250_000
            assert (await client.order())[0] == "01458"
            assert (await client.got("t8467", gubun=""))["t8467OutBlock"] == []
            assert (await client.got("t2111", focode=FUTURE))["rsp_msg"] == "해당자료가 없습니다."

    run(scene())


# --- paper accounts


def test_a_paper_account_has_no_night_no_margin_rates_and_an_empty_book() -> None:
    async def scene() -> None:
        async with market(paper=True, clock="190000") as sim, plain(sim) as client:
            assert (await client.got("CCENT00100", **NEW))["rsp_cd"] == "01900"
            assert (await client.got("MMDAQ91200", IsuLgclssCode="", IsuMdclssCode=""))["rsp_cd"] == "01900"
        async with market(paper=True) as sim, plain(sim) as client:
            book = (await client.got("t2112", shcode=FUTURE))["t2112OutBlock"]
            assert (book["price"], book["offerho1"], book["bidrem1"]) == ("345.00", "0.00", 0)
            night = await client.got("t8455", gubun="NFU")
            assert night["t8455OutBlock"] == []
            assert "모의투자" in (await client.got("FOCCQ33600"))["rsp_msg"]
            assert (await client.order())[0] == "00040"
            bare = {"BnsTpCode": "2", "OrdprcPtnCode": "00", "OrdPrc": 71_000, "OrdQty": 1, "IsuNo": STOCK}
            assert (await client.got("CSPAT00601", **bare))["rsp_cd"] == "01414"
            assert (await client.got("CSPAT00601", **bare | {"IsuNo": f"A{STOCK}"}))["rsp_cd"] == "00040"

    run(scene())


def test_an_account_that_is_not_enabled_for_a_product_is_told_so() -> None:
    async def scene() -> None:
        async with market(paper=True, products=("stock",)) as sim, plain(sim) as client:
            assert (await client.order())[0] == "01491"

    run(scene())


# --- stocks


async def stock(client: Any, tr: str = "CSPAT00601", **more: Any) -> Any:
    """(rsp_cd, OutBlock2) of a stock's order."""
    block = {"IsuNo": f"A{STOCK}", "OrdprcPtnCode": "00", "OrdCndiTpCode": "0"}
    if tr == "CSPAT00601":
        block |= {"BnsTpCode": "2", "MgntrnCode": "000", "LoanDt": "", "MbrNo": "KRX"}
    body = await client.got(tr, **block | more)
    return body["rsp_cd"], body[f"{tr}OutBlock2"]


def test_stocks_are_bought_changed_cancelled_and_sold() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(*((stream, "") for stream in ("SC0", "SC1", "SC2", "SC3", "SC4")))
            _, new = await stock(client, OrdPrc=71_000, OrdQty=10)
            code, changed = await stock(client, "CSPAT00701", OrgOrdNo=new["OrdNo"], OrdPrc=71_500, OrdQty=10)
            assert (code, changed["PrntOrdNo"]) == ("00462", new["OrdNo"])
            body = await client.got("CSPAT00801", OrgOrdNo=changed["OrdNo"], IsuNo=f"A{STOCK}", OrdQty=10)
            assert body["rsp_cd"] == "00463" and body["CSPAT00801OutBlock2"]["PrntOrdNo"] == new["OrdNo"]
            await stock(client, OrdPrc=0, OrdQty=3, OrdprcPtnCode="03")
            assert (await stock(client, OrdPrc=0, OrdQty=4, OrdprcPtnCode="03", BnsTpCode="1"))[0] == "01706"
            assert (await stock(client, OrdPrc=0, OrdQty=1, OrdprcPtnCode="03", BnsTpCode="1"))[0] == "00039"
            await settled(sim, client, 2, "SC1")
            streams = [stream for stream, _, _ in client.heard]
            assert streams == ["SC0", "SC0", "SC2", "SC0", "SC3", "SC0", "SC1", "SC0", "SC1"]
            held = (await client.got("t0424", prcgb="", chegb="", dangb="", charge="", cts_expcode=""))[
                "t0424OutBlock1"
            ]
            assert [(row["expcode"], row["janqty"], row["pamt"]) for row in held] == [(STOCK, 2, 72_100)]
            cash = (await client.got("CSPAQ12200", BalCreTp="0"))["CSPAQ12200OutBlock2"]
            assert cash["Dps"] == cash["D1Dps"] == 100_000_000, (
                "today's trades are paid the day after tomorrow"
            )
            assert cash["D2Dps"] == int(sim.account.balance("KRW").free) < 100_000_000
            assert (await stock(client, OrdPrc=100_000, OrdQty=1))[0] == "01427"
            listed = await client.got("t0425", expcode="", chegb="1", medosu="0", sortgb="2", cts_ordno=" ")
            assert [row["cheqty"] for row in listed["t0425OutBlock1"]] == [3, 1]

    run(scene())


# --- the exchange behind the broker


def test_the_exchange_may_refuse_what_the_broker_took() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(*EVENTS)
            sim.faults.add(Kind.REFUSED, FUTURE)
            code, number = await client.order()
            assert code == "00040" and number
            told = await settled(sim, client, 1, "H01")
            assert (told[0]["trcode"], int(told[0]["ordno"]), told[0]["rejcode"]) == (
                "TTRODP11321",
                number,
                "0201",
            )
            assert (await client.rows())[number]["status"] == "거부"

    run(scene())


@pytest.mark.parametrize("first", [True, False])
def test_the_acceptance_comes_before_or_after_the_reply(first: bool) -> None:
    async def scene() -> None:
        async with market(doubts=Doubts(accepted_first=first)) as sim, plain(sim) as client:
            await client.listen(*EVENTS)
            for _ in range(5):
                del client.arrived[:]
                await client.order(price=0, lots=1, kind="03")
                await until(lambda: len(client.arrived) == 3)
                order = ["O01", "C01"]
                assert client.arrived == (
                    [*order, "reply CFOAT00100"] if first else ["reply CFOAT00100", *order]
                )

    run(scene())


def test_nobody_else_hears_of_an_account() -> None:
    async def scene() -> None:
        other = Account.funded({"KRW": 10**8}, name="other", key="otherkey", secret="othersecret")
        async with market() as sim:
            sim.join(other)
            async with plain(sim) as mine, plain(sim, other) as theirs:
                await mine.listen(("O01", ""))
                await theirs.listen(("O01", ""))
                _, number = await mine.order()
                await settled(sim, mine, 1, "O01")
                assert not theirs.heard and await theirs.rows() == {}
                assert (await theirs.cancel(number, 1))[0] not in SUCCESS

    run(scene())
