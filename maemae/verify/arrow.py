"""pyarrow opens files in C++, unseen by audit hooks: its entry points are wrapped as it is imported."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# Classes that other compiled modules build on can be replaced only where Python modules re-export them.
ENTRY_POINTS = {
    "pyarrow.lib": ("memory_map", "create_memory_map", "input_stream"),
    "pyarrow": ("OSFile", "MemoryMappedFile"),
    "pyarrow.ipc": ("open_file", "open_stream", "RecordBatchFileReader", "RecordBatchStreamReader"),
    "pyarrow._csv": ("read_csv", "open_csv"),
    "pyarrow._json": ("read_json", "open_json"),
    "pyarrow._feather": ("FeatherReader",),
    "pyarrow._orc": ("ORCReader",),
    "pyarrow.fs": ("LocalFileSystem", "FileSystem"),
    "pyarrow.dataset": ("dataset", "parquet_dataset", "FileSystemDataset"),
    "pyarrow.feather": ("read_feather", "read_table"),
    "pyarrow.parquet.core": (
        "ParquetFile", "ParquetDataset", "read_table", "read_pandas", "read_metadata", "read_schema",
    ),
}  # fmt: skip
_PATH_ARGUMENTS = frozenset(
    (
        "source",
        "path",
        "paths",
        "path_or_paths",
        "paths_or_selector",
        "where",
        "input_file",
        "metadata_path",
        "uri",
    )
)


class ArrowGuard(MetaPathFinder):
    """Wraps what ``ENTRY_POINTS`` names whenever pyarrow is imported. check: raises for a path it refuses."""

    def __init__(self, check: Callable[[object], None]) -> None:
        self.check = check

    def install(self) -> None:
        sys.meta_path.insert(0, self)
        for name in ENTRY_POINTS.keys() & sys.modules.keys():
            self.wrap(sys.modules[name])

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in ENTRY_POINTS:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        for finder in others:
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                spec.loader = _WrappingLoader(spec.loader, self)
                return spec
        return None

    def wrap(self, module: ModuleType) -> None:
        for name in ENTRY_POINTS[module.__name__]:
            original = getattr(module, name, None)
            if isinstance(original, type):
                setattr(module, name, _guarded_class(original, self.check))
            elif original is not None:
                setattr(module, name, _guarded(original, self.check))


class _WrappingLoader(Loader):
    def __init__(self, inner: Loader, guard: ArrowGuard) -> None:
        self.inner, self.guard = inner, guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        self.guard.wrap(module)


def _check_paths(value: object, check: Callable[[object], None]) -> None:
    if isinstance(value, str | bytes | os.PathLike):
        check(value)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_paths(item, check)


def _guarded(function: Callable[..., Any], check: Callable[[object], None]) -> Callable[..., Any]:
    def guarded(*positional: Any, **named: Any) -> Any:
        for value in positional[:1]:
            _check_paths(value, check)
        for name in _PATH_ARGUMENTS & named.keys():
            _check_paths(named[name], check)
        return function(*positional, **named)

    return guarded


def _guarded_class(original: type, check: Callable[[object], None]) -> type:
    """A stand-in that makes ``original`` after checking the paths, and counts as it for ``isinstance``.

    A local file system takes no path when it is made, so making one at all is refused.
    """

    class Meta(type):
        def __call__(cls, *positional: Any, **named: Any) -> Any:
            if original.__name__ == "LocalFileSystem":
                check("pyarrow.fs.LocalFileSystem")
            return _guarded(original, check)(*positional, **named)

        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, original)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, original)

        def __getattr__(cls, name: str) -> Any:
            found = getattr(original, name)
            return _guarded(found, check) if callable(found) else found

    return Meta(original.__name__, (), {"__doc__": original.__doc__, "__module__": original.__module__})
