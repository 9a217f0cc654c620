"""A small asker over a bare client, and the guide's examples as answers."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from brokers.ls.answers import Answer
from brokers.ls.values import Row
from tests.brokers.simulators.ls_scenes import Plain


def answered(tr: str, body: Mapping[str, Any], more: bool = False, key: str = "") -> Answer:
    blocks = {name: block for name, block in body.items() if name not in ("rsp_cd", "rsp_msg")}
    return Answer(tr, str(body.get("rsp_cd", "")), str(body.get("rsp_msg", "")), blocks, more, key)


class Asking:
    """Asks through a client that has its token. asked: every TR with its block, in order."""

    def __init__(self, client: Plain) -> None:
        self.client = client
        self.asked: list[tuple[str, Row]] = []

    async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Answer:
        (block,) = blocks.values()
        self.asked.append((tr, dict(block)))
        status, body, headers = await self.client.ask(tr, dict(block), more)
        assert status == 200, body
        return answered(tr, body, headers.get("tr_cont") == "Y", headers.get("tr_cont_key", ""))


class Scripted:
    """Answers with given bodies, in order."""

    def __init__(self, *bodies: Mapping[str, Any]) -> None:
        self.bodies = list(bodies)
        self.asked: list[tuple[str, Row]] = []

    async def ask(self, tr: str, blocks: Mapping[str, Mapping[str, object]], more: str = "") -> Answer:
        (block,) = blocks.values()
        self.asked.append((tr, dict(block)))
        return answered(tr, self.bodies.pop(0))


def examples(real_data: Path, tr: str) -> list[Any]:
    """Responses of the guide to a TR."""
    with gzip.open(real_data / "protocol" / "ls_openapi_examples.json.gz", "rt") as file:
        return [each["response"] for each in json.load(file) if each["tr_code"] == tr]
