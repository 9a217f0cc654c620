"""A user's own Python file as a module under a private name."""

import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from market.errors import ConfigError, MaemaeError

_ALONE = "A file of yours stands alone: put what it needs into it, or install that as a package."


def load_file(what: str, path: Path) -> ModuleType:
    """The file as a module whose name can't clash with any package, whatever folders lie beside it.

    Nothing beside the file can be imported: a result is traced to the files that made it, so these must be
    known. Raises ConfigError, with the line, for whatever the file raises.
    """
    if not path.is_file():
        raise ConfigError(f"{what} file '{path}' doesn't exist. Give the path of a Python file.")
    name = f"_maemae_{what}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{what} file '{path}' can't be read as Python.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, MaemaeError | KeyboardInterrupt):
            raise
        raise ConfigError(f"{what} file '{path}', {_said(error, path)}") from error
    return module


def _said(error: BaseException, path: Path) -> str:
    """Which line raised what, and the remedy, in one sentence or two."""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, SyntaxError) and error.filename == str(path):
        shown = f" in '{error.text.strip()}'" if error.text else ""
        return f"line {error.lineno}: {error.msg}{shown}. Mend it there."
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    place = f"line {lines[-1]}" if lines else "as it was loaded"
    if isinstance(error, SystemExit):
        return f"{place}: it ends the program. Keep what runs it under: if __name__ == '__main__'."
    if isinstance(error, ImportError) and (_is_relative(error) or _lies_beside(error, path)):
        return f"{place}: {what}. {_ALONE}"
    return f"{place}: {what}. Mend it there; --debug shows the whole trace."


def _is_relative(error: ImportError) -> bool:
    return "relative import" in str(error)


def _lies_beside(error: ImportError, path: Path) -> bool:
    """Whether what wasn't found is a file or folder next to the user's."""
    first = (error.name or "").partition(".")[0]
    return bool(first) and any((path.parent / found).exists() for found in (f"{first}.py", first))
