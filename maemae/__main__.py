"""``python -m maemae`` from any directory: the user's own folders called ``strategies`` don't count."""

import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
if Path(sys.path[0] or ".").resolve() != HOUSE:
    sys.path.pop(0)

from maemae.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
