"""LS's field tables: which blocks a TR takes and gives, and how each field is written on the wire.

The tables stand in ``ls_fields_fo``, ``_stock`` and ``_stream``: a line "TR path personal/corporate rate", of
streams "TR", then its blocks: ``<`` asked, ``>`` answered, ``[]`` an array. Behind a name:

    #    a JSON number             .2   a string with two decimals
    '    a string of a whole number     nothing: a string as it is

``=TR`` in place of names: those of that TR's block, which stands above; ``-name``: without this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from brokers.simulators.ls_fields_fo import FO
from brokers.simulators.ls_fields_stock import STOCK
from brokers.simulators.ls_fields_stream import STREAM

Row = dict[str, Any]


@dataclass
class Block:
    """fields: how each is written, by name."""

    name: str
    array: bool = False
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Layout:
    """One TR. personal, corporate: requests a second; 0 = not known. path: "" = a stream."""

    tr: str
    path: str = ""
    personal: int = 0
    corporate: int = 0
    asked: Block = field(default_factory=lambda: Block(""))
    answered: dict[str, Block] = field(default_factory=dict)


@cache
def rest_layouts() -> dict[str, Layout]:
    """Every TR that is asked for, by its code."""
    return _read(FO) | _read(STOCK)


@cache
def stream_layouts() -> dict[str, Layout]:
    """Every stream, by its code. SC2, SC3 and SC4 have no table: they share SC1's."""
    found = _read(STREAM)
    return found | {tr: found["SC1"] for tr in ("SC2", "SC3", "SC4")}


def _read(table: str) -> dict[str, Layout]:
    found: dict[str, Layout] = {}
    layout, block = Layout(""), Block("")
    for line in table.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            layout = _headed(words)
            found[layout.tr] = layout
            continue
        if words[0][0] in "<>":
            block = _opened(layout, words.pop(0))
        for word in words:
            _described(layout, block, word, found)
    return found


def _described(layout: Layout, block: Block, word: str, above: Mapping[str, Layout]) -> None:
    """Take one word of a block into it."""
    if word[0] == "=":
        other = above[word[1:]]
        name = other.tr + block.name.removeprefix(layout.tr) if layout.path else block.name
        block.fields |= (other.asked if other.asked.name == name else other.answered[name]).fields
    elif word[0] == "-":
        del block.fields[word[1:]]
    else:
        name = word.rstrip("#'").partition(".")[0]
        block.fields[name] = word[len(name) :]


def _headed(words: list[str]) -> Layout:
    if len(words) == 1:
        return Layout(words[0])
    tr, path, rates = words
    personal, corporate = (0 if rate == "-" else int(rate) for rate in rates.split("/"))
    return Layout(tr, path, personal, corporate)


def _opened(layout: Layout, word: str) -> Block:
    name = word[1:].removesuffix("[]")
    block = Block(name, word.endswith("[]"))
    if word[0] == "<":
        layout.asked = block
    else:
        layout.answered[name] = block
    return block


def filled(block: Block, values: Mapping[str, object]) -> Row:
    """A block as it is sent: all fields of its table, written as that says. Other names raise KeyError."""
    unknown = values.keys() - block.fields.keys()
    if unknown:
        raise KeyError(f"{block.name} has no field {', '.join(sorted(unknown))}")
    return {name: _written(mark, values.get(name)) for name, mark in block.fields.items()}


def _written(mark: str, value: object) -> str | int:
    if mark == "#":
        return int(Decimal(str(value))) if value not in (None, "") else 0
    if mark.startswith("."):
        return f"{Decimal(str(value if value not in (None, '') else 0)):.{mark[1:]}f}"
    if value is None:
        return "0" if mark == "'" else ""
    return str(value)
