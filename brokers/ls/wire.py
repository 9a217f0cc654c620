"""HTTP to LS: one request, what came back, and whether it left when nothing did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brokers.ls.trs import Tr
from brokers.ls.values import Row

if TYPE_CHECKING:
    import aiohttp

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


class NotSent(Exception):
    """No connection came about: LS knows nothing of it."""


class NoAnswer(Exception):
    """It may have arrived; what came back wasn't whole, or nothing did."""


@dataclass(frozen=True, slots=True)
class Reply:
    """status: HTTP's. body: the JSON object, {} when it was none."""

    status: int
    body: Row = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def code(self) -> str:
        return str(self.body.get("rsp_cd") or self.body.get("error_code") or "").strip()

    @property
    def message(self) -> str:
        return str(self.body.get("rsp_msg") or self.body.get("error_description") or "").strip()


@dataclass(eq=False)
class Wire:
    """url: REST's base. timeout_s: of one request. The session opens with the first one."""

    url: str
    timeout_s: float
    _session: "aiohttp.ClientSession | None" = None

    @property
    def session(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout_s))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def form(self, path: str, fields: Mapping[str, str]) -> Reply:
        return await self._post(path, fields, {"content-type": FORM})

    async def tr(self, tr: Tr, blocks: Mapping[str, Any], token: str, more: str = "") -> Reply:
        """more: the key of another page."""
        headers = {
            "content-type": JSON,
            "authorization": f"Bearer {token}",
            "tr_cd": tr.code,
            "tr_cont": "Y" if more else "N",
            "tr_cont_key": more,
        }
        return await self._post(tr.path, json.dumps(blocks, ensure_ascii=False).encode(), headers)

    async def _post(self, path: str, data: Any, headers: Mapping[str, str]) -> Reply:
        """Raises NotSent or NoAnswer, which name no secrets."""
        import aiohttp

        try:
            async with self.session.post(self.url + path, data=data, headers=headers) as response:
                text = await response.text()
                return Reply(response.status, _object(text), dict(response.headers))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"{self.url} can't be reached, {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            raise NoAnswer(f"{self.url} was silent, {type(error).__name__}") from None


def _object(text: str) -> Row:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
