"""Tables that fit the terminal: one that doesn't is split or told in lines. A number is never cut."""

import re
from collections.abc import Sequence
from typing import IO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

BETWEEN = 3  # blanks between columns
NARROW = 60  # below it, names stand above what they name
_TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)
Column = tuple[str, Sequence[str]]  # its head and its cells


def plain_console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """Text is printed as it stands: brackets in it, such as [fills], are no markup."""
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def put(console: Console, *parts: RenderableType, soft_wrap: bool = False) -> None:
    """Print without blanks at the ends of lines. soft_wrap: leave long lines to the terminal."""
    for part in parts:
        with console.capture() as captured:
            console.print(part, soft_wrap=soft_wrap)
        console.file.write(_TRAILING.sub(r"\1", captured.get()))


def figure_tables(labels: Sequence[str], columns: Sequence[Column], width: int) -> list[RenderableType]:
    """A row a label; as many columns side by side as fit, the others below under the labels they fill."""
    room = width - max(map(cell_len, labels))
    wide = [_needs(head, cells) + BETWEEN for head, cells in columns]
    tables: list[RenderableType] = []
    start = 0
    while start < len(columns):
        stop = start + 1
        while stop < len(columns) and sum(wide[start : stop + 1]) <= room:
            stop += 1
        if wide[start] > room:  # not even one beside the labels
            head, cells = columns[start]
            lines = [head, *[f"{label}: {cell}" for label, cell in zip(labels, cells, strict=True)]]
            tables.append(Text("\n".join(lines)))
        else:
            tables.append(_table(_said([("", labels), *columns[start:stop]]), width))
        start = stop
    return tables


def _said(columns: Sequence[Column]) -> list[Column]:
    """Without the rows that say nothing."""
    rows = [row for row in zip(*[cells for _, cells in columns], strict=True) if any(row[1:])]
    return [(head, [row[place] for row in rows]) for place, (head, _) in enumerate(columns)]


def record_table(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> RenderableType:
    """A row a record under ``heads``; where that doesn't fit, a line each: its first cell, then the others by
    name."""
    columns = [(head, [row[place] for row in rows]) for place, head in enumerate(heads)]
    if _total([_needs(*column) for column in columns]) <= width:
        return _table(columns, width)
    lines = []
    for row in rows:
        named = zip(heads[1:], row[1:], strict=True)
        lines.append(f"{row[0]}: {', '.join(f'{head} {cell}' for head, cell in named)}")
    return Text("\n".join(lines))


def named_lines(rows: Sequence[tuple[str, str]], width: int, most: int) -> RenderableType:
    """Names beside what they name, or before it where the terminal is narrow. most: columns for the names."""
    if width < NARROW:
        return Text("\n".join(f"{name}: {said}" for name, said in rows))
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=most)
    table.add_column(overflow="fold")
    for name, said in rows:
        table.add_row(name, said)
    return table


def _table(columns: Sequence[Column], width: int) -> Text:
    """The columns side by side, numbers flush right; heads on one line where there is room."""
    wide = [max(map(cell_len, [head, *cells])) for head, cells in columns]
    if _total(wide) > width:
        wide = [_needs(*column) for column in columns]
    heads = [_wrapped(head, room) for (head, _), room in zip(columns, wide, strict=True)]
    high = max(map(len, heads))
    above = [_line([[""] * (high - len(head)) + head for head in heads], wide, row) for row in range(high)]
    body = [cells for _, cells in columns]
    below = [_line(body, wide, row) for row in range(len(body[0]))]
    told = Text("\n".join(above), style="bold")
    return Text("\n").join([told, Text("─" * _total(wide)), *map(Text, below)])


def _line(columns: Sequence[Sequence[str]], wide: Sequence[int], row: int) -> str:
    cells = [
        (cells[row], " " * (room - cell_len(cells[row]))) for cells, room in zip(columns, wide, strict=True)
    ]
    first, *others = cells
    return (" " * BETWEEN).join(["".join(first), *[f"{blank}{cell}" for cell, blank in others]])


def _wrapped(head: str, room: int) -> list[str]:
    """The head's words on as few lines as fit."""
    lines = [""]
    for word in head.split():
        longer = f"{lines[-1]} {word}".strip()
        if cell_len(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _needs(head: str, cells: Sequence[str]) -> int:
    """Columns of the terminal that keep every cell, and every word of the head, on one line."""
    return max(map(cell_len, [*head.split(), *cells]), default=0)


def _total(wide: Sequence[int]) -> int:
    return sum(wide) + BETWEEN * (len(wide) - 1)
