"""What can go wrong between two processes of one bot."""

from market.errors import MaemaeError


class EngineDown(MaemaeError):
    """The engine doesn't answer. Whether it did what it was told is unknown when ``asked`` is true."""

    def __init__(self, message: str, asked: bool) -> None:
        super().__init__(message)
        self.asked = asked


class EngineFault(MaemaeError):
    """The engine answered that it failed inside."""
