"""Order numbers: a change and a cancellation have numbers of their own, and lead back to the order's first.

LS knows no ids of ours, so an order is told by the number that it began with, and changed by its newest. Both
are facts that never change, learnt from the answers, events and lists of this connection.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class Chains:
    """Numbers are texts without zeros before them; they begin anew with every session, and so does this."""

    session: object = None
    _root: dict[str, str] = field(default_factory=dict)
    _newest: dict[str, str] = field(default_factory=dict)
    _ours: dict[str, str] = field(default_factory=dict)  # root -> our id
    _roots: dict[str, str] = field(default_factory=dict)  # our id -> root

    def begin(self, session: object) -> bool:
        """Forget the numbers of another session: nothing rests over its end. Whether one has begun."""
        if session == self.session:
            return False
        self.session = session
        for known in (self._root, self._newest, self._ours, self._roots):
            known.clear()
        return True

    def link(self, number: str, before: str) -> str:
        """``number`` came out of ``before`` ("" = it is new). Returns the root."""
        if number in self._root and not before:
            return self._root[number]
        root = self.root(before) if before and before != number else number
        self._root[number] = root
        return root

    def root(self, number: str) -> str:
        return self._root.get(number, number)

    def changed(self, number: str, before: str) -> None:
        """What rests is called ``number`` from now on."""
        root = self.link(number, before)
        if int(number) > int(self.newest(root)):
            self._newest[root] = number

    def newest(self, root: str) -> str:
        """The number by which it can be changed or cancelled."""
        return self._newest.get(root, root)

    def name(self, client_id: str, root: str) -> None:
        """This order is ours. Replaces an earlier claim."""
        before = self._ours.get(root)
        if before is not None:
            self._roots.pop(before, None)
        self._ours[root], self._roots[client_id] = client_id, root

    def ours(self, number: str) -> str:
        """Our id of an order, "" = not known here."""
        return self._ours.get(self.root(number), "")

    def number(self, client_id: str) -> str:
        """The root of one of our ids, "" = not known here."""
        return self._roots.get(client_id, "")
