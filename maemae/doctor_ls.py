"""``maemae doctor ls``: what an app key of LS may do and trade now, without a profile or an order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

from brokers.contract import Link
from brokers.keys import Keys, read_keys
from brokers.ls.access import LsAccess
from brokers.ls.masters import GROUPS, front, master
from brokers.ls.mode import check_clock, clock_offset, kind_of
from brokers.ls.rest import Rest
from brokers.ls.socket import Socket
from brokers.ls.tokens import Tokens
from brokers.ls.values import SEOUL, decimal
from brokers.ls.wire import Wire
from maemae.app_key import check_unused
from maemae.doctor import Finding, days_known
from market import krx
from market.errors import MaemaeError, VenueDown
from market.timeframes import SECOND

STREAM_S = 10.0
PLACES = (("futures and options", krx.Board.DERIVATIVES), ("stocks", krx.Board.STOCKS))


async def examine_ls(access: LsAccess, clock: Callable[[], int], days: krx.Calendar) -> list[Finding]:
    """All checks, in the order in which they depend on each other. clock: ns UTC. days: KRX's."""
    try:
        keys = read_keys(access)
        check_unused(keys)
    except MaemaeError as error:
        return [Finding("keys", False, str(error))]
    found = [Finding("keys", True, f"{access.key_env} and {access.secret_env} are set")]
    wire = Wire(access.rest, access.timeout_s)
    try:
        found += [each async for each in _asked(wire, access, keys, clock, days)]
    finally:
        await wire.close()
    return found


async def _asked(
    wire: Wire, access: LsAccess, keys: Keys, clock: Callable[[], int], days: krx.Calendar
) -> AsyncIterator[Finding]:
    tokens = Tokens(wire, keys, clock)
    rest = Rest(wire, tokens)
    token = await _tried("token", lambda: _token(tokens))
    yield token
    if not token.ok:
        return
    kind = ""

    async def mode() -> str:
        nonlocal kind
        kind = await kind_of(rest, access)
        return f"{kind} trading, by what LS says of the key"

    yield await _tried("mode", mode)
    yield await _tried("clock", lambda: _clock(rest, access, clock))
    for place, board in PLACES:
        yield Finding(f"session of {place}", True, session_text(clock(), board, days))
    yield days_known(days, clock())
    yield await _permission("account of futures and options", lambda: _derivatives(rest))
    yield await _permission("account of stocks", lambda: _stocks(rest))
    yield await _permission("night session", lambda: _night(rest, kind))
    yield await _tried("stream", lambda: _stream(tokens, access, kind or "real"))
    for group in GROUPS:
        yield await _tried(group, lambda group=group: _listed(rest, group))  # type: ignore[misc]


async def _tried(name: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(name, True, await check())
    except MaemaeError as error:
        return Finding(name, False, str(error))


async def _permission(name: str, check: Callable[[], Awaitable[str]]) -> Finding:
    """A key is for one account: that it lacks the others is no fault."""
    try:
        return Finding(name, True, await check())
    except MaemaeError as error:
        return Finding(name, None, f"not with this key: {error}")


async def _token(tokens: Tokens) -> str:
    await tokens.current()
    ends = datetime.fromtimestamp(tokens.ends // SECOND, SEOUL)
    return f"taken; it holds until {ends:%m-%d %H:%M} in Seoul, and one taken elsewhere ends it"


async def _clock(rest: Rest, access: LsAccess, clock: Callable[[], int]) -> str:
    offset, doubt = await clock_offset(rest, clock())
    check_clock(offset, doubt, access)
    return f"{max(abs(offset) - doubt, 0) / SECOND:.2f} s from the venue's"


def session_text(now: int, board: krx.Board, days: krx.Calendar) -> str:
    """What holds at an instant, and until when."""
    span = krx.session_at(now, days, board)
    until = datetime.fromtimestamp(span.end // SECOND, SEOUL)
    what = "closed" if span.session is krx.Session.CLOSED else f"{span.session.value}, {span.phase.value}"
    return f"{what} until {until:%m-%d %H:%M} in Seoul"


async def _derivatives(rest: Rest) -> str:
    answer = await rest.ask("CFOBQ10500", {"CFOBQ10500InBlock1": {"RecCnt": 1}})
    row = answer.row("OutBlock2")
    there, free = decimal(row.get("DpsamtTotamt")), decimal(row.get("MnyOrdAbleAmt"))
    return f"{there:,.0f} KRW deposited, {free:,.0f} free for orders"


async def _stocks(rest: Rest) -> str:
    answer = await rest.ask("CSPAQ22200", {"CSPAQ22200InBlock1": {"BalCreTp": "0"}})
    row = answer.row("OutBlock2")
    there, free = decimal(row.get("D2Dps")), decimal(row.get("MnyOrdAbleAmt"))
    return f"{there:,.0f} KRW on the second day from now, {free:,.0f} free for orders"


async def _night(rest: Rest, kind: str) -> str:
    if kind == "paper":
        return "paper accounts have none"
    code = await front(rest)
    asked = {
        "RecCnt": 1, "QryTp": "1", "OrdAmt": 0, "RatVal": 0.0, "FnoIsuNo": code, "BnsTpCode": "2",
        "FnoOrdPrc": 0.0, "FnoOrdprcPtnCode": "03",
    }  # fmt: skip
    answer = await rest.ask("CCENQ10100", {"CCENQ10100InBlock1": asked})
    lots = decimal(answer.row("OutBlock2").get("OrdAbleQty"))
    return f"may be traded; {code}: {lots:,.0f} lots could be bought"


async def _stream(tokens: Tokens, access: LsAccess, kind: str) -> str:
    """A connection that LS answers a registration on."""
    up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def said(link: Link, reason: str) -> None:
        if link is Link.UP and not up.done():
            up.set_result(None)

    socket = Socket(access.socket(kind), tokens, lambda message: None, said)
    socket.want([("JIF", "0")])
    try:
        await asyncio.wait_for(up, STREAM_S)
    except TimeoutError:
        raise VenueDown(
            f"{access.socket(kind)} didn't take a registration within {STREAM_S:g} s. LS is said to be "
            "out of reach of some foreign and cloud addresses: try from another network."
        ) from None
    finally:
        await socket.close()
    return "answers"


async def _listed(rest: Rest, group: str) -> str:
    codes = (await master(rest, group)).codes
    if not codes:
        return "none listed"
    shown = ", ".join(f"{code}@ls" for code in codes[:3])
    return f"{len(codes):,} listed: {shown}{' ...' if len(codes) > 3 else ''}"
