"""The table of every law on every adapter."""

import asyncio

from tests.brokers.conformance import CASES
from tests.brokers.stages import ADAPTERS


def outcomes() -> dict[str, dict[str, str]]:
    """By case and adapter: ok, FAILED or what it lacks."""
    found: dict[str, dict[str, str]] = {}
    for each in CASES:
        row = found[each.name] = {}
        for adapter in ADAPTERS:
            row[adapter.name] = f"no {each.lacking(adapter)}" if each.lacking(adapter) else "ok"
            if row[adapter.name] == "ok":
                try:
                    asyncio.run(asyncio.wait_for(each.scene(adapter), 30))  # type: ignore[arg-type]
                except BaseException as error:
                    row[adapter.name] = f"FAILED {type(error).__name__}"
    return found


def main() -> None:
    table = outcomes()
    width = max(map(len, table))
    print(f"{'':{width}}  " + "  ".join(f"{adapter.name:>14}" for adapter in ADAPTERS))
    for name, row in table.items():
        print(f"{name:{width}}  " + "  ".join(f"{row[adapter.name]:>14}" for adapter in ADAPTERS))


if __name__ == "__main__":
    main()
