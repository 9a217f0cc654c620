"""What a kill leaves in its file for the next start: the fills of what it closed."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from brokers.contract import FillReport
from market.errors import MaemaeError
from records.codec import from_json, to_json
from records.durable import place
from records.inputs import Update

FILLS = "fills"


def with_fills(known: Mapping[str, Any], fills: list[FillReport]) -> dict[str, Any]:
    """The file's content with these as well: an earlier kill's may not be booked yet."""
    told = [{"side": each.side, **to_json(Update(each.update))} for each in fills]
    return {**known, FILLS: [*known.get(FILLS, ()), *told]}


def read_fills(path: Path) -> list[FillReport]:
    """Oldest first; none where it left none, or its file can't be read."""
    try:
        told = json.loads(path.read_bytes()).get(FILLS, ())
        return [FillReport(from_json(Update, each).update, int(each["side"])) for each in told]
    except (OSError, ValueError, AttributeError, TypeError, KeyError, MaemaeError):
        return []


def forget_fills(path: Path) -> None:
    """They are in the journal: another life must not take them for its own."""
    known = json.loads(path.read_bytes())
    with suppress(OSError):  # a full disk stops no start: the journal knows them
        place(path, json.dumps({name: value for name, value in known.items() if name != FILLS}).encode())
