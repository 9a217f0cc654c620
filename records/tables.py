"""The journal as tables for people: SQL, dashboards, spreadsheets. All of it can be projected again.

Times are ns UTC. ``number`` is the journal's entry that a row comes from. Quantities and prices of orders are
exact. Text that isn't there is "".
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, MetaData, Numeric, String, Text
from sqlalchemy import Table as SqlTable
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Exact(TypeDecorator[Decimal]):
    """A Decimal with all its digits: NUMERIC on PostgreSQL, text on SQLite, whose numbers are floats."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Table(SQLModel):
    """Base of all tables: every row belongs to an account."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(row: type[Table]) -> SqlTable:
    """The table behind a class, for statements about many rows."""
    return Table.metadata.tables[str(row.__tablename__)]


def _key() -> Any:
    return Field(primary_key=True)


def _big(primary_key: bool = False, index: bool = False) -> Any:
    return Field(sa_type=BigInteger, primary_key=primary_key, index=index, nullable=False)


def _big_or_none() -> Any:
    return Field(default=None, sa_type=BigInteger, nullable=True)


def _exact() -> Any:
    return Field(sa_type=Exact, nullable=False)


def _exact_or_none() -> Any:
    return Field(default=None, sa_type=Exact, nullable=True)


def _json() -> Any:
    return Field(sa_type=Text, nullable=False)


class Projection(Table, table=True):
    """How far the account's journal has been projected, and what it was then."""

    __tablename__ = "projections"
    account: str = _key()
    number: int = _big()
    digest: str


class Run(Table, table=True):
    """A run of the bot with its manifest. stopped: None while it runs, and when it was killed."""

    __tablename__ = "runs"
    account: str = _key()
    number: int = _big(primary_key=True)
    manifest: str = Field(index=True)
    profile: str
    mode: str
    code: str
    config: str
    data: str
    seed: int = _big()
    versions: str = _json()
    cpu: str
    started: int = _big()
    stopped: int | None = _big_or_none()
    stop_reason: str = ""


class OrderRow(Table, table=True):
    """An order as the fold of all that is known of it says. body: as it was meant, JSON.

    quantity, limit_price: as last replaced.
    """

    __tablename__ = "orders"
    account: str = _key()
    client_id: str = _key()
    number: int = _big()
    venue_id: str = ""
    strategy: str = Field(index=True)
    instrument: str = Field(index=True)
    side: int
    quantity: Decimal = _exact()
    limit_price: Decimal | None = _exact_or_none()
    trigger_price: Decimal | None = _exact_or_none()
    reduces: bool
    reason: str
    seq: int = _big()
    body: str = _json()
    status: str = Field(index=True)
    filled: Decimal = _exact()
    average: Decimal | None = _exact_or_none()
    pending: str
    overfilled: bool
    created: int = _big(index=True)
    updated: int = _big()


class OrderEventRow(Table, table=True):
    """One thing that became known. order_id: client id, or ``venue:`` and the venue's. body: the event, JSON.

    ts: when the venue says it was, 0 = it doesn't say. known: when we knew.
    """

    __tablename__ = "order_events"
    account: str = _key()
    number: int = _big(primary_key=True)
    order_id: str = Field(index=True)
    venue_id: str
    instrument: str
    event: str
    body: str = _json()
    ts: int = _big()
    known: int = _big(index=True)


class FillRow(Table, table=True):
    """One execution, as last corrected. side: 0 when its order isn't ours."""

    __tablename__ = "fills"
    account: str = _key()
    order_id: str = _key()
    trade_id: str = _key()
    number: int = _big()
    sequence: int = _big()
    instrument: str = Field(index=True)
    side: int
    quantity: Decimal = _exact()
    price: Decimal = _exact()
    fee: Decimal = _exact()
    fee_currency: str
    tax: Decimal = _exact()
    maker: bool
    ts: int = _big(index=True)


class DecisionRow(Table, table=True):
    """What became of a signal. filters: their answers, JSON."""

    __tablename__ = "decisions"
    account: str = _key()
    number: int = _big(primary_key=True)
    seq: int = _big(index=True)
    ts: int = _big(index=True)
    instrument: str = Field(index=True)
    strategy: str
    action: str
    why: str
    cap: str
    side: int
    lots: int = _big()
    p: float | None = None
    p_low: float | None = None
    p_star: float | None = None
    base_rate: float | None = None
    filters: str = _json()


class TradeRow(Table, table=True):
    """A position from its first fill to flat. pnl: net, account currency."""

    __tablename__ = "trades"
    account: str = _key()
    number: int = _big(primary_key=True)
    instrument: str = Field(index=True)
    strategy: str = Field(index=True)
    side: int
    lots: int = _big()
    seq: int = _big()
    entry_ts: int = _big()
    exit_ts: int = _big(index=True)
    entry: float | None = None
    exit: float | None = None
    pnl: float | None = None
    fees: float | None = None
    reason: str
    outcome: str


class EquityRow(Table, table=True):
    """The account at a bar's close."""

    __tablename__ = "equity"
    account: str = _key()
    number: int = _big(primary_key=True)
    ts: int = _big(index=True)
    equity: float | None = None
    cash: float | None = None


class AlertRow(Table, table=True):
    """What people must hear of: alarms, and every order that a risk control reduced or denied."""

    __tablename__ = "alerts"
    account: str = _key()
    number: int = _big(primary_key=True)
    known: int = _big(index=True)
    level: str
    code: str = Field(index=True)
    text: str
    instrument: str
    client_id: str


class TransferRow(Table, table=True):
    """Money that came (> 0) or went (< 0) without trading."""

    __tablename__ = "deposits_withdrawals"
    account: str = _key()
    transfer_id: str = _key()
    number: int = _big()
    currency: str
    amount: Decimal = _exact()
    ts: int = _big()
    note: str
