"""What a profile says of an account: what is wrong gets one sentence, in which nothing secret is repeated."""

from collections.abc import Callable
from typing import Any

import pytest

from brokers.crypto.access import Access
from brokers.keys import read_keys
from brokers.ls.access import LsAccess
from market.errors import ConfigError


@pytest.mark.parametrize("access", [LsAccess, lambda **given: Access("binance", **given)], ids=["ls", "ccxt"])
@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://", "http://me:planted@127.0.0.1:8080"])
def test_what_is_no_address_is_refused_with_an_example(access: Callable[..., Any], url: str) -> None:
    with pytest.raises(ConfigError, match=r"url = .* such as http://127\.0\.0\.1:8080") as caught:
        access(url=url)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "localhost"])
def test_without_a_scheme_only_the_simulators_of_ccxts_venues_are_meant(url: str) -> None:
    assert Access("binance", url=url).url == url
    with pytest.raises(ConfigError, match="such as http://"):
        LsAccess(url=url)


def test_a_slash_at_the_end_is_no_other_address() -> None:
    assert LsAccess(url="http://127.0.0.1:1/").rest == "http://127.0.0.1:1"
    assert LsAccess(url="http://127.0.0.1:1/").socket("real") == "ws://127.0.0.1:1/websocket"
    with pytest.raises(ConfigError, match="socket_url"):
        LsAccess(socket_url="http://127.0.0.1:1")


def test_a_key_where_its_name_belongs_is_not_repeated() -> None:
    with pytest.raises(ConfigError, match="name environment variables") as caught:
        read_keys(LsAccess(key_env="PSplantedKey0123456789abcdefghijklm"), {})
    assert "PSplanted" not in str(caught.value)
    with pytest.raises(ConfigError, match="export LS_APP_KEY="):
        read_keys(LsAccess(), {})
