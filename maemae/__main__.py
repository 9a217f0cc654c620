"""``python -m maemae`` from any directory: the user's own folders called ``strategies`` don't count."""

import sys

try:
    from pathlib import Path

    HOUSE = Path(__file__).resolve().parent.parent
    if Path(sys.path[0] or ".").resolve() != HOUSE:
        sys.path.pop(0)
    from maemae.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    main()
