"""Which of our ids belongs to an order of the venue's: a fact that never changes, kept to save questions."""

from collections import OrderedDict
from dataclasses import dataclass, field

MOST = 100_000


@dataclass(eq=False)
class Names:
    """by market and the venue's id. ``sent``: ids that were used here, so that none is used twice."""

    _known: "OrderedDict[tuple[str, str], str]" = field(default_factory=OrderedDict)
    _sent: "OrderedDict[str, None]" = field(default_factory=OrderedDict)

    def learn(self, symbol: str, venue_id: str, client_id: str) -> None:
        if client_id:
            self._known[symbol, venue_id] = client_id
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def of(self, symbol: str, venue_id: str) -> str | None:
        return self._known.get((symbol, venue_id))

    def use(self, client_id: str) -> bool:
        """Mark an id as used; False when it was before."""
        if client_id in self._sent:
            return False
        self._sent[client_id] = None
        if len(self._sent) > MOST:
            self._sent.popitem(last=False)
        return True

    def free(self, client_id: str) -> None:
        """It was never sent after all."""
        self._sent.pop(client_id, None)
