"""The tables: the same on both databases, projected step by step, never twice, and of one journal."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from brokers.contract import OrderUpdate
from desk.orders import (
    Accepted,
    Canceled,
    CancelRequested,
    Created,
    Fill,
    Order,
    OrderEvent,
    Replaced,
    Sent,
    status_of,
)
from market.errors import ConfigError
from records.entries import draft
from records.errors import DamagedError, StoreError
from records.inputs import EXTERNAL, Bar, Intent, Start, Stop, Transfer, Update
from records.journal import Journal
from records.manifest import RunManifest
from records.message import Message
from records.outcomes import Alert, Decision, Equity, FilterAnswer, Level, Note, Risk, Trade, Verdict
from records.projection import BATCH, project
from records.store import default_store, open_store
from records.tables import (
    AlertRow,
    DecisionRow,
    EquityRow,
    FillRow,
    OrderEventRow,
    OrderRow,
    Projection,
    Run,
    Table,
    TradeRow,
    TransferRow,
    table_of,
)
from tests.records.messages import BAR

D = Decimal
NAN = float("nan")
MANIFEST = RunManifest("c" * 64, "f" * 64, "d" * 64, 7, {"numpy": "2.4"}, "cpu")
ORDER = Order("run-sma-1-0", "BTC@x", 1, D("0.10"), D("1E+2"))


@pytest.fixture
def store(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    yield engine
    engine.dispose()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "account.db", "main") as one:
        yield one


def write(journal: Journal, *messages: Message) -> None:
    journal.append(draft(journal.last + n, message) for n, message in enumerate(messages, 1))


def rows(store: Engine, table: type[Table]) -> list[dict[str, Any]]:
    columns = table_of(table)
    with store.connect() as connection:
        found = connection.execute(select(columns).order_by(*columns.primary_key.columns))
        return [dict(row._mapping) for row in found]


def everything(store: Engine) -> dict[str, list[dict[str, Any]]]:
    found = {}
    with store.connect() as connection:
        for name, table in Table.metadata.tables.items():
            ordered = select(table).order_by(*table.primary_key.columns)
            found[name] = [dict(row._mapping) for row in connection.execute(ordered)]
    return found


def told(event: OrderEvent, client_id: str = ORDER.client_id, venue_id: str = "V1") -> Update:
    return Update(OrderUpdate(client_id, venue_id, ORDER.instrument, event, 5))


STORY: tuple[Message, ...] = (
    Start("k200", "paper", MANIFEST),
    Bar(BAR),
    Decision(
        1,
        60,
        "BTC@x",
        "sma",
        "BUY",
        "NONE",
        "RISK",
        1,
        10,
        0.6,
        NAN,
        0.5,
        0.5,
        (FilterAnswer("f", NAN, "LATE"),),
    ),
    Intent(ORDER, "sma", "ENTRY", 1),
    told(Sent(), venue_id=""),
    told(Accepted("V1")),
    told(Fill("t1", D("0.04"), D("99.50"), fee=D("0.000100"), fee_currency="BNB", maker=True, ts=9)),
    told(Replaced(1, 1, D("0.20"), D("101"))),
    told(Fill("t2", D("0.06"), D("100"))),
    told(CancelRequested(2)),
    Risk("max-position", Verdict.DENY, "BTC@x", "sma", "run-sma-2-0", None, "0.2 held"),
    Risk("fat-finger", Verdict.ALLOW, "BTC@x"),
    Trade("BTC@x", "sma", 1, 10, 1, 60, 120, 99.8, NAN, -1.5, 0.1, "STOP", "STOP_LOSS"),
    Equity(60, 1000.5, 900.0),
    Alert(Level.ERROR, "venue-down", "연결이 끊겼습니다\0", "BTC@x"),
    Note("remark \ud800"),
    Transfer("d1", "USDT", D("250.00"), 70, "by hand"),
    Stop("asked"),
)


def test_every_kind_reaches_its_table(store: Engine, journal: Journal) -> None:
    write(journal, *STORY)
    assert project(journal, store) == len(STORY)
    (run,) = rows(store, Run)
    assert (run["manifest"], run["mode"], run["stopped"], run["stop_reason"]) == (
        MANIFEST.id,
        "paper",
        18,
        "asked",
    )
    (decision,) = rows(store, DecisionRow)
    assert (decision["p"], decision["p_low"]) == (0.6, None)
    assert decision["filters"] == '[{"name":"f","p":"nan","status":"LATE"}]'
    assert [row["pnl"] for row in rows(store, TradeRow)] == [-1.5]
    assert [row["equity"] for row in rows(store, EquityRow)] == [1000.5]
    assert [(row["level"], row["code"], row["text"]) for row in rows(store, AlertRow)] == [
        ("risk: deny", "max-position", "0.2 held"),
        ("error", "venue-down", "연결이 끊겼습니다"),
        ("note", "", "remark ?"),
    ]
    assert [(row["amount"], row["currency"]) for row in rows(store, TransferRow)] == [(D("250.00"), "USDT")]
    assert len(rows(store, OrderEventRow)) == 6
    assert rows(store, Projection)[0] == {"account": "main", "number": 18, "digest": journal.digest}


def test_an_orders_row_is_what_the_fold_of_its_events_says(store: Engine, journal: Journal) -> None:
    write(journal, *STORY)
    project(journal, store)
    (row,) = rows(store, OrderRow)
    view = status_of(ORDER, [message.update.event for message in STORY if isinstance(message, Update)])
    assert (
        (row["status"], row["pending"])
        == (view.status.value, view.pending.value)
        == ("partially filled", "cancel")
    )
    assert (row["filled"], row["average"], row["quantity"]) == (D("0.10"), view.average, D("0.20"))
    assert (row["limit_price"], row["venue_id"], row["strategy"]) == (D("101"), "V1", "sma")
    assert (row["created"], row["updated"]) == (4, 10)


def test_quantities_and_fees_are_exact(store: Engine, journal: Journal) -> None:
    tiny, huge = D("0.000000000000000001"), D("123456789012345678901234567890.123456789")
    order = Order("c1", "X@v", -1, huge, tiny)
    write(
        journal, Intent(order, "sma"), Update(OrderUpdate("c1", "", "X@v", Fill("t", tiny, huge, fee=-tiny)))
    )
    project(journal, store)
    (row,) = rows(store, OrderRow)
    (fill,) = rows(store, FillRow)
    assert (row["quantity"], row["limit_price"], row["filled"]) == (huge, tiny, tiny)
    assert (fill["quantity"], fill["price"], fill["fee"], fill["side"]) == (tiny, huge, -tiny, -1)


def test_a_corrected_fill_stands_once_as_the_fold_takes_it(store: Engine, journal: Journal) -> None:
    write(journal, Intent(ORDER, "sma"), told(Fill("t1", D(2), D(100), 2)))
    project(journal, store)
    write(journal, told(Fill("t1", D(1), D(100), 1)), told(Fill("t2", D(3), D(90), 0)))
    project(journal, store)
    assert [(row["trade_id"], row["quantity"], row["sequence"]) for row in rows(store, FillRow)] == [
        ("t1", D(2), 2), ("t2", D(3), 0),
    ]  # fmt: skip
    assert rows(store, OrderRow)[0]["filled"] == D(5)
    assert rows(store, OrderRow)[0]["overfilled"] is True


def test_what_strangers_do_is_kept_and_is_ours_once_adopted(store: Engine, journal: Journal) -> None:
    write(journal, told(Fill("t1", D(1), D(100)), client_id="", venue_id="V9"))
    project(journal, store)
    assert rows(store, OrderRow) == []
    assert [(row["order_id"], row["side"]) for row in rows(store, FillRow)] == [("venue:V9", 0)]
    adopted = Order("venue:V9", ORDER.instrument, -1, D(1))
    write(journal, Intent(adopted, EXTERNAL))
    project(journal, store)
    (row,) = rows(store, OrderRow)
    assert (row["status"], row["strategy"]) == ("filled", EXTERNAL)
    assert rows(store, FillRow)[0]["side"] == -1


def test_projecting_again_changes_nothing(store: Engine, journal: Journal) -> None:
    write(journal, *STORY)
    project(journal, store)
    before = everything(store)
    assert project(journal, store) == 0
    assert everything(store) == before


def test_step_by_step_is_as_all_at_once(url: str, store: Engine, journal: Journal, tmp_path: Path) -> None:
    for message in STORY:
        write(journal, message)
        assert project(journal, store) == 1
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    project(journal, other)
    assert everything(store) == everything(other)
    other.dispose()


def test_more_than_one_batch_is_projected_whole(store: Engine, journal: Journal) -> None:
    orders = [Order(f"c{n}", "X@v", 1, D(1)) for n in range(BATCH // 2 + 1)]
    write(journal, *(Intent(order, "sma") for order in orders))
    write(journal, *(Update(OrderUpdate(order.client_id, "", "X@v", Created())) for order in orders))
    write(journal, *(Update(OrderUpdate(order.client_id, "", "X@v", Canceled())) for order in orders))
    assert project(journal, store) == journal.last > BATCH
    assert {row["status"] for row in rows(store, OrderRow)} == {"canceled"}


def test_several_at_once_take_turns(store: Engine, journal: Journal) -> None:
    write(journal, *STORY)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(project(journal, store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, len(STORY)]


def test_accounts_share_a_store(store: Engine, journal: Journal, tmp_path: Path) -> None:
    write(journal, *STORY)
    project(journal, store)
    with Journal.open(tmp_path / "second.db", "second") as second:
        write(second, *STORY)
        project(second, store)
        assert {row["account"] for row in rows(store, OrderRow)} == {"main", "second"}
        project(second, store, afresh=True)
    assert len(rows(store, FillRow)) == 4


def test_a_run_that_was_killed_has_no_end(store: Engine, journal: Journal) -> None:
    write(journal, Start("p", "paper", MANIFEST), Start("p", "live", MANIFEST), Stop("asked"))
    project(journal, store)
    assert [(row["number"], row["stopped"], row["stop_reason"]) for row in rows(store, Run)] == [
        (1, None, ""), (2, 3, "asked"),
    ]  # fmt: skip


def test_unknown_kinds_are_skipped(store: Engine, journal: Journal) -> None:
    journal.append([draft(1, Note("known"))])
    journal.append([type(draft(1, Note("")))(2, "horoscope", {"v": 9})])
    assert project(journal, store) == 2
    assert len(rows(store, AlertRow)) == 1


def test_another_journals_rows_are_not_mixed_in(store: Engine, journal: Journal, tmp_path: Path) -> None:
    write(journal, *STORY)
    project(journal, store)
    with Journal.open(tmp_path / "other.db", "main") as other:
        write(other, Note("something else"), Note("and more"))
        before = everything(store)
        with pytest.raises(StoreError, match="come from another journal"):
            project(other, store)
        assert everything(store) == before
        assert project(other, store, afresh=True) == 2
    assert rows(store, OrderRow) == []


def test_a_broken_journal_leaves_the_tables_as_they_were(store: Engine, journal: Journal) -> None:
    write(journal, *STORY[:4])
    project(journal, store)
    write(journal, *STORY[4:])
    journal._db.execute("UPDATE entries SET ts = 0 WHERE number = 9")
    before = everything(store)
    with pytest.raises(DamagedError, match="entry 9"):
        project(journal, store)
    assert everything(store) == before


def test_a_store_can_be_closed_and_opened_again(url: str, journal: Journal) -> None:
    write(journal, *STORY)
    for expected in (len(STORY), 0):
        engine = open_store(url)
        assert project(journal, engine) == expected
        engine.dispose()


def test_sqlite_lets_readers_read_while_it_is_written(tmp_path: Path, journal: Journal) -> None:
    engine = open_store(default_store(journal.path))
    assert (tmp_path / "account.tables.db").is_file()
    write(journal, *STORY)
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO projections VALUES ('x', 0, '')"))
        assert rows(engine, OrderRow) == []
    engine.dispose()


REFUSED = [
    ("", "not a database's URL; expected sqlite:///file.db or postgresql://"),
    ("account.db", "not a database's URL"),
    ("mysql://u:secret@h/d", r"store = 'h/d': 'mysql' isn't supported"),
    ("://:secret@", "not a database's URL"),
]


@pytest.mark.parametrize(("address", "message"), REFUSED)
def test_other_addresses_are_refused_without_their_secrets(address: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as refused:
        open_store(address)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Nothing was changed") as refused:
        open_store(f"postgresql://me:hunter2@/name?host={tmp_path}")
    assert "hunter2" not in str(refused.value)
    assert "postgresql://me:***@" in str(refused.value)


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "tables.db"
    path.write_text("bid,ask\n" * 1000)
    with pytest.raises(StoreError, match="file is not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "bid,ask\n" * 1000
