"""Linux Landlock: the kernel itself refuses files outside an allow list, whatever library asks for them.

Restricts the calling thread and every thread and process it starts later, for good. Without Landlock (other
systems, old kernels) ``abi`` is 0. Documentation: https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
VERSION_FLAG, PATH_BENEATH, NO_NEW_PRIVS = 1, 1, 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE  # all that a rule on a file, not a folder, may hold
READ = READ_FILE | READ_DIR
READ_WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many filesystem rights the kernel knows


@dataclass(frozen=True)
class Grant:
    """What may be done at and beneath a path."""

    path: str
    rights: int


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def abi() -> int:
    """The kernel's Landlock version, 0 when there is none."""
    if sys.platform != "linux":
        return 0
    found = _libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION_FLAG))
    return max(0, int(found))


def restrict(grants: Iterable[Grant]) -> int:
    """Allow the grants and nothing else from here on. Returns the Landlock version, 0 = none.

    Paths that don't exist are left out. TCP is refused too where the kernel can (version 4).
    """
    version = abi()
    if version == 0:
        return 0
    known = (1 << _RIGHTS_BY_ABI.get(version, 16)) - 1
    attributes = _RulesetAttributes(known, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    libc = _libc()
    ruleset = libc.syscall(
        CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return 0
    try:
        for grant in grants:
            _allow(libc, ruleset, grant, known)
        libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        return version if libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, grant: Grant, known: int) -> None:
    try:
        folder = os.open(grant.path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = grant.rights & known
        if not os.path.isdir(grant.path):
            rights &= FILE_RIGHTS
        rule = _PathBeneath(rights, folder)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(folder)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
