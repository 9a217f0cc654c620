"""The one way to compile: numba with a cache that is keyed by everything it was compiled from.

numba's own cache notices edits in the compiled file only, not in the files it calls. Here the cache
folder's name holds a hash of all compiled sources and of numba's and Python's versions, so a stale
entry can never be loaded.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

# Level 3 compiles twice as long as level 2 for code that is no faster (measured on the desk).
os.environ.setdefault("NUMBA_OPT", "2")

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
_HOUSE = Path(__file__).resolve().parent.parent
_COMPILED_FOLDERS = ("market", "strategies", "filters", "desk")  # their enums enter compiled code, too


def cache_root() -> Path:
    """Where compiled code is kept: $MAEMAE_CACHE, else the user's cache folder."""
    home = os.environ.get("MAEMAE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(home).expanduser() / "maemae" if home else Path.home() / ".cache" / "maemae"


def _source_hash() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for folder in _COMPILED_FOLDERS:
        for path in sorted((_HOUSE / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


CACHE_DIR = cache_root() / "compiled" / _source_hash()
numba.config.CACHE_DIR = str(CACHE_DIR)


def compiled(function: F) -> F:
    """An entry called from Python: may allocate, releases the GIL, cached on disk."""
    return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]


def inner(function: F) -> F:
    """Called from compiled code only: no allocation, no reference counting."""
    return _compiled_once(function, forceinline=False)


def inlined(function: F) -> F:
    """As ``inner``, inlined by LLVM: for what runs on every bar, or is called from one place on every signal.

    A call costs as much as what a short one does; inlining all of them compiles a fifth longer for nothing.
    """
    return _compiled_once(function, forceinline=True)


def _compiled_once(function: F, *, forceinline: bool) -> F:
    """One compiled version, without a way in from Python, whatever the widths of the integers it is given.

    numba compiles a function, and all it calls, anew for int8, int32, each literal and each enum: a third
    of the desk's compilation. Here all of them are passed as int64.
    """
    options = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    dispatcher: Any = numba.njit(forceinline=forceinline, **options)(function)
    resolve = dispatcher.get_call_template

    def widened(args: Any, kws: Any) -> Any:
        return resolve(tuple(_wide(one) for one in args), {name: _wide(one) for name, one in kws.items()})

    dispatcher.get_call_template = widened
    return cast(F, dispatcher)


def _wide(kind: Any) -> Any:
    plain = types.unliteral(kind)  # type: ignore[attr-defined]
    return types.int64 if isinstance(plain, (types.Integer, types.IntEnumMember)) else plain


@intrinsic  # type: ignore[untyped-decorator]
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask the processor to bring ``array[index]`` near, without waiting for it. The index must be inside."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        where = builder.bitcast(builder.gep(view.data, [arguments[1]]), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [where.type, *[cgutils.int32_t] * 3])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [where, *(cgutils.int32_t(flag) for flag in (0, 3, 1))])
        return context.get_dummy_value()

    return types.void(array, index), generate
