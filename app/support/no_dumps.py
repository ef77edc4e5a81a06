"""A crash leaves no picture of this process's memory behind: it holds pictures and names of patients, and keys."""

from __future__ import annotations

import sys

_LEAST = 1  # bytes: below what any dump needs, and the kernel's word for "none" to a program that takes dumps by a pipe


def leave_no_dumps() -> None:
    """Holds for this process and all that it starts. On Windows dumps are the system's own, off unless set up."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    least = _LEAST if hard == resource.RLIM_INFINITY else min(_LEAST, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (least, least))
