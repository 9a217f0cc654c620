"""One child process for many pipelines: starting one costs more than most checks."""

from collections.abc import Iterator

import pytest

from maemae.verify.witness import Witness
from tests.maemae.verify.worlds import LEAKS


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    """A child that may read every file of ``leaks``."""
    with Witness(map(str, LEAKS.glob("*.py")), hash_seed=1) as child:
        yield child
