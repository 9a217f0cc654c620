"""Checkpoints: exact, equal bytes for equal values, readable by other layouts, and never half believed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from desk.book import ACCOUNT, EVIDENCE, INSTRUMENT, LEARNER, POSITION
from market.errors import ConfigError
from records.checkpoint import Differences, arrays_of, pack, unpack
from records.errors import DamagedError

BOOK = {"account": (ACCOUNT, 1), "instruments": (INSTRUMENT, 3), "positions": (POSITION, 6),
        "learners": (LEARNER, 2), "evidence": (EVIDENCE, 17)}  # fmt: skip
INNER = np.dtype([("id", "i8"), ("price", "f8")], align=True)
OLD = np.dtype([("a", "i4"), ("b", "f8"), ("slots", INNER, (2,)), ("w", "f8", (3,))], align=True)


def noise(dtype: Any, shape: Any, seed: int = 0) -> NDArray[Any]:
    """Every byte at random, padding too."""
    count = int(np.prod(shape))
    content = np.random.default_rng(seed).bytes(np.dtype(dtype).itemsize * count)
    return np.frombuffer(content, dtype).reshape(shape).copy()


def book(seed: int = 0) -> dict[str, NDArray[Any]]:
    return {name: noise(dtype, n, seed) for name, (dtype, n) in BOOK.items()}


def blank(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: np.zeros(array.shape, array.dtype) for name, array in arrays.items()}


def old_rows() -> NDArray[Any]:
    rows = np.zeros(2, OLD)
    rows["a"], rows["b"], rows["w"] = [1, 2], [0.5, np.nan], [[1, 2, 3], [4, 5, 6]]
    rows["slots"]["id"], rows["slots"]["price"] = [[1, 2], [3, 4]], [[0.1, 0.2], [0.3, 0.4]]
    return rows


def into(dtype: Any, fill: int = 9) -> NDArray[Any]:
    rows = np.zeros(2, dtype)
    for name in rows.dtype.names or ():
        rows[name] = np.full(1, fill, "i8").astype(rows[name].dtype) if not rows[name].dtype.names else 0
    return rows


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_the_desks_book_comes_back_to_the_bit(seed: int) -> None:
    before, after = book(seed), blank(book(seed))
    data = pack(before)
    assert unpack(data, after) == Differences()
    assert pack(after) == data
    assert not Differences()


def test_padding_does_not_reach_the_bytes() -> None:
    rows = old_rows()
    dirty = noise(OLD, 2)
    for name in OLD.names or ():
        dirty[name] = rows[name]
    assert dirty.tobytes() != rows.tobytes()
    assert pack({"rows": dirty}) == pack({"rows": rows})


def test_all_arrays_can_be_seen_as_they_were() -> None:
    found = arrays_of(pack({"rows": old_rows(), "x": np.arange(6.0).reshape(2, 3), "ts": np.array(7)}))
    assert found["rows"].shape == (2,)
    np.testing.assert_array_equal(found["rows"]["slots"]["id"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(found["x"], np.arange(6.0).reshape(2, 3))
    assert found["ts"].shape == ()
    found["x"][0, 0] = 5  # a copy of its own


def fields(*names: str) -> list[tuple[Any, ...]]:
    kinds = {"a": ("a", "i4"), "b": ("b", "f8"), "slots": ("slots", INNER, (2,)), "w": ("w", "f8", (3,))}
    return [kinds[name] for name in names]


def test_a_field_more_keeps_its_own_value() -> None:
    new = into([("new", "f8"), *fields("a", "b", "slots", "w")])
    assert unpack(pack({"rows": old_rows()}), {"rows": new}) == Differences(missing=("rows.new",))
    np.testing.assert_array_equal(new["new"], [9, 9])
    np.testing.assert_array_equal(new["a"], [1, 2])


def test_a_field_less_is_dropped_and_named() -> None:
    new = into(fields("b", "w"))
    assert unpack(pack({"rows": old_rows()}), {"rows": new}) == Differences(dropped=("rows.a", "rows.slots"))
    np.testing.assert_array_equal(new["w"], old_rows()["w"])


def test_fields_in_another_order_are_the_same_fields() -> None:
    new = into(fields("w", "slots", "b", "a"))
    assert not unpack(pack({"rows": old_rows()}), {"rows": new})
    for name in OLD.names or ():
        np.testing.assert_array_equal(new[name], old_rows()[name])


def test_a_wider_number_and_more_of_them_take_the_old_ones() -> None:
    new = into([("a", "i8"), ("b", "f8"), ("w", "f8", (5,)), ("slots", INNER, (4,))])
    assert not unpack(pack({"rows": old_rows()}), {"rows": new})
    np.testing.assert_array_equal(new["a"], [1, 2])
    np.testing.assert_array_equal(new["w"], [[1, 2, 3, 9, 9], [4, 5, 6, 9, 9]])
    np.testing.assert_array_equal(new["slots"]["id"], [[1, 2, 0, 0], [3, 4, 0, 0]])


def test_nested_fields_follow_the_same_rule() -> None:
    nested = np.dtype([("price", "f8"), ("lots", "i8")])
    new = into([*fields("a", "b", "w"), ("slots", nested, (2,))])
    told = unpack(pack({"rows": old_rows()}), {"rows": new})
    assert told == Differences(missing=("rows.slots.lots",), dropped=("rows.slots.id",))
    np.testing.assert_array_equal(new["slots"]["price"], old_rows()["slots"]["price"])


@pytest.mark.parametrize(
    "changed",
    [
        [("b", "i8")],  # 0.5 and NaN are no integers
        [("b", "S8")],
        [("w", "f8", (2,))],  # three don't fit into two
        [("w", "f8")],
        [("slots", INNER, (1,))],
        [("slots", "i8", (2,))],
    ],
)
def test_what_does_not_fit_exactly_is_left_and_named(changed: list[tuple[Any, ...]]) -> None:
    name = changed[0][0]
    new = into([*fields(*({"a", "b", "slots", "w"} - {name})), *changed])
    before = new[name].copy()
    assert unpack(pack({"rows": old_rows()}), {"rows": new}) == Differences(changed=(f"rows.{name}",))
    np.testing.assert_array_equal(new[name], before)
    assert new[next(iter({"a", "b"} - {name}))].any()


@pytest.mark.parametrize(("value", "fits"), [(127, True), (128, False), (-129, False)])
def test_a_narrower_number_takes_what_fits(value: int, fits: bool) -> None:
    new = np.zeros(1, "i1")
    told = unpack(pack({"x": np.array([value])}), {"x": new})
    assert told == (Differences() if fits else Differences(changed=("x",)))
    assert new[0] == (value if fits else 0)


def test_arrays_that_only_one_side_has_are_named() -> None:
    data = pack({"x": np.ones(2), "gone": np.ones(1)})
    assert unpack(data, {"x": np.zeros(2), "new": np.zeros(1)}) == Differences(("new",), ("gone",))


def test_what_shall_be_left_is_left() -> None:
    new = into(OLD)
    unpack(pack({"rows": old_rows()}), {"rows": new}, leave={"rows.a", "rows.slots.id"})
    np.testing.assert_array_equal(new["a"], [9, 9])
    np.testing.assert_array_equal(new["slots"]["id"], 0)
    np.testing.assert_array_equal(new["slots"]["price"], old_rows()["slots"]["price"])


def test_another_length_is_refused_before_anything_is_copied() -> None:
    target = {"a": np.zeros(2), "b": np.zeros(3)}
    with pytest.raises(ConfigError, match=r"'b' has shape \(2,\), the array to fill \(3,\)"):
        unpack(pack({"a": np.ones(2), "b": np.ones(2)}), target)
    assert not target["a"].any()


DATA = pack(book())


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_an_altered_byte_is_refused(place: int, by: int) -> None:
    altered = bytearray(DATA)
    altered[place] ^= by
    with pytest.raises(DamagedError, match="its hash differs"):
        unpack(bytes(altered), {})


@given(st.integers(0, len(DATA) - 1))
def test_a_truncated_checkpoint_is_refused(length: int) -> None:
    with pytest.raises(DamagedError):
        arrays_of(DATA[:length])


def test_what_are_no_numbers_is_refused() -> None:
    for array in (np.array([object()]), np.array(["2024-01-01"], "M8[s]")):
        with pytest.raises(ConfigError, match="aren't numbers"):
            pack({"x": array})


def test_big_endian_arrays_are_the_same_values() -> None:
    new = np.zeros(3, ">f8")
    data = pack({"x": np.array([1.0, 2.0, np.nan], ">f8")})
    assert data == pack({"x": np.array([1.0, 2.0, np.nan])})
    assert not unpack(data, {"x": new})
    np.testing.assert_array_equal(new, [1.0, 2.0, np.nan])
