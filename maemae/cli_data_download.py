"""``maemae data download``: names and help; ``cli_data_download_run`` does the work."""

from typing import Annotated

import typer

from maemae.cli_options import Days, Debug, Folder, Json, Lang


def download_bars(
    symbols: Annotated[
        list[str],
        typer.Argument(metavar="SYMBOL", help="As the venue writes them: BTCUSDT, 005930."),
    ],
    venue: Annotated[
        str, typer.Option(metavar="NAME", help="binance, binanceusdm, upbit, ls or ccxt's name.")
    ],
    since: Annotated[str, typer.Option(metavar="DAY", help="First day or moment.")],
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="Day or moment to stop before; else now.")
    ] = None,
    timeframe: Annotated[str, typer.Option(metavar="LENGTH", help="Length of a bar: 1m, 4h, 1d.")] = "1m",
    catalog: Folder = None,
    margin: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            help="Initial margin of futures, of notional, where the venue doesn't say it: ls.",
        ),
    ] = None,
    profile: Days = None,
    url: Annotated[str, typer.Option(metavar="URL", help="A simulator to ask in the venue's place.")] = "",
    language: Lang = None,
    json: Json = None,
    debug: Debug = False,
) -> int:
    """Fetch closed bars from a venue into the catalog; run again, it goes on where it stopped."""
    from maemae.cli_data_download_run import run_download

    return run_download(
        symbols, venue, timeframe, since, until, folder=catalog, settings={"url": url, "margin": margin},
        profile=profile, out=json, language=language or "en",
    )  # fmt: skip
