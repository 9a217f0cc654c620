"""The first tables: runs, orders and their events, fills, decisions, trades, equity, alerts, transfers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

EXACT = sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    for name, columns in TABLES.items():
        key = [column.name for column in columns if column.primary_key]
        op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))
    for table, indexed in INDEXES.items():
        for column in indexed:
            op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _key(name: str, kind: Any = sa.String) -> "sa.Column[Any]":
    return sa.Column(name, kind, primary_key=True, nullable=False)


def _text(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.String, nullable=False)


def _json(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text, nullable=False)


def _big(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _small(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer, nullable=False)


def _yes(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Boolean, nullable=False)


def _exact(name: str, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, EXACT, nullable=nullable)


def _float(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Float, nullable=True)


TABLES: dict[str, list[sa.Column[Any]]] = {
    "projections": [
        _key("account"),
        _big("number"),
        _text("digest"),
    ],
    "runs": [
        _key("account"),
        _key("number", sa.BigInteger),
        _text("manifest"),
        _text("profile"),
        _text("mode"),
        _text("code"),
        _text("config"),
        _text("data"),
        _big("seed"),
        _json("versions"),
        _text("cpu"),
        _big("started"),
        _big("stopped", nullable=True),
        _text("stop_reason"),
    ],
    "orders": [
        _key("account"),
        _key("client_id"),
        _big("number"),
        _text("venue_id"),
        _text("strategy"),
        _text("instrument"),
        _small("side"),
        _exact("quantity"),
        _exact("limit_price", nullable=True),
        _exact("trigger_price", nullable=True),
        _yes("reduces"),
        _text("reason"),
        _big("seq"),
        _json("body"),
        _text("status"),
        _exact("filled"),
        _exact("average", nullable=True),
        _text("pending"),
        _yes("overfilled"),
        _big("created"),
        _big("updated"),
    ],
    "order_events": [
        _key("account"),
        _key("number", sa.BigInteger),
        _text("order_id"),
        _text("venue_id"),
        _text("instrument"),
        _text("event"),
        _json("body"),
        _big("ts"),
        _big("known"),
    ],
    "fills": [
        _key("account"),
        _key("order_id"),
        _key("trade_id"),
        _big("number"),
        _big("sequence"),
        _text("instrument"),
        _small("side"),
        _exact("quantity"),
        _exact("price"),
        _exact("fee"),
        _text("fee_currency"),
        _exact("tax"),
        _yes("maker"),
        _big("ts"),
    ],
    "decisions": [
        _key("account"),
        _key("number", sa.BigInteger),
        _big("seq"),
        _big("ts"),
        _text("instrument"),
        _text("strategy"),
        _text("action"),
        _text("why"),
        _text("cap"),
        _small("side"),
        _big("lots"),
        _float("p"),
        _float("p_low"),
        _float("p_star"),
        _float("base_rate"),
        _json("filters"),
    ],
    "trades": [
        _key("account"),
        _key("number", sa.BigInteger),
        _text("instrument"),
        _text("strategy"),
        _small("side"),
        _big("lots"),
        _big("seq"),
        _big("entry_ts"),
        _big("exit_ts"),
        _float("entry"),
        _float("exit"),
        _float("pnl"),
        _float("fees"),
        _text("reason"),
        _text("outcome"),
    ],
    "equity": [
        _key("account"),
        _key("number", sa.BigInteger),
        _big("ts"),
        _float("equity"),
        _float("cash"),
    ],
    "alerts": [
        _key("account"),
        _key("number", sa.BigInteger),
        _big("known"),
        _text("level"),
        _text("code"),
        _text("text"),
        _text("instrument"),
        _text("client_id"),
    ],
    "deposits_withdrawals": [
        _key("account"),
        _key("transfer_id"),
        _big("number"),
        _text("currency"),
        _exact("amount"),
        _big("ts"),
        _text("note"),
    ],
}
INDEXES = {
    "runs": ("manifest",),
    "orders": (
        "strategy",
        "instrument",
        "status",
        "created",
    ),
    "order_events": (
        "order_id",
        "known",
    ),
    "fills": (
        "instrument",
        "ts",
    ),
    "decisions": (
        "seq",
        "ts",
        "instrument",
    ),
    "trades": (
        "instrument",
        "strategy",
        "exit_ts",
    ),
    "equity": ("ts",),
    "alerts": (
        "known",
        "code",
    ),
}
