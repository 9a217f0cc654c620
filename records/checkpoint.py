"""Structured arrays as bytes, and back by the names of their fields, so that newer code reads older state.

Layout: magic, sha256 of all that follows, length of the header, header (JSON: fields, shapes), then each
array's fields packed without gaps, little-endian. Equal values give equal bytes, whatever the padding held.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.errors import ConfigError
from records.errors import DamagedError

Array = NDArray[Any]
MAGIC = b"maemae checkpoint 1\n"
_START = len(MAGIC) + hashlib.sha256().digest_size
_PLAIN_KINDS = "biufSU"


@dataclass(frozen=True)
class Differences:
    """Dotted names, sorted. missing: the checkpoint lacks them; the array kept its own values. dropped: only
    the checkpoint has them. changed: both do, but the old values don't fit exactly and weren't copied.
    """

    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.dropped or self.changed)


def pack(arrays: Mapping[str, Array]) -> bytes:
    """Arrays of numbers or of structures of them, nested as deep as you like, under their names.

    Raises ConfigError for arrays of objects, dates or complex numbers.
    """
    text = _header(tuple((name, array.shape, array.dtype) for name, array in arrays.items()))
    content = b"".join((len(text).to_bytes(8, "little"), text, *(_raw(array) for array in arrays.values())))
    return MAGIC + hashlib.sha256(content).digest() + content


def arrays_of(data: bytes) -> dict[str, Array]:
    """All arrays with the fields and shapes they were packed with. Raises DamagedError for other bytes."""
    content = memoryview(_sound(data))
    length = int.from_bytes(content[:8], "little")
    place, found = 8 + length, {}
    for name, shape, fields in json.loads(bytes(content[8:place])):
        dtype = _dtype(fields)
        count = int(np.prod(shape, dtype=np.int64))
        found[name] = np.frombuffer(content, dtype, count, place).reshape(shape).copy()
        place += count * dtype.itemsize
    return found


def unpack(data: bytes, into: Mapping[str, Array], leave: Collection[str] = ()) -> Differences:
    """Copy into each array every field that it and the checkpoint know, and say what wasn't the same.

    A number that changed its type is copied when every value fits exactly. A field that held several and now
    holds more has the old ones in front. leave: dotted names that aren't touched. Raises DamagedError for
    truncated or altered bytes, ConfigError when an array's shape is another one; then nothing was copied.
    """
    old = arrays_of(data)
    for name in old.keys() & into.keys():
        if old[name].shape != into[name].shape:
            raise ConfigError(
                f"checkpoint: '{name}' has shape {old[name].shape}, the array to fill {into[name].shape}. "
                "Nothing was restored; make room for what was saved first (arrays_of shows it)."
            )
    notes: dict[str, set[str]] = {"missing": set(), "dropped": set(), "changed": set()}
    _copy_known(old, into, "", frozenset(leave), notes)
    return Differences(**{kind: tuple(sorted(names)) for kind, names in notes.items()})


def _copy_known(
    old: Mapping[str, Array], new: Mapping[str, Array], above: str, leave: frozenset[str], notes: Any
) -> None:
    """Field by field, all rows at once; fields of fields by the same rule."""
    notes["missing"].update(above + name for name in new.keys() - old.keys())
    notes["dropped"].update(above + name for name in old.keys() - new.keys())
    for name in new.keys() & old.keys():
        path, source, target = above + name, old[name], new[name]
        if path in leave:
            continue
        room = _room(source, target)
        if room is not None and source.dtype.names and target.dtype.names:
            _copy_known(_fields(source), _fields(room), f"{path}.", leave, notes)
        elif room is None or not _copy_exactly(source, room):
            notes["changed"].add(path)


def _room(source: Array, target: Array) -> Array | None:
    """The front of ``target`` in the shape of ``source``; None when that is too large or has other axes."""
    if source.ndim != target.ndim or any(np.greater(source.shape, target.shape)):
        return None
    return target[tuple(slice(size) for size in source.shape)] if source.ndim else target


def _copy_exactly(source: Array, room: Array) -> bool:
    """Copy; False and no copy when a number would be lost or altered."""
    if source.dtype.names or room.dtype.names or (source.dtype.kind in "SU") != (room.dtype.kind in "SU"):
        return False
    with np.errstate(all="ignore"):
        cast = source.astype(room.dtype)
        same = cast.astype(source.dtype) == source
    absent = source != source
    if not np.all(same | absent) or (np.any(absent) and room.dtype.kind != "f"):
        return False
    room[...] = cast
    return True


def _fields(array: Array) -> dict[str, Array]:
    return {name: array[name] for name in array.dtype.names or ()}


def _sound(data: bytes) -> bytes:
    """What follows the hash, proved to be what was packed."""
    content = data[_START:]
    if not data.startswith(MAGIC) or hashlib.sha256(content).digest() != data[len(MAGIC) : _START]:
        raise DamagedError(
            f"checkpoint of {len(data)} bytes: not what was written, its hash differs. Nothing was restored; "
            "use an older checkpoint, or fold the journal from its start."
        )
    return content


def _raw(array: Array) -> bytes:
    """The values without padding, little-endian."""
    packed = np.empty(array.shape, _layout(array.dtype)[0])
    packed[...] = array
    return packed.tobytes()


@lru_cache(maxsize=256)
def _header(arrays: tuple[tuple[str, tuple[int, ...], np.dtype[Any]], ...]) -> bytes:
    fields = [[name, list(shape), _layout(dtype)[1]] for name, shape, dtype in arrays]
    return json.dumps(fields, separators=(",", ":")).encode()


@lru_cache(maxsize=64)
def _layout(dtype: np.dtype[Any]) -> tuple[np.dtype[Any], Any]:
    """The packed little-endian dtype, and its fields as JSON."""
    fields = list(_described(dtype)) if dtype.names else _plain_name(dtype)
    return _dtype(fields), fields


def _described(dtype: np.dtype[Any]) -> Iterator[list[Any]]:
    """[name, type or fields, shape] of each field."""
    for name in dtype.names or ():
        inner = dtype[name]
        base, shape = inner.subdtype or (inner, ())
        yield [name, list(_described(base)) if base.names else _plain_name(base), list(shape)]


def _plain_name(dtype: np.dtype[Any]) -> str:
    if dtype.kind not in _PLAIN_KINDS:
        raise ConfigError(f"checkpoint: arrays of {dtype} aren't numbers; nothing was packed.")
    return dtype.newbyteorder("<").str


def _dtype(fields: Any) -> np.dtype[Any]:
    if isinstance(fields, str):
        return np.dtype(fields)
    return np.dtype([(name, _dtype(inner), tuple(shape)) for name, inner, shape in fields])
