"""In the child nothing but code can be read, whatever reader asks; the file is named, hidden error or not."""

import inspect
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from maemae.verify import landlock, readable
from maemae.verify.audit import Guard, Refused
from maemae.verify.gate import Effort, verify_pipeline
from maemae.verify.places import HOUSE, compile_cache
from maemae.verify.readable import Readable
from maemae.verify.spec import PipelineSpec, load_file
from maemae.verify.witness import Witness, WitnessError
from tests.maemae.verify.worlds import LEAKS, market, pipeline

PANEL = market(n_bars=300)
QUICK = Effort(every_bar_s=0.1, futures_s=0.1, most_cuts=24)
READERS = [
    name
    for name, found in vars(load_file(LEAKS / "reads_file.py", "_maemae_readers")).items()
    if inspect.isfunction(found) and found.__module__.startswith("_maemae")
]


@pytest.fixture(scope="module")
def future(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The panel's closes in every format, as a path without its ending."""
    import pandas as pd
    import pyarrow as pa

    path = str(tmp_path_factory.mktemp("future") / "closes")
    close = PANEL.close[:, 0]
    frame = pd.DataFrame({"close": close})
    frame.to_csv(path + ".csv", index=False)
    frame.to_parquet(path + ".parquet")
    frame.to_feather(path + ".feather")
    frame.to_pickle(path + ".pkl")
    np.save(path + ".npy", close)
    np.savez(path + ".npz", close=close)
    close.tofile(path + ".raw")
    table = pa.table({"close": close})
    with pa.OSFile(path + ".arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with sqlite3.connect(path + ".db") as database:
        database.execute("create table bars (close)")
        database.executemany("insert into bars values (?)", [(price,) for price in close])
    return path


@pytest.fixture(scope="module", params=["kernel", "audit hook"])
def guarded(request: pytest.FixtureRequest) -> Iterator[Witness]:
    """A child under both protections, and one as on a system without Landlock."""
    if request.param == "kernel" and landlock.abi() == 0:
        pytest.skip("this kernel has no Landlock")
    with Witness(map(str, LEAKS.glob("*.py")), hash_seed=1, use_kernel=request.param == "kernel") as child:
        yield child


@pytest.mark.parametrize("forgiving", [False, True])
@pytest.mark.parametrize("reader", READERS)
def test_a_file_read_by_any_reader_is_refused_and_named(
    guarded: Witness, future: str, reader: str, forgiving: bool
) -> None:
    leak = pipeline("reads_file", path=future, reader=reader, forgiving=forgiving)
    assert len(leak.signals(PANEL)) > 0, "the reader must work where nothing is guarded"
    guarded.refusals = []
    guarded.build(PipelineSpec.of(leak), PANEL)
    if forgiving:
        assert len(guarded.read(200).signals) == 0
    else:
        with pytest.raises(WitnessError, match="strategy 'reads_file'"):
            guarded.read(200)
    assert guarded.refusals[0].who == "strategy 'reads_file'"
    assert future in guarded.refusals[0].name


def test_every_kind_of_reader_is_among_those_tried() -> None:
    for kind, least in {"numpy": 6, "pandas": 5, "arrow": 10}.items():
        assert sum(name.startswith(kind) for name in READERS) >= least


@pytest.mark.parametrize(
    ("how", "what"), [("program", "cat"), ("shell", "cat"), ("network", "127.0.0.1"), ("web", "127.0.0.1")]
)
def test_other_programs_and_the_network_are_refused(guarded: Witness, how: str, what: str) -> None:
    guarded.refusals = []
    guarded.build(PipelineSpec.of(pipeline("asks_outside", how=how)), PANEL)
    guarded.read(50)
    assert what in guarded.refusals[0].name
    assert guarded.refusals[0].what == ("program" if what == "cat" else "network")


def test_verify_fails_with_a_sentence_that_names_the_file(future: str) -> None:
    leak = pipeline("reads_file", path=future, reader="arrow_parquet", forgiving=True)
    report = verify_pipeline(leak, PANEL, "manifest", QUICK)
    assert not report.ok
    files = report.checks[0]
    assert files.ok is False
    assert files.lines[0].startswith(f"strategy 'reads_file' uses the file '{future}.parquet'.")


def test_a_file_read_while_the_strategy_is_loaded_is_named_and_nothing_else_is_judged(
    future: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAEMAE_TEST_LEAK", future + ".npy")
    report = verify_pipeline(pipeline("reads_at_import"), PANEL, "manifest", QUICK)
    verdicts = {check.name: check.ok for check in report.checks}
    assert verdicts["no undeclared files"] is False and f"'{future}.npy'" in report.lines[0]
    assert verdicts["no lookahead"] is None and verdicts["determinism"] is None


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages: one with tables, settings and code, one that describes itself."""
    folder = tmp_path.resolve() / "site-packages"
    for name in (
        "some/prices.csv", "some/prices.csv.gz", "some/prices.PARQUET", "some/settings.json", "some/code.py",
        "other/code.py", "some-1.dist-info/entry_points.txt",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    monkeypatch.setattr(readable, "code_folders", lambda: (str(folder),))
    monkeypatch.setattr(readable, "_package_folders", lambda: (str(folder),))
    return folder


def read_by(file: Path, asker: Path) -> bool:
    """Whether code in ``asker`` may open ``file``."""
    asker.write_text("def ask(may, path):\n    return may(path, False)\n")
    module = load_file(asker, asker.as_posix())
    return bool(module.ask(Readable(frozenset(), "/nowhere").allows, str(file)))


def test_tables_inside_an_installed_package_are_refused_whoever_asks(packages: Path) -> None:
    for name in ("some/prices.csv", "some/prices.csv.gz", "some/prices.PARQUET"):
        assert not read_by(packages / name, packages.parent / "strategy.py")
        assert not read_by(packages / name, packages / "some" / "code.py")


def test_an_installed_package_reads_its_own_settings_and_nobody_else_does(packages: Path) -> None:
    settings = packages / "some" / "settings.json"
    assert read_by(settings, packages / "some" / "code.py")
    assert not read_by(settings, packages / "other" / "code.py")
    assert not read_by(settings, packages.parent / "strategy.py")
    assert read_by(packages / "some" / "code.py", packages.parent / "strategy.py")
    assert read_by(packages / "some-1.dist-info" / "entry_points.txt", packages.parent / "strategy.py")


def test_nothing_but_scraps_and_compiled_code_is_written(tmp_path: Path) -> None:
    may = Readable(frozenset({"/x/own.py"}), str(tmp_path.resolve())).allows
    assert may(str(tmp_path / "anything.csv"), True) and may("/x/own.py", False)
    assert not may("/x/own.py", True) and not may(str(HOUSE / "market" / "bars.py"), True)
    assert may(f"{compile_cache()}/f.nbi", True) and not may(f"{compile_cache()}/prices.npy", True)


def test_our_own_folder_s_other_files_are_not_code() -> None:
    guard = Guard(Readable(frozenset(), "/nowhere"), kernel=False, who="strategy 'x'")
    for path in (HOUSE / "README.md", HOUSE / "tests" / "conftest.py"):
        with pytest.raises(Refused, match=path.name):
            guard.check_file(path)
    guard.check_file(HOUSE / "market" / "bars.py")
    assert [refusal.who for refusal in guard.refusals] == ["strategy 'x'"] * 2


@pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")
def test_the_kernel_alone_stops_a_reader_written_in_c(future: str) -> None:
    code = f"""
import sys
from maemae.verify.landlock import READ, READ_DIR, Grant, restrict
from maemae.verify.places import HOUSE, code_folders, system_places
import pyarrow.parquet
assert pyarrow.parquet.read_table({future + ".parquet"!r}).num_rows == 300
assert restrict([Grant(path, READ) for path in (*code_folders(), *system_places())]) > 0
try:
    pyarrow.parquet.read_table({future + ".parquet"!r})
except PermissionError as error:
    print("refused", error)
"""
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "ARROW_IO_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.startswith("refused") and Path(future).name in done.stdout


def test_the_child_knows_no_bar_before_it_is_told(witness: Witness) -> None:
    witness.build(PipelineSpec.of(pipeline("counts_bars")), PANEL)
    for n_bars in (10, 11, 250):
        assert witness.read(n_bars).signals.rows["tag"].tolist() == [n_bars]
