"""What is written is what is read: orders, events, messages of the contract and every kind of entry."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from brokers.contract import BRACKETS, AccountReport, BarEvent, OrderUpdate
from desk.orders import Accepted, Canceled, Expired, Fill, Order, OrderEvent
from desk.records import DECISION, TRADE
from market.contracts import korean_equity
from market.errors import ConfigError, DataError
from market.instruments import Instrument
from market.labels import LABEL
from records.chain import Entry, canonical
from records.codec import from_json, to_json
from records.entries import KINDS, Kind, Unknown, draft, from_body, message_of
from records.errors import DamagedError
from records.inputs import Bar, Intent, Owned, Timer, Transfer, Update
from records.outcomes import Decision, Trade
from records.steps import Step
from strategies.signals import SIGNAL
from tests.records.messages import BAR, CONTRACT, EVENTS, MESSAGES, ORDERS, UPDATES


def through_text(kind: Any, value: Any) -> Any:
    return from_json(kind, json.loads(canonical(to_json(value, kind))))


def written(message: Any, ts: int = 1) -> Entry:
    one = draft(ts, message)
    return Entry(
        1, ts, one.kind, one.key, one.body if isinstance(one.body, bytes) else canonical(one.body), b""
    )


@given(ORDERS)
def test_an_order_comes_back_to_the_last_digit(order: Order) -> None:
    assert repr(through_text(Order, order)) == repr(order)


@given(EVENTS)
def test_an_order_event_comes_back_as_the_event_it_was(event: Any) -> None:
    assert repr(through_text(OrderEvent, event)) == repr(event)


@given(CONTRACT)
def test_a_message_of_the_contract_comes_back(message: Any) -> None:
    assert repr(through_text(type(message), message)) == repr(message)


def test_balances_come_back_by_currency() -> None:
    report = AccountReport({"USDT": Decimal("1E+3")}, {"USDT": Decimal("0.10")}, None, False, 5)
    assert repr(through_text(AccountReport, report)) == repr(report)


@given(MESSAGES)
def test_every_kind_of_entry_comes_back(message: Any) -> None:
    assert repr(message_of(written(message))) == repr(message)


@given(MESSAGES)
def test_equal_messages_give_equal_bytes(message: Any) -> None:
    again = message_of(written(message))
    assert written(again) == written(message)


def test_what_an_account_owned_was_once_written_as_a_transfer() -> None:
    old = Transfer("baseline|BTCUSDT@binance", "BTCUSDT@binance", Decimal("0.75"), 5)
    assert message_of(written(old)) == Owned({"BTCUSDT@binance": Decimal("0.75")})
    body = json.loads(str(written(Transfer("t", "USDT", Decimal(5))).body))
    del body["booked"]  # older code booked nothing
    entry = Entry(1, 1, "transfer", "t", canonical(body), b"")
    assert message_of(entry) == Transfer("t", "USDT", Decimal(5), booked=Decimal(0))


def test_every_kind_has_been_covered() -> None:
    assert {kind.message.__name__ for kind in KINDS.values()} >= {"Bar", "Step", "Intent", "Update", "Start"}


def test_numbers_of_numpy_are_written_as_plain_ones() -> None:
    bar = BarEvent("X@v", np.int64(60), np.int64(7), *np.array([1, 2, 1, 2, 0.1]))  # type: ignore[arg-type]
    assert canonical(to_json(bar)) == canonical(to_json(BarEvent("X@v", 60, 7, 1.0, 2.0, 1.0, 2.0, 0.1)))


@pytest.mark.parametrize("n_signals", [0, 3])
def test_a_step_comes_back_array_by_array(n_signals: int) -> None:
    random = np.random.default_rng(1)
    step = Step(
        7,
        np.frombuffer(random.bytes(SIGNAL.itemsize * n_signals), SIGNAL),
        random.random((n_signals, 2)),
        np.ones((n_signals, 2), np.int8),
        np.zeros(n_signals, LABEL),
    )
    again = message_of(written(step))
    assert isinstance(again, Step)
    assert again.ts == 7
    assert again.signals.dtype == SIGNAL
    assert again.labels.dtype == LABEL
    for name in SIGNAL.names or ():
        np.testing.assert_array_equal(again.signals[name], step.signals[name])
    np.testing.assert_array_equal(again.p, step.p if n_signals else np.zeros((0, 0)))
    assert written(again).body == written(step).body


def test_a_bar_without_signals_costs_few_bytes() -> None:
    quiet = Step(7, np.zeros(0, SIGNAL), np.zeros((0, 2)), np.zeros((0, 2), np.int8), np.zeros(0, LABEL))
    assert len(written(quiet).body) < 100


@given(UPDATES)
def test_when_and_by_whom_an_update_was_told_does_not_change_its_name(update: OrderUpdate) -> None:
    assume(not update.client_id.endswith(tuple(BRACKETS)))  # a bracket's rest is told once a bar
    assert Update(replace(update, ts=update.ts ^ 1, instrument="")).key == Update(update).key


@pytest.mark.parametrize("suffix", BRACKETS)
def test_a_brackets_rest_is_told_once_a_bar(suffix: str) -> None:
    told = OrderUpdate(f"c1{suffix}", "V", "X@v", Expired(), 60)
    assert Update(replace(told, ts=120)).key != Update(told).key
    assert Update(replace(told, instrument="")).key == Update(told).key


def test_events_that_differ_have_different_names() -> None:
    told = [
        OrderUpdate("c1", "V", "X@v", Accepted("V")),
        OrderUpdate("c2", "V", "X@v", Accepted("V")),
        OrderUpdate("", "V", "X@v", Canceled()),
        OrderUpdate("c1", "V", "X@v", Canceled()),
        OrderUpdate("c1", "V", "X@v", Fill("t1", Decimal(1), Decimal(1))),
        OrderUpdate("c1", "V", "X@v", Fill("t2", Decimal(1), Decimal(1))),
        OrderUpdate("c1", "V", "X@v", Fill("t1", Decimal(1), Decimal(1), sequence=1)),
    ]
    assert len({Update(update).key for update in told}) == len(told)


def test_a_kind_nobody_knows_is_kept_and_can_be_skipped() -> None:
    strange = Entry(9, 1, "horoscope", None, '{"v":3}', b"")
    assert message_of(strange) == Unknown("horoscope", '{"v":3}')


def test_a_field_of_newer_code_is_skipped_and_a_missing_one_has_its_default() -> None:
    order = Order("c1", "X@v", 1, Decimal(1))
    body = {**json.loads(str(written(Intent(order, "sma", "ENTRY", 4)).body)), "colour": "red"}
    del body["desk_id"], body["order"]["reduces"]
    assert from_body(KINDS["intent"], body) == Intent(order, "sma", "ENTRY", 4)


def test_a_newer_version_of_a_known_kind_is_refused_not_guessed() -> None:
    with pytest.raises(ConfigError, match=r"entry 3 \(timer\): written by a newer Maemae \(version 2"):
        message_of(Entry(3, 1, "timer", None, '{"v":2,"name":"x","due":"soon"}', b""))


def test_an_older_version_is_read_as_its_kind_says() -> None:
    in_seconds = Entry(3, 1, "timer", None, '{"v":1,"name":"x","due":7}', b"")
    kinds = {"timer": Kind(Timer, 2, lambda _, body: {**body, "due": body["due"] * 10**9})}
    assert message_of(in_seconds, kinds) == Timer("x", 7_000_000_000)


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"v":1}', '{"v":1,"name":1,"due":7}', '{"v":1,"name":"x","due":7.5}', b"x"]
)
def test_a_body_that_is_none_names_its_entry(body: str | bytes) -> None:
    with pytest.raises(DamagedError, match=r"entry 3 \(timer\)"):
        message_of(Entry(3, 1, "timer", None, body, b""))


def test_a_decimal_written_as_a_number_is_refused() -> None:
    with pytest.raises(DataError, match="isn't str"):
        from_json(Fill, {"trade_id": "t", "quantity": 0.1, "price": "1"})


def test_a_decision_of_the_desk_is_told_in_words() -> None:
    row = np.zeros(1, DECISION)[0]
    row["action"], row["why"], row["cap"], row["side"], row["p"] = 2, 3, 0, 1, 0.4
    row["opinion"][:2], row["status"][:2] = (0.4, np.nan), (0, 1)
    told = Decision.of(row, 5, "X@v", "sma", ["technical", "regime"])
    assert (told.action, told.why, told.cap) == ("PASS", "RULE", "NONE")
    assert [(one.name, one.status) for one in told.filters] == [
        ("technical", "ANSWERED"),
        ("regime", "ABSTAINED"),
    ]


def test_a_trade_of_the_desk_is_told_in_words() -> None:
    row = np.zeros(1, TRADE)[0]
    row["side"], row["reason"], row["outcome"], row["pnl"] = -1, 5, 2, -12.5
    told = Trade.of(row, "X@v", "sma", 1, 2)
    assert (told.side, told.reason, told.outcome, told.pnl) == (-1, "STOP", "STOP_LOSS", -12.5)


def test_the_same_bar_has_the_same_name() -> None:
    assert Bar(BAR).key == Bar(replace(BAR, known=5)).key


def test_instruments_are_written_whole() -> None:
    """Rows of unlike fields, such as a tax and its first day."""
    one = korean_equity("005930", "ls")
    assert one.sell_taxes and len(one.ticks) > 1
    assert from_json(Instrument, to_json(one)) == one
