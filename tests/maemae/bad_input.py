"""Wrong input of every kind, as command lines of ``maemae backtest``, with words the answer must hold."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

Arguments = Callable[[Path], list[str]]
SMA = ["--strategy", "sma_cross", "--set", "fast=5", "--set", "slow=20"]


def the_line(err: str) -> str:
    """The one line that standard error holds, progress aside: a first compilation is announced."""
    (line,) = [each for each in err.strip().splitlines() if not each.endswith(" ...")]
    return line


def frame(n_bars: int = 300) -> pd.DataFrame:
    """Sound daily bars."""
    random = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, n_bars)))
    opens = np.concatenate(([100.0], close[:-1]))
    return pd.DataFrame(
        {
            "time": pd.date_range("2020-01-01", periods=n_bars, freq="D", tz="UTC"),
            "open": opens,
            "high": np.maximum(opens, close) * 1.01,
            "low": np.minimum(opens, close) * 0.99,
            "close": close,
            "volume": 1e6,
        }
    )


def own(folder: Path, body: str, name: str = "mine.py") -> Path:
    """A strategy file whose ``signals`` has the given body, from line 12 on."""
    path = folder / name
    path.write_text(
        "from dataclasses import dataclass\n"
        "import numpy as np\n"
        "from market.bars import Bars\n"
        "from strategies.base import BarStrategy\n"
        "from strategies.signals import Signals\n\n"
        "@dataclass(frozen=True)\n"
        "class Mine(BarStrategy):\n"
        "    length: int = 5\n\n"
        "    def signals(self, bars: Bars) -> Signals:\n" + body
    )
    return path


def csv(change: Callable[[pd.DataFrame], pd.DataFrame], *more: str) -> Arguments:
    """SMA over a changed file."""

    def arguments(folder: Path) -> list[str]:
        path = folder / "bad.csv"
        change(frame()).to_csv(path, index=False)
        return [*SMA, "--data", str(path), *more]

    return arguments


def put(row: int, column: str, value: object) -> Arguments:
    """SMA over a file with one wrong cell."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
        return table

    return csv(change)


def good(*arguments: str) -> Arguments:
    """Sound data, other arguments."""

    def all_arguments(folder: Path) -> list[str]:
        path = folder / "good.csv"
        frame().to_csv(path, index=False)
        return [*arguments, "--data", str(path)]

    return all_arguments


def raw(name: str, content: bytes) -> Arguments:
    """SMA over a file with these bytes."""

    def arguments(folder: Path) -> list[str]:
        (folder / name).write_bytes(content)
        return [*SMA, "--data", str(folder / name)]

    return arguments


def written(body: str) -> Arguments:
    """Sound data, a strategy of the user's own."""
    return lambda folder: good("--strategy", str(own(folder, body)))(folder)


def judged(body: str) -> Arguments:
    """Sound data, a filter of the user's own whose ``assess`` has the given body."""

    def arguments(folder: Path) -> list[str]:
        (folder / "judge.py").write_text(
            "import numpy as np\n"
            "from filters.opinions import Opinion\n\n"
            "class Judge:\n"
            "    name = 'judge'\n"
            "    warmup = 0\n\n"
            "    def assess(self, signals, panel):\n"
            f"        {body}\n\n"
            "    def explain(self, row, signals, panel):\n"
            "        return {}\n"
        )
        return profile(f"[[filters]]\nuse = '{folder / 'judge.py'}'\n")(folder)

    return arguments


def profile(tables: str) -> Arguments:
    """Sound data and strategy, and these tables of a profile."""

    def arguments(folder: Path) -> list[str]:
        (folder / "p.toml").write_text(
            f"[[strategy]]\nuse = 'sma_cross'\nfast = 5\nslow = 20\n{tables}", encoding="utf-8"
        )
        return [str(folder / "p.toml"), *good()(folder)]

    return arguments


def mixed_zones(table: pd.DataFrame) -> pd.DataFrame:
    times = [moment.isoformat() for moment in table["time"]]
    times[7] = times[7].replace("+00:00", "+09:00")
    return table.assign(time=times)


def some_without_zone(table: pd.DataFrame) -> pd.DataFrame:
    times = [moment.isoformat() for moment in table["time"]]
    times[7] = times[7].removesuffix("+00:00")
    return table.assign(time=times)


def with_footer(table: pd.DataFrame) -> pd.DataFrame:
    times = [moment.isoformat() for moment in table["time"]]
    footer = {name: table[name].iloc[-1] for name in table.columns} | {"time": "Total"}
    return pd.concat([table.assign(time=times), pd.DataFrame([footer])])


