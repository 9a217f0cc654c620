"""The TRs that are asked: where each is found, and how often a second it may be.

Rates are a person's (a company's are higher for most): the counting window isn't documented, so requests are
spread evenly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from market.errors import ConfigError

# By path: code and calls a second.
_TABLE = {
    "/futureoption/order": "CFOAT00100 10 CFOAT00200 10 CFOAT00300 10 CCENT00100 5 CCENT00200 5 CCENT00300 5",
    "/futureoption/accno": (
        "t0434 2 t0441 1 CFOAQ00600 1 CFOAQ10100 1 CFOBQ10500 1 CFOAQ50600 1 CCENQ30100 1 CCENQ90200 1 "
        "CCENQ10100 1"
    ),
    "/futureoption/market-data": (
        "t2111 10 t2112 10 t2301 2 t8460 2 t8427 1 t8401 2 t8426 1 t8433 2 t8435 2 t8467 2 t9943 2 t9944 2 "
        "t8455 2 t8456 10"
    ),
    "/futureoption/chart": "t8464 1 t8465 1 t8466 1 t8461 1",
    "/futureoption/etc": "MMDAQ91200 1",
    "/stock/order": "CSPAT00601 10 CSPAT00701 3 CSPAT00801 3",
    "/stock/accno": (
        "t0424 2 t0425 2 CSPAQ12200 1 CSPAQ22200 1 CSPAQ12300 1 CSPAQ13700 1 CSPBQ00200 1 FOCCQ33600 1"
    ),
    "/stock/market-data": "t1101 10 t1102 10 t8407 5",
    "/stock/chart": "t8410 1 t8411 1 t8412 1",
    "/stock/etc": "t8430 2 t8436 2",
    "/stock/item-search": "t1866 1 t1859 1 t1860 1",
    "/stock/investinfo": "t3102 1",
    "/indtp/market-data": "t1511 10 t8424 1",
    "/indtp/chart": "t8418 1 t8419 1",
    "/etc/time-search": "t0167 10",
}


@dataclass(frozen=True, slots=True)
class Tr:
    """rate: calls a second."""

    code: str
    path: str
    rate: float

    @property
    def block(self) -> str:
        """The name of what is asked."""
        return f"{self.code}InBlock" + ("1" if self.code[0].isupper() else "")


def tr(code: str) -> Tr:
    """Raises ConfigError for one that the table lacks."""
    found = _all().get(code)
    if found is None:
        raise ConfigError(f"TR {code} isn't known here. Known: {', '.join(sorted(_all()))}.")
    return found


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Tr]:
    found = {}
    for path, text in _TABLE.items():
        words = text.split()
        for code, rate in zip(words[::2], words[1::2], strict=True):
            found[code] = Tr(code, path, float(rate))
    return found
