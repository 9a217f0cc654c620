"""Messages between the parent and a child: one JSON line of fields, then raw arrays."""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from market.labels import LABEL
from strategies.signals import SIGNAL

Fields = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
_NAMED = {"signal": SIGNAL, "label": LABEL}


def send(
    stream: BinaryIO, fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]] | None = None
) -> None:
    """Write one message and flush it."""
    parts = {name: np.ascontiguousarray(array) for name, array in (arrays or {}).items()}
    layout = [[name, _dtype_name(array.dtype), array.shape] for name, array in parts.items()]
    stream.write(json.dumps({"fields": fields, "arrays": layout}).encode() + b"\n")
    for array in parts.values():
        stream.write(array.tobytes())
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Fields, Arrays] | None:
    """The next message; None when the other side has ended."""
    line = stream.readline()
    if not line:
        return None
    header = json.loads(line)
    arrays: Arrays = {}
    for name, dtype_name, shape in header["arrays"]:
        dtype = _NAMED.get(dtype_name) or np.dtype(dtype_name)
        raw = stream.read(dtype.itemsize * int(np.prod(shape)))
        arrays[name] = np.frombuffer(bytearray(raw), dtype).reshape(shape)
    return header["fields"], arrays


def _dtype_name(dtype: np.dtype[Any]) -> str:
    return next((name for name, known in _NAMED.items() if known == dtype), dtype.str)
