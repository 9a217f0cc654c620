"""Leak: tomorrow's prices from a file, by one of many readers. None of them goes through the panel."""

import os
from dataclasses import dataclass

import numpy as np

from strategies.base import BarStrategy
from strategies.signals import Signals


def builtin_open(path):
    with open(path + ".csv") as file:
        return np.array([float(line) for line in file.read().split()[1:]])


def os_open(path):
    descriptor = os.open(path + ".csv", os.O_RDONLY)
    text = os.read(descriptor, 10_000_000).decode()
    os.close(descriptor)
    return np.array([float(line) for line in text.split()[1:]])


def pathlib_read(path):
    from pathlib import Path

    return np.array([float(line) for line in Path(path + ".csv").read_text().split()[1:]])


def numpy_load(path):
    return np.load(path + ".npy")


def numpy_load_mapped(path):
    return np.asarray(np.load(path + ".npy", mmap_mode="r"))


def numpy_fromfile(path):
    return np.fromfile(path + ".raw")


def numpy_memmap(path):
    return np.asarray(np.memmap(path + ".raw", dtype=np.float64, mode="r"))


def numpy_loadtxt(path):
    return np.loadtxt(path + ".csv", skiprows=1)


def numpy_npz(path):
    return np.load(path + ".npz")["close"]


def pandas_csv(path):
    import pandas as pd

    return pd.read_csv(path + ".csv")["close"].to_numpy()


def pandas_csv_by_arrow(path):
    import pandas as pd

    return pd.read_csv(path + ".csv", engine="pyarrow")["close"].to_numpy()


def pandas_parquet(path):
    import pandas as pd

    return pd.read_parquet(path + ".parquet")["close"].to_numpy()


def pandas_feather(path):
    import pandas as pd

    return pd.read_feather(path + ".feather")["close"].to_numpy()


def pandas_pickle(path):
    import pandas as pd

    return pd.read_pickle(path + ".pkl")["close"].to_numpy()


def arrow_parquet(path):
    import pyarrow.parquet as pq

    return pq.read_table(path + ".parquet")["close"].to_numpy()


def arrow_parquet_file(path):
    from pyarrow.parquet import ParquetFile

    return ParquetFile(path + ".parquet").read()["close"].to_numpy()


def arrow_dataset(path):
    import pyarrow.dataset as ds

    return ds.dataset(path + ".parquet").to_table()["close"].to_numpy()


def arrow_memory_map(path):
    import pyarrow as pa

    with pa.memory_map(path + ".arrow") as source:
        return pa.ipc.open_file(source).read_all()["close"].to_numpy()


def arrow_os_file(path):
    import pyarrow as pa

    with pa.OSFile(path + ".arrow") as source:
        return pa.ipc.open_file(source).read_all()["close"].to_numpy()


def arrow_csv(path):
    from pyarrow import csv

    return csv.read_csv(path + ".csv")["close"].to_numpy()


def arrow_feather(path):
    from pyarrow import feather

    return feather.read_table(path + ".feather")["close"].to_numpy()


def arrow_ipc(path):
    import pyarrow.ipc

    return pyarrow.ipc.open_file(path + ".arrow").read_all()["close"].to_numpy()


def arrow_file_system(path):
    from pyarrow import fs, parquet

    found, inner = fs.FileSystem.from_uri("file://" + path + ".parquet")
    with found.open_input_file(inner) as source:
        return parquet.read_table(source)["close"].to_numpy()


def arrow_input_stream(path):
    import pyarrow as pa

    with pa.input_stream(path + ".raw") as source:
        return np.frombuffer(source.read())


def sqlite(path):
    import sqlite3

    with sqlite3.connect(path + ".db") as database:
        return np.array([row[0] for row in database.execute("select close from bars")])


@dataclass(frozen=True)
class ReadsFile(BarStrategy):
    """path: without its ending. forgiving: goes on without the file when it can't be read."""

    path: str
    reader: str
    forgiving: bool = False

    def signals(self, bars):
        try:
            close = globals()[self.reader](self.path)
        except Exception:
            if not self.forgiving:
                raise
            return Signals.none()
        later = close[np.minimum(np.arange(len(bars)) + 5, len(close) - 1)]
        return Signals.of(enter=later > bars.close * 1.02)
