"""Headlines and what is behind them."""

from pathlib import Path

import pytest

from brokers.ls.news import STREAM, article, article_of, codes_of, news, readable
from brokers.ls.values import instant
from brokers.simulators.ls_extras import Headline
from market.errors import DataError
from tests.brokers.ls.asking import Asking, answered, examples
from tests.brokers.simulators.ls_scenes import STOCK, market, plain, settled
from tests.brokers.simulators.scenes import run

KEY = "202401040952172704000165"
BODY = {"date": "20240104", "time": "095217", "id": "27", "realkey": KEY, "title": "수주", "code": ""}


def test_a_headline_leads_to_its_text() -> None:
    async def scene() -> None:
        async with market() as sim, plain(sim) as client:
            await client.listen(STREAM)
            sim.extras.publish(Headline(KEY, "수주", ("첫 줄", "둘째 줄"), (STOCK,)))
            head = news((await settled(sim, client, 1, "NWS"))[0])
            found = await article(Asking(client), head.key)
            assert (head.title, head.codes) == (found.title, found.codes) == ("수주", (STOCK,))
            assert found.text == "첫 줄\n둘째 줄"
            with pytest.raises(DataError, match="no text"):
                await article(Asking(client), "0" * 24)

    run(scene())


def test_the_guides_headline_is_read(real_data: Path) -> None:
    (example,) = examples(real_data, "NWS")
    found = news(example["body"])
    assert found.codes == ("011810",) and found.size == 4841 and found.source == "27"
    assert found.ts == instant("20230614", "095217") and found.title.startswith("STX, ‘2차전지")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ()),
        ("005930", ("005930",)),
        ("000000005930000000000660", ("005930", "000660")),
        ("0" * 12, ()),
        ("0000000AAPL.US"[-12:], ("AAPL.US",)),
        ("000000000020", ("000020",)),
    ],
)
def test_codes_are_twelve_characters_each(text: str, codes: tuple[str, ...]) -> None:
    assert codes_of(text) == codes


def test_codes_that_arent_whole_are_refused() -> None:
    with pytest.raises(DataError, match="expected 12"):
        codes_of("0000059300")


@pytest.mark.parametrize("table", ["utf-8", "cp949"])
def test_korean_read_as_latin_is_korean_again(table: str) -> None:
    assert readable("삼성전자, 수주".encode(table).decode("latin-1")) == "삼성전자, 수주"


@pytest.mark.parametrize("text", ["STX ‘핵심’", "Nestlé S.A.", "café", "AT&T", "한 글", ""])
def test_what_is_readable_stays(text: str) -> None:
    assert readable(text) == text


def test_marks_of_html_are_characters() -> None:
    assert readable("&quot;수주&quot; &amp; 계약\x00") == '"수주" & 계약'


@pytest.mark.parametrize("wrong", [{"realkey": ""}, {"date": "x"}, {"bodysize": "many"}])
def test_what_cant_be_read_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(DataError, match="LS sent"):
        news(BODY | wrong)


def test_nothing_is_taken_away_between_rows() -> None:
    blocks = {"t3102OutBlock1": [{"sBody": "가 "}, {"sBody": ""}, {"sBody": "나"}]}
    assert article_of(KEY, answered("t3102", blocks)).lines == ("가 ", "", "나")
