"""Charts as PNG for a phone: candles with fills, and the equity curve. Drawn with Pillow, without a display.

Raises ConfigError when Pillow is missing or there is nothing to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
from math import floor, isfinite, log10, nan
from pathlib import Path
from typing import TYPE_CHECKING

from live.control.answers import Chart, Curve
from live.messages.voice import Voice, money, percent, price
from market.errors import ConfigError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

WIDTH, HEIGHT = 1080, 640  # pixels as sent
FINER = 2  # drawn this many times larger, then reduced: smooth lines
LEFT, RIGHT, TOP, BOTTOM = 20, 130, 64, 44
PAPER, INK, FAINT, GRID = "#ffffff", "#1f2933", "#7b8794", "#e4e7eb"
COLOURS = "#0b8457", "#c0392b"  # up, down
KOREAN_COLOURS = "#d32f2f", "#1565c0"  # in Korea what rises is red
LINE, FALL = "#6d28d9", "#c0392b"
_HANGUL = (
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansKR-Regular.ttf",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)


@dataclass(frozen=True)
class Plane:
    """From data to pixels. x: 0 to n - 1 places; y: low to high values."""

    left: float
    top: float
    right: float
    bottom: float
    n: int
    low: float
    high: float

    def x(self, place: float) -> float:
        return self.left + (place + 0.5) * (self.right - self.left) / self.n

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


class Sheet:
    """An empty picture to draw on, in pixels as sent."""

    def __init__(self, voice: Voice) -> None:
        try:
            from PIL import Image
            from PIL.ImageDraw import Draw
        except ImportError:
            raise ConfigError("charts need Pillow: pip install 'maemae[live]'.") from None
        self._image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
        self._draw: ImageDraw = Draw(self._image)
        self.up, self.down = KOREAN_COLOURS if voice.language == "ko" else COLOURS
        self.voice = voice if hangul() else voice.speaking("en")

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.5) -> None:
        self._draw.line([_fine(x, y) for x, y in points], fill=colour, width=max(1, round(width * FINER)))

    def dashes(self, left: float, right: float, y: float, colour: str) -> None:
        x = left
        while x < right:
            self.line([(x, y), (min(x + 8, right), y)], colour)
            x += 14

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self._draw.rectangle([_fine(left, top), _fine(right, max(bottom, top + 1))], fill=colour)

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        self._draw.polygon([_fine(x, y) for x, y in points], fill=colour)

    def text(
        self, x: float, y: float, words: str, size: int = 18, colour: str = INK, anchor: str = "lm"
    ) -> None:
        self._draw.text(_fine(x, y), words, font=_font(size * FINER), fill=colour, anchor=anchor)

    def png(self) -> bytes:
        out = BytesIO()
        self._image.resize((WIDTH, HEIGHT)).save(out, "PNG", optimize=True)
        return out.getvalue()


def candles(chart: Chart, voice: Voice) -> bytes:
    """Bars with fills as triangles and the position's entry, stop and target as lines."""
    if not chart.ts:
        raise ConfigError(f"{chart.instrument}: there are no bars to draw yet.")
    sheet = Sheet(voice)
    lines = [
        ("entry", chart.entry, LINE),
        ("stop", chart.stop, sheet.down),
        ("target", chart.target, sheet.up),
    ]
    shown = [(name, value, colour) for name, value, colour in lines if isfinite(value)]
    seen = [v for v in (*chart.low, *chart.high, *(value for _, value, _ in shown)) if isfinite(v)]
    plane = _plane(seen, len(chart.ts))
    last, first = _last(chart.close), _first(chart.open)
    _title(sheet, chart.instrument, f"{_short(last)}  {percent(100.0 * (last / first - 1.0))}", last >= first)
    _grid(sheet, plane, chart.ts, lambda value: price(round(value, _places(plane))))
    _bars(sheet, plane, chart)
    for name, value, colour in shown:
        _level(sheet, plane, value, f"{sheet.voice.say(name)} {_short(value)}", colour)
    _marks(sheet, plane, chart)
    return sheet.png()


def equity(curve: Curve, voice: Voice) -> bytes:
    """The curve above, how far it is below its highest below."""
    known = [(ts, value) for ts, value in zip(curve.ts, curve.equity, strict=True) if isfinite(value)]
    if not known:
        raise ConfigError("there is no equity to draw yet.")
    sheet = Sheet(voice)
    times, values = [ts for ts, _ in known], [value for _, value in known]
    plane = _plane(values, len(values), bottom=HEIGHT - 190)
    gain = values[-1] - values[0]
    growth = 100.0 * gain / values[0] if values[0] > 0 else nan
    amounts = f"{money(values[-1], curve.currency)}  {percent(growth)}"
    _title(sheet, sheet.voice.say("equity"), amounts, gain >= 0.0)
    _grid(sheet, plane, times, lambda value: f"{value:,.{_places(plane)}f}")
    points = [(plane.x(k), plane.y(value)) for k, value in enumerate(values)]
    sheet.area([*points, (points[-1][0], plane.bottom), (points[0][0], plane.bottom)], "#dbeafe")
    sheet.line([*points, points[-1]], LINE, 2.5)
    _underwater(sheet, values)
    return sheet.png()


