"""What every kind of entry is."""


class Message:
    """Base of the kinds in ``records.entries``: frozen dataclasses."""

    @property
    def key(self) -> str | None:
        """The entry's name for ever: a second message of this kind and key isn't appended. None: no name."""
        return None
