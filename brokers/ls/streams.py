"""What LS's socket says of the market and of the account, given to whom it concerns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from brokers.contract import BrokerEvent, Feed, Link, LinkEvent
from brokers.ls.events import NIGHT_STREAMS, STREAMS
from brokers.ls.gate import INTERRUPTION, STATUS, Sessions
from brokers.ls.listing import Listing
from brokers.ls.market_messages import MarketMessages, market_streams
from brokers.ls.messages import Message
from brokers.ls.socket import Socket, Stream
from brokers.ls.stock_events import STREAMS as STOCK_STREAMS
from brokers.ls.tokens import Tokens
from brokers.ls.trading import Trading
from market import krx
from market.errors import ConfigError, DataError
from market.instruments import Instrument


@dataclass(eq=False)
class Streams:
    """stocks, real: the account's kind. known: instruments in use. now: ns UTC. say: where events go."""

    stocks: bool
    real: bool
    orders: Trading
    market: MarketMessages
    listing: Listing
    known: Mapping[str, Instrument]
    sessions: Sessions
    days: krx.Calendar
    now: Callable[[], int]
    say: Callable[[BrokerEvent], None]
    feeds: frozenset[Feed] = frozenset()
    socket: Socket | None = field(init=False, default=None)
    _hearers: dict[str, Callable[[Message], None]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        derivatives = (*STREAMS, *NIGHT_STREAMS) if self.real else STREAMS
        self._account = STOCK_STREAMS if self.stocks else derivatives

    def begin(
        self, url: str, tokens: Tokens, quiet_s: float, instruments: Sequence[str], feeds: set[Feed]
    ) -> None:
        """Connect, and stay registered for what ``feeds`` need."""
        self.feeds = frozenset(feeds)
        self.socket = Socket(
            url, tokens, self._heard, self._link, quiet_s=quiet_s, expected=self._market_speaks
        )
        self.socket.want(self._wanted(instruments))

    async def close(self) -> None:
        socket, self.socket = self.socket, None
        if socket is not None:
            await socket.close()

    def again(self) -> None:
        """The token that registrations carry is another's now."""
        if self.socket is not None:
            self.socket.again()

    async def listen(self, stream: Stream, hear: Callable[[Message], None]) -> None:
        """Hear one more that isn't of the contract, until the connection ends (``connections``). Raises
        VenueDown or ConfigError."""
        if self.socket is None:
            raise ConfigError("ls: listen comes after subscribe.")
        self._hearers[stream[0]] = hear
        await self.socket.add(stream)

    @property
    def connections(self) -> int:
        """How often the socket has come up."""
        return self.socket.connections if self.socket is not None else 0

    def _wanted(self, instruments: Sequence[str]) -> list[Stream]:
        streams = [STATUS]
        for name in set(instruments) - self.listing.expired:
            streams += market_streams(self.known[name], set(self.feeds), self.real)
        if Feed.ORDERS in self.feeds:
            streams += [(stream, "") for stream in self._account]
        if self.stocks:
            listed = [name for name in instruments if name not in self.listing.expired]
            streams += [(INTERRUPTION, self.known[name].symbol) for name in listed]
        return streams

    def _market_speaks(self) -> bool:
        """Whether prices were asked for and something is in continuous trading."""
        if not self.feeds & {Feed.TRADES, Feed.QUOTES}:
            return False
        now = self.now()
        listed = [one for name, one in self.known.items() if name not in self.listing.expired]
        spans = (self.sessions(one, now, self.days) for one in listed)
        return any(span.phase is krx.Phase.CONTINUOUS for span in spans)

    def _heard(self, message: Message) -> None:
        if message.tr in self._account:
            self.orders.hear(message)
            return
        try:
            self._of_the_market(message)
        except DataError:  # what can't be read changes nothing
            assert self.socket is not None
            self.socket.unread += 1

    def _of_the_market(self, message: Message) -> None:
        if self.orders.gate.hear(message):
            return
        hearer = self._hearers.get(message.tr)
        if hearer is not None:
            hearer(message)
            return
        event = self.market(message)
        if event is not None:
            self.say(event)

    def _link(self, link: Link, reason: str) -> None:
        if link is Link.GAP:
            self.orders.gate.gap()
        for feed in sorted(self.feeds, key=lambda feed: feed.value):
            if link is not Link.GAP or feed is Feed.ORDERS:
                self.say(LinkEvent(feed, link, reason, self.now()))