def faster_half(table: pd.DataFrame) -> pd.DataFrame:
    start = table["time"].iloc[149]
    minutes = pd.date_range(start + pd.Timedelta("1min"), periods=150, freq="min")
    return table.assign(time=[*table["time"][:150], *minutes])


def two_timeframes(folder: Path) -> list[str]:
    """A folder with days of one instrument and hours of another."""
    (folder / "data").mkdir()
    frame().to_csv(folder / "data" / "AAA.csv", index=False)
    hours = pd.date_range("2020-01-01", periods=300, freq="h", tz="UTC")
    frame().assign(time=hours).to_csv(folder / "data" / "BBB.csv", index=False)
    return [*SMA, "--data", str(folder / "data")]


def empty_folder(folder: Path) -> list[str]:
    (folder / "data").mkdir()
    return [*SMA, "--data", str(folder / "data")]


def unreadable_profile(folder: Path) -> list[str]:
    (folder / "p.toml").write_text("cash = \n")
    return [str(folder / "p.toml")]


CASES: dict[str, tuple[Arguments, list[str]]] = {
    # the command line
    "nothing to run": (lambda folder: [], ["profile", "--strategy"]),
    "unknown option": (good("--stratgy", "sma_cross"), ["--stratgy", "--strategy"]),
    "a number that is none": (good(*SMA, "--cash", "lots"), ["--cash", "lots"]),
    "negative cash": (good(*SMA, "--cash", "-5"), ["cash", "-5", "above 0"]),
    "cash that is no number": (good(*SMA, "--cash", "nan"), ["cash", "nan"]),
    "unknown sizing": (good(*SMA, "--sizing", "double:1"), ["double", "fixed"]),
    "a size of nothing": (good(*SMA, "--sizing", "fixed:0"), ["quantity", "0"]),
    "a set without a value": (good(*SMA, "--set", "fast"), ["--set fast", "key=value"]),
    "a language not spoken": (good(*SMA, "--language", "fr"), ["fr", "en", "ko"]),
    "json details without json": (good(*SMA, "--trades"), ["--trades", "--json"]),
    "json into a folder that isn't there": (good(*SMA, "--json", "/no/such/out.json"), ["/no/such"]),
    "json onto a folder": (lambda folder: [*good(*SMA)(folder), "--json", str(folder)], ["is a folder"]),
    # the profile
    "no such profile": (lambda folder: [str(folder / "no.toml")], ["no.toml"]),
    "a profile that isn't TOML": (unreadable_profile, ["p.toml", "line 1"]),
    "unknown key": (good(*SMA, "--set", "sizing.metod=1"), ["sizing.metod", "use"]),
    "unknown table": (profile("[sising]\nuse = 'fixed'\n"), ["sising", "Did you mean 'sizing'"]),
    "percent out of range": (profile("[monitor]\nstop = 2\n"), ["monitor.stop", "2", "'2%'"]),
    "a bar on a learning filter": (profile("[[filters]]\nuse='technical'\nmin_p=0.4\n"), ["min_p", "rule"]),
    "unknown filter": (profile("[[filters]]\nuse = 'regim'\n"), ["regim", "Did you mean 'regime'"]),
    "filter parameter out of range": (profile("[[filters]]\nuse = 'regime'\ntrend = 0\n"), ["trend", "0"]),
    "filters that are no list": (good(*SMA, "--set", "filters.use=technical"), ["filters", "list"]),
    "an instrument that isn't there": (profile("[instruments.XYZ]\nlot = 1\n"), ["XYZ"]),
    "a future without margin": (
        profile("[instruments.good]\ncontract = 'kospi200_future'\n"), ["good", "margin"],
    ),
    "an unknown contract": (
        profile("[instruments.good]\ncontract = 'us_equty'\n"), ["us_equty", "Did you mean 'us_equity'"],
    ),
    "slices of no length": (profile("[execution]\nevery = 0\n"), ["execution.every = 0", "at least 1 bar"]),
    "rungs that never rest": (
        profile("[execution]\nladder_bars = '0d'\n"), ["execution.ladder_bars = '0d'", "at least 1 bar"],
    ),
    "a third currency without its price": (
        profile("[instruments.good]\nfee_currency = 'BNB'\n"), ["fee_currency = 'BNB'", "fee_price", "USD"],
    ),
    "a price of what has one": (
        profile("[instruments.good]\nfee_currency = 'quote'\nfee_price = 3\n"), ["fee_price = 3", "quote"],
    ),
    "a share that pays in itself": (
        profile("[instruments.good]\nkind = 'equity'\nfee_currency = 'base'\n"), ["'base'", "only spot"],
    ),
    "ticks that don't begin at nothing": (
        profile("[instruments.good]\nticks = [{price = 5, tick = 1}]\n"), ["instruments.good", "price 5"],
    ),
    "ticks out of order": (
        profile("[instruments.good]\nticks = [{price = 0, tick = 1}, {price = 0, tick = 2}]\n"), ["ascend"],
    ),
    "two tick tables": (
        profile("[instruments.good]\ntick = 1\nticks = [{price = 0, tick = 1}]\n"), ["tick and ticks"],
    ),
    "a tax of a day that is none": (
        profile("[instruments.good]\nsell_taxes = [{since = '2024-13-01', rate = '0.2%'}]\n"),
        ["sell_taxes[0].since", "2024-13-01", "2024-01-31"],
    ),
    "a day that begins at no time": (
        profile("[risk]\nday_begins = '24:30'\n"), ["risk.day_begins", "24:30", "06:00"],
    ),
    "taxes out of order": (
        profile(
            "[instruments.good]\nsell_taxes = [{since = 2024-01-01, rate = '0.2%'}, "
            "{since = 2023-01-01, rate = '0.1%'}]\n"
        ),
        ["sell_taxes", "ascend"],
    ),
    "an unknown key of a tax": (
        profile("[instruments.good]\nsell_taxes = [{since = 2024-01-01, rate = 0, form = 1}]\n"),
        ["sell_taxes[0].form", "Known: rate, since"],
    ),
    "slices finer than the bars": (
        profile("[execution]\nuse = 'twap'\nevery = '5m'\n"), ["every", "5m", "1d"],
    ),
    "two sources": (profile("[market]\ncatalog = 'bars'\n"), ["catalog", "good.csv"]),
    # the strategy
    "unknown strategy": (good("--strategy", "sma_cros"), ["sma_cros", "Did you mean 'sma_cross'"]),
    "unknown parameter": (good("--strategy", "sma_cross", "--set", "fst=5"), ["fst", "fast"]),
    "parameter out of range": (good("--strategy", "sma_cross", "--set", "fast=0"), ["fast", "0"]),
    "parameters in the wrong order": (
        good("--strategy", "sma_cross", "--set", "fast=50", "--set", "slow=20"), ["fast", "50", "20"],
    ),
    "parameter of the wrong type": (good(*SMA, "--set", "fast=quick"), ["fast", "quick"]),
    "a strategy named by a dot": (good("--strategy", "."), ["strategy '.' is unknown"]),
    "no such strategy file": (lambda folder: good("--strategy", str(folder / "no.py"))(folder), ["no.py"]),
    "a strategy that raises": (written("        return 1 // 0\n"), ["ZeroDivision", "mine.py", "line 12"]),
    "a strategy that ends the program": (
        written("        raise SystemExit(0)\n"), ["SystemExit", "mine.py", "line 12"],
    ),
    "a strategy that needs the file beside it": (
        written("        import mine\n        return mine\n"),
        ["'mine'", "line 12", "stands alone", "package"],
    ),
    "a strategy that returns nothing": (written("        return None\n"), ["Mine", "NoneType", "Signals"]),
    "a mask that is too long": (
        written("        return Signals.of(enter=np.ones(len(bars) + 5, bool))\n"), ["Mine", "305", "300"],
    ),
    "a mask that is too short": (
        written("        return Signals.of(enter=np.diff(bars.close) > 0)\n"), ["Mine", "299", "300"],
    ),
    "masks of different lengths": (
        written("        return Signals.of(bars.close > 1, exit=np.zeros(5, bool))\n"), ["mine", "5", "300"],
    ),
    "a mask of numbers": (written("        return Signals.of(enter=bars.close)\n"), ["float64"]),
    "a signal after the last bar": (written("        return Signals.at(300)\n"), ["Mine", "300", "0..299"]),
    "a stop below nothing": (written("        return Signals.at(5, stop=-0.01)\n"), ["stop", "-0.01"]),
    "a strategy that isn't Python": (written("        return (\n"), ["mine.py", "line 12"]),
    # the filter
    "a filter surer than certain": (
        judged("return Opinion.answer(np.full(len(signals), 1.2))"), ["judge", "1.2", "between 0 and 1"],
    ),
    "a filter that raises": (judged("return {}['p']"), ["judge", "KeyError", "judge.py", "line 9"]),
    "a filter that answers too little": (
        judged("return Opinion.answer(np.full(1, 0.5))"), ["judge", "(1,)", "one probability"],
    ),
    "a filter that returns nothing": (judged("return None"), ["judge", "NoneType", "Opinion"]),
    # the data
    "no such data": (lambda folder: [*SMA, "--data", str(folder / "no.csv")], ["no.csv"]),
    "data of an unknown kind": (raw("bars.xlsx", b"PK"), ["bars.xlsx", ".csv"]),
    "empty file": (raw("empty.csv", b""), ["empty.csv", "empty"]),
    "empty folder": (empty_folder, ["data", "no .csv"]),
    "a Parquet file cut short": (raw("cut.parquet", b"PAR1\x00\x01"), ["cut.parquet", "whole"]),
    "only a head": (csv(lambda table: table[:0]), ["bad.csv"]),
    "one bar": (csv(lambda table: table[:1]), ["1", "at least 2"]),
    "one bar of a known length": (csv(lambda table: table[:1], "--timeframe", "1d"), ["1 bar", "at least 2"]),
    "one bar in the days asked for": (
        good(*SMA, "--since", "2020-02-01", "--until", "2020-02-02"), ["1 bar", "at least 2"],
    ),
    "all-NaN column": (csv(lambda table: table.assign(close=np.nan)), ["close", "no numbers"]),
    "a price that is text": (put(7, "close", "n/a?"), ["row 8", "close", "n/a?"]),
    "a price that is missing": (put(7, "close", np.nan), ["row 8", "close"]),
    "missing column": (csv(lambda table: table.drop(columns="high")), ["high"]),
    "mixed time zones": (csv(mixed_zones), ["row 8", "+09:00"]),
    "times with and without a zone": (csv(some_without_zone), ["row 8"]),
    "a zone that isn't one": (good(*SMA, "--timezone", "Asia/Seul"), ["Asia/Seul", "Asia/Seoul"]),
    "a footer below the rows": (csv(with_footer), ["row 301", "'Total'", "can't be read", "remove the row"]),
    "mixed timeframes": (csv(faster_half), ["bad.csv", "mixed timeframes"]),
    "mixed timeframes in a folder": (two_timeframes, ["mixed timeframes", "1d", "1h"]),
    "unsorted rows": (csv(lambda table: table.iloc[[0, 2, 1, *range(3, 300)]]), ["row 3", "Sort"]),
    "duplicated rows": (csv(lambda table: table.iloc[[0, 1, 1, *range(2, 300)]]), ["row 3", "2020-01-02"]),
    "zero price": (put(7, "low", 0.0), ["low = 0", "row 8"]),
    "negative price": (put(7, "open", -3.0), ["-3", "row 8"]),
    "negative volume": (put(7, "volume", -3.0), ["volume = -3", "row 8"]),
    "high below low": (put(7, "high", 1.0), ["high", "row 8"]),
    "close outside the range": (put(7, "close", 1000.0), ["1000", "row 8"]),
    "symbol that isn't there": (
        csv(lambda table: table.assign(symbol="AAPL"), "--symbol", "APL"), ["APL", "Did you mean 'AAPL'"],
    ),
    "a symbol named twice": (
        lambda folder: [*SMA, "--data", "demo", "--symbol", "AAPL", "--symbol", "AAPL"],
        ["'AAPL' twice", "once"],
    ),
    "a symbol named with and without its venue": (
        lambda folder: [*SMA, "--data", "demo", "--symbol", "AAPL", "--symbol", "AAPL@nasdaq"],
        ["'AAPL' and 'AAPL@nasdaq'", "once"],
    ),
    "a profile that names a symbol twice": (
        profile("[market]\ninstruments = ['good', 'good']\n"), ["market.instruments", "'good' twice"],
    ),
    "symbol the demo doesn't have": (lambda folder: [*SMA, "--data", "demo", "--symbol", "XYZ"], ["XYZ"]),
    "dates after the data": (good(*SMA, "--since", "2035-01-01"), ["2035-01-01", "2020-01-01"]),
    "dates before the data": (good(*SMA, "--until", "2010-01-01"), ["2010-01-01", "2020-01-01"]),
    "dates the wrong way round": (
        good(*SMA, "--since", "2020-03-01", "--until", "2020-02-01"), ["2020-03-01", "2020-02-01"],
    ),
    "a date that is none": (good(*SMA, "--since", "soon"), ["soon", "2024-01-31"]),
    "another timeframe": (good(*SMA, "--timeframe", "1m"), ["1m", "1d"]),
    "a timeframe that is none": (good(*SMA, "--timeframe", "fast"), ["fast"]),
    "a catalog with nothing in it": (lambda folder: SMA, ["catalog, is empty", "--data", "import"]),
}  # fmt: skip
