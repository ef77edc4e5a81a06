"""What the child process gives up before it opens a model: the network, and memory past a bound."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from typing import NoReturn

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
MEBIBYTE = 1024 * 1024
RUNTIME_MIB = 1024  # what the runtime maps by itself when it is loaded, beside what a package may take


def leave_network() -> bool:
    """Give up the network for good; True if the kernel itself holds us to it (Linux), else Python alone does."""
    held = sys.platform.startswith("linux") and _unshare()
    socket.socket = _Refused  # type: ignore[misc]  # that is the point
    socket.create_connection = _refuse
    return held


def limit_to_package(ram_mb: int) -> None:
    """Hold this process to what a package states, with room for the runtime."""
    limit_memory(ram_mb + RUNTIME_MIB)


def limit_memory(more_mib: int) -> None:
    """Let this process's address space grow by so much and no further (POSIX; elsewhere the parent watches)."""
    if sys.platform == "win32":
        return
    import resource

    import psutil

    bound = psutil.Process().memory_info().vms + more_mib * MEBIBYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        bound = min(bound, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _unshare() -> bool:
    """A network namespace with nothing in it; as root directly, else inside a user namespace of our own."""
    libc = ctypes.CDLL(None, use_errno=True)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    return bool(libc.unshare(flags) == 0)


class _Refused(socket.socket):
    """No socket can be made any more."""

    def __init__(self, *_: object, **__: object) -> None:
        _refuse()


def _refuse(*_: object, **__: object) -> NoReturn:
    raise PermissionError("models run without a network")
