"""A process that downloads, to be killed: -m tests.brokers.downloading URL FOLDER SINCE UNTIL BLOCK."""

import asyncio
import sys
from pathlib import Path

from brokers.download import Download
from brokers.registry import open_venue
from market.catalog import Catalog
from tests.brokers.stages import MINUTE


async def main(url: str, folder: str, since: int, until: int, block: int) -> None:
    broker = open_venue("binance", {"url": url})
    await broker.connect()
    [instrument] = await broker.instruments(["BTCUSDT@binance"])
    await Download(broker, Catalog(Path(folder)), instrument, MINUTE, block=block).run(since, until)
    await broker.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
