"""All protections of the child process together, and a sentence that says which of them hold."""

import os
from collections.abc import Iterable
from importlib.util import cache_from_source

from maemae.verify import landlock
from maemae.verify.arrow import ArrowGuard
from maemae.verify.audit import Guard
from maemae.verify.landlock import READ, READ_DIR, READ_WRITE, WRITE_FILE, Grant
from maemae.verify.places import HOUSE, code_folders, compile_cache, system_places
from maemae.verify.readable import Readable


def protect(files: Iterable[str], scraps: str, use_kernel: bool = True) -> tuple[Guard, str]:
    """From here on this process reads code, its own ``files`` and the compile cache, and nothing else.

    scraps: an empty folder for what libraries want to put somewhere. use_kernel: False leaves Landlock out,
    as on systems without it. Returns the guard and what holds.
    """
    real = [os.path.realpath(file) for file in files]
    folder = os.path.realpath(scraps)
    own = frozenset([*real, *(cache_from_source(file) for file in real)])
    version = landlock.restrict([*_grants(own), Grant(folder, READ_WRITE)]) if use_kernel else 0
    guard = Guard(Readable(own, folder), kernel=version > 0)
    ArrowGuard(guard.check_file).install()
    guard.install()
    if version:
        return (
            guard,
            f"Landlock version {version} in the kernel, a Python audit hook, guarded pyarrow readers",
        )
    return guard, (
        "a Python audit hook and guarded pyarrow readers; the kernel offers no Landlock here, "
        "so a C++ reader other than pyarrow's would not be seen unless its import is refused"
    )


def _grants(files: frozenset[str]) -> list[Grant]:
    readable = [Grant(path, READ) for path in (*code_folders(), *system_places(), *files)]
    # Listing our own folder is needed to import from it; its data files stay unreadable.
    return [
        *readable,
        Grant(str(HOUSE), READ_DIR),
        Grant(compile_cache(), READ_WRITE),
        Grant(os.devnull, READ | WRITE_FILE),
    ]
