"""An option's average as LS writes it: two decimals, which is much of a cheap one's price."""

from decimal import Decimal

import pytest

from brokers.ls.derivatives import SCALES, _position
from market.errors import DataError

MULTIPLIER = Decimal(250_000)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    "prices", [("0.02", "0.03", "0.03"), ("0.01", "0.02"), ("4.37", "4.38", "4.38"), ("999.95",)]
)
def test_whatever_was_paid_the_position_is_read(prices: tuple[str, ...], scale: int) -> None:
    paid = [Decimal(price) for price in prices]
    average = sum(paid) / len(paid)
    row = {
        "jqty": str(len(paid)), "medosu": "매수", "medocd": "2", "mamt": str(int(sum(paid) * MULTIPLIER)),
        "pamt": f"{average * scale:.2f}",
    }  # fmt: skip
    found = _position("301V1330", row, MULTIPLIER)
    assert found.quantity == len(paid) and found.average is not None
    assert abs(found.average - average) < Decimal("1e-9")


def test_an_average_at_no_scale_is_not_believed() -> None:
    row = {"jqty": "2", "medosu": "매수", "medocd": "2", "mamt": "5000000", "pamt": "11.00"}
    with pytest.raises(DataError, match="don't agree at any scale"):
        _position("A016C000", row, MULTIPLIER)
