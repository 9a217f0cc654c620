"""All of what a venue gives in pages by time, or an error that says it can't be had whole."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from market.errors import VenueDown

Row = dict[str, Any]
Page = Callable[[int, int, int], Awaitable[list[Row]]]  # (since ms, until ms, limit) -> oldest first


@dataclass(frozen=True)
class Span:
    """limit: rows in one answer. ms: the longest time one query may cover; 0 = any."""

    limit: int
    ms: int = 0


async def everything(page: Page, since: int, until: int, span: Span) -> list[Row]:
    """Every row of [since, until], both in ms, each once, oldest first.

    A full page is followed from its last instant on. Raises VenueDown when a full page lies within one
    instant: what is behind it can't be asked for.
    """
    rows: dict[Any, Row] = {}
    start = since
    while start <= until:
        end = until if not span.ms else min(start + span.ms - 1, until)
        start = await _window(page, start, end, span.limit, rows)
    return sorted(rows.values(), key=lambda row: (row["timestamp"] or 0, str(row["id"])))


async def _window(page: Page, start: int, end: int, limit: int, rows: dict[Any, Row]) -> int:
    """One window, to its end; where the next begins."""
    while True:
        found = await page(start, end, limit)
        for row in found:
            rows[row["id"]] = row
        if len(found) < limit:
            return end + 1
        last = max(int(row["timestamp"] or 0) for row in found)
        if last <= start and min(int(row["timestamp"] or 0) for row in found) == last:
            raise VenueDown(
                f"the venue lists more than {limit} rows at one instant ({last} ms); the rest is lost."
            )
        start = last
