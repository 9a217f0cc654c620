"""Real market data that a package brings along: daily US stocks of 2000 to 2013, for demos and first steps.

The PyPI package ``bokeh-sampledata`` carries AAPL, FB, GOOG, IBM and MSFT of the public-domain Quandl WIKI
prices, raw: dividends are not in them, and three splits are. ``check`` finds those three and one more jump
that is no split: AAPL lost 48 % overnight on 2000-09-29, after its profit warning.
"""

from importlib.util import find_spec

from market.bars import Panel
from market.contracts import us_equity
from market.errors import DataError
from market.loaders import load_panel
from market.splits import adjust_splits

VENUES = {"AAPL": "nasdaq", "FB": "nasdaq", "GOOG": "nasdaq", "IBM": "nyse", "MSFT": "nasdaq"}
SPLITS = (("AAPL", "2000-06-21", 2.0), ("AAPL", "2005-02-28", 2.0), ("MSFT", "2003-02-18", 2.0))
SOURCE = "bokeh-sampledata (Quandl WIKI prices, public domain), adjusted for splits"


def load() -> Panel:
    """The five stocks, adjusted for ``SPLITS``; NaN before FB (2012) and GOOG (2004) were listed."""
    return adjust_splits(load_raw(), SPLITS)


def load_raw() -> Panel:
    """The five stocks as the package has them; DataError says how to get it when it is absent."""
    if find_spec("bokeh_sampledata") is None:
        raise DataError("the demo's data are in the package bokeh-sampledata: pip install 'maemae[demo]'.")
    from bokeh_sampledata import package_path

    instruments = [us_equity(symbol, venue) for symbol, venue in VENUES.items()]
    return load_panel(str(package_path("stocks.csv.gz")), instruments=instruments)
