"""Charts: real pictures of a fixed size, for every odd shape of data."""

import time
from io import BytesIO
from math import inf, nan

import pytest
from PIL import Image

from live.charts import HEIGHT, WIDTH, candles, equity
from live.control.answers import Chart, Curve, Mark
from live.messages.voice import Voice
from market.errors import ConfigError

MINUTE = 60 * 10**9
T0 = 1_764_000_000 * 10**9


def chart(closes: list[float], **more: object) -> Chart:
    ts = tuple(T0 + k * MINUTE for k in range(len(closes)))
    high, low = tuple(c + 2 for c in closes), tuple(c - 2 for c in closes)
    return Chart("BTC/USDT@binance", MINUTE, ts, tuple(closes), high, low, tuple(closes), **more)  # type: ignore[arg-type]


def seen(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG") and len(png) < 500_000
    picture = Image.open(BytesIO(png)).convert("RGB")
    assert picture.size == (WIDTH, HEIGHT)
    return picture


def colours(picture: Image.Image) -> int:
    return len(picture.getcolors(10**6) or ())


@pytest.mark.parametrize(
    "data",
    [
        chart([100.0]),
        chart([100.0] * 50),
        chart([100.0 + k for k in range(500)]),
        chart([100.0, nan, 101.0, nan]),
        chart([1e-8 * (k + 3) for k in range(20)]),
        chart([1e9 + k for k in range(20)], stop=1e9 - 50, target=1e9 + 90, entry=1e9),
        chart([-5.0 + k for k in range(20)]),
        chart([100.0] * 5, marks=(Mark(0, 100.0, 1), Mark(T0 + 10**15, 100.0, -1), Mark(T0, 1e6, 1))),
    ],
)
def test_any_bars_can_be_drawn(data: Chart) -> None:
    assert colours(seen(candles(data, Voice()))) > 10


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ConfigError, match="no bars to draw"):
        candles(chart([]), Voice())
    with pytest.raises(ConfigError, match="no equity to draw"):
        equity(Curve("USDT", (1, 2), (nan, inf)), Voice())


@pytest.mark.parametrize(
    "values", [[1e6], [1e6, 1e6], [1e6 + 7 * k for k in range(400)], [100.0, -20.0, 5.0], [0.0, 1.0]]
)
def test_any_equity_can_be_drawn(values: list[float]) -> None:
    ts = tuple(T0 + k * 60 * MINUTE for k in range(len(values)))
    assert colours(seen(equity(Curve("KRW", ts, tuple(values)), Voice("ko", "Asia/Seoul")))) > 10


def test_what_rises_is_green_in_english_and_red_in_korean() -> None:
    data = chart([100.0 + k for k in range(30)])
    bodies = {}
    for language in ("en", "ko"):
        png = seen(candles(data, Voice(language)))  # type: ignore[arg-type]
        bodies[language] = [
            count for count, colour in png.getcolors(10**6) or () if colour[0] > 180 > 90 > colour[2]
        ]
    assert sum(bodies["ko"]) > 1000 and sum(bodies["en"]) < 100


def test_a_fill_and_the_levels_are_seen() -> None:
    bare = chart([100.0, 102.0, 101.0, 104.0] * 20)
    marked = chart(
        [100.0, 102.0, 101.0, 104.0] * 20, marks=(Mark(T0 + 30 * MINUTE, 101.0, 1),), entry=101.0, stop=98.5
    )
    assert candles(bare, Voice()) != candles(marked, Voice())


def test_a_picture_takes_a_fraction_of_a_second() -> None:
    began = time.process_time()
    candles(chart([100.0 + k % 7 for k in range(500)]), Voice())
    assert time.process_time() - began < 2.0