def _underwater(sheet: Sheet, values: Sequence[float]) -> None:
    peak, falls = values[0], []
    for value in values:
        peak = max(peak, value)
        falls.append(100.0 * (value / peak - 1.0) if peak > 0 else 0.0)
    deepest = min(*falls, -0.01)
    plane = Plane(LEFT, HEIGHT - 130, WIDTH - RIGHT, HEIGHT - 20, len(falls), deepest, 0.0)
    points = [(plane.x(k), plane.y(fall)) for k, fall in enumerate(falls)]
    sheet.area([(points[0][0], plane.top), *points, (points[-1][0], plane.top)], "#fde2e1")
    sheet.line([*points, points[-1]], FALL)
    sheet.text(WIDTH - RIGHT + 8, plane.top, "0 %", 16, FAINT)
    sheet.text(WIDTH - RIGHT + 8, plane.bottom, percent(deepest), 16, FAINT)
    sheet.text(LEFT, plane.top - 14, sheet.voice.say("worst drawdown"), 16, FAINT)


def _plane(seen: Sequence[float], n: int, bottom: float = HEIGHT - BOTTOM) -> Plane:
    low, high = min(seen), max(seen)
    room = 0.06 * (high - low) or 0.01 * abs(high) or 1.0
    return Plane(LEFT, TOP, WIDTH - RIGHT, bottom, n, low - room, high + room)


def _title(sheet: Sheet, name: str, figures: str, good: bool) -> None:
    sheet.text(LEFT, 30, name, 26)
    sheet.text(WIDTH - 20, 30, figures, 24, sheet.up if good else sheet.down, "rm")


def _grid(sheet: Sheet, plane: Plane, times: Sequence[int], label: Callable[[float], str]) -> None:
    for value in _round_values(plane.low, plane.high):
        y = plane.y(value)
        sheet.line([(plane.left, y), (plane.right, y)], GRID, 1)
        sheet.text(plane.right + 8, y, label(value), 16, FAINT)
    long = times[-1] - times[0] > 5 * 86_400 * 10**9
    for k in range(0, plane.n, max(1, plane.n // 6)):
        moment = sheet.voice.day(times[k])[5:] if long else sheet.voice.time(times[k])
        if plane.x(k) < plane.right - 50:
            sheet.text(plane.x(k), plane.bottom + 20, moment, 16, FAINT, "lm")


def _bars(sheet: Sheet, plane: Plane, chart: Chart) -> None:
    half = max(0.5, 0.35 * (plane.right - plane.left) / plane.n)
    for k, (o, h, l, c) in enumerate(zip(chart.open, chart.high, chart.low, chart.close, strict=True)):
        if not all(map(isfinite, (o, h, l, c))):
            continue
        colour, x = (sheet.up if c >= o else sheet.down), plane.x(k)
        sheet.line([(x, plane.y(h)), (x, plane.y(l))], colour, 1.2)
        sheet.box(x - half, plane.y(max(o, c)), x + half, plane.y(min(o, c)), colour)


def _marks(sheet: Sheet, plane: Plane, chart: Chart) -> None:
    """A buy points up from below its price, a sale down from above."""
    for mark in chart.marks:
        place = _place_of(mark.ts, chart.ts)
        if place is None or not plane.low < mark.price < plane.high:
            continue
        x, y, away = plane.x(place), plane.y(mark.price), 14 * mark.side
        for grown, colour in ((3, PAPER), (0, sheet.up if mark.side > 0 else sheet.down)):
            wide = 9 + grown
            sheet.area([(x, y - grown * mark.side), (x - wide, y + away), (x + wide, y + away)], colour)


def _level(sheet: Sheet, plane: Plane, value: float, words: str, colour: str) -> None:
    sheet.dashes(plane.left, plane.right, plane.y(value), colour)
    sheet.text(plane.left + 4, plane.y(value) - 13, words, 16, colour)


def _place_of(ts: int, opens: Sequence[int]) -> int | None:
    """The bar a moment falls into."""
    if not opens or ts < opens[0]:
        return None
    return next((k for k, (_, after) in enumerate(pairwise(opens)) if ts < after), len(opens) - 1)


def _round_values(low: float, high: float) -> list[float]:
    """Four to ten round numbers between."""
    raw = (high - low) / 8
    unit = 10.0 ** floor(log10(raw))
    step = next(unit * factor for factor in (1.0, 2.0, 5.0, 10.0) if unit * factor >= raw)
    first = floor(low / step) + 1
    return [k * step for k in range(first, floor(high / step) + 1)]


def _places(plane: Plane) -> int:
    """Decimal places that tell neighbouring grid lines apart."""
    return max(0, 1 - floor(log10((plane.high - plane.low) / 8)))


def _short(value: float) -> str:
    """Seven digits are enough on a picture."""
    return price(float(f"{value:.7g}"))


def _first(values: Sequence[float]) -> float:
    return next((value for value in values if isfinite(value)), float("nan"))


def _last(values: Sequence[float]) -> float:
    return _first(values[::-1])


def _fine(x: float, y: float) -> tuple[float, float]:
    return x * FINER, y * FINER


@cache
def hangul() -> str | None:
    """A font of this system that has Korean letters; without one, charts are labelled in English."""
    return next((path for path in _HANGUL if Path(path).is_file()), None)


@cache
def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    found = hangul()
    return ImageFont.truetype(found, size) if found else ImageFont.load_default(size)
