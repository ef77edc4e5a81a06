"""The decoder process: takes one frame at a time from its pipe until the pipe ends.

Starts with numpy and nothing else; codecs are loaded when a frame needs them, pydicom only for files that no quick
codec takes.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.studies.decoding.tasks import Answer, FrameTask, SlowTask

READY = b"ready"
Decode = Callable[["FrameTask | SlowTask", bytes], "Answer"]


def serve(line: Connection, decode: Decode | None = None) -> None:
    """Answer until the other side is gone, which is also how this process ends when the viewer dies."""
    _keep_quiet()
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = (
        "1"  # before numpy: threads take address space
    )
    from app.studies.decoding import tasks

    work = decode or _decode
    with contextlib.suppress(OSError, EOFError, KeyboardInterrupt), open(os.devnull, "w") as nowhere:
        cap_memory = memory_cap()
        line.send_bytes(READY)
        while True:
            task, size, memory_bytes, limit_s = line.recv()
            payload = tasks.receive_bulk(line, size).tobytes() if size else b""
            cap_memory(memory_bytes)
            # Should the viewer be gone while a codec hangs, nobody else would end this process.
            faulthandler.dump_traceback_later(limit_s * 2, exit=True, file=nowhere)
            try:
                answer = work(task, payload)
            except MemoryError:
                answer = tasks.Answer(None, "memory")
            tasks.send_answer(line, answer)
            faulthandler.cancel_dump_traceback_later()


def _decode(task: FrameTask | SlowTask, payload: bytes) -> Answer:
    from app.studies.decoding.tasks import FrameTask

    return (
        decode_quickly(task, payload) if isinstance(task, FrameTask) else decode_with_pydicom(task, payload)
    )


def decode_quickly(task: FrameTask, payload: bytes) -> Answer:
    """By one codec; 'codec' where it cannot."""
    from app.studies.codecs import CodecError, CutShortError, decode_codestream
    from app.studies.decoding.tasks import Answer

    try:
        return Answer(decode_codestream(task, payload))
    except CodecError as error:
        return Answer(None, "codec", (("detail", str(error)),))
    except CutShortError:
        return Answer(None, "cut short")


def decode_with_pydicom(task: SlowTask, whole: bytes = b"") -> Answer:
    """By pydicom or SimpleITK; a text key and its facts where they cannot. whole: the file, if we cannot read it."""
    from app.domain.errors import PixelsUnreadableError
    from app.studies.decoding.tasks import Answer
    from app.studies.slow_decode import decode_slowly

    try:
        return Answer(decode_slowly(task.header, task.index, whole))
    except PixelsUnreadableError as error:
        return Answer(None, error.key, tuple(error.facts.items()))
    except OSError as error:
        return Answer(None, "io", (("reason", error.strerror or type(error).__name__),))


def memory_cap() -> Callable[[int], None]:
    """A function that lets this process take so much address space more than it has, and no more.

    Linux keeps to it; elsewhere the viewer watches the process from outside (`pool`).
    """
    if not sys.platform.startswith("linux"):
        return lambda extra_bytes: None
    import resource

    sizes = os.open("/proc/self/statm", os.O_RDONLY)  # kept open: asked for every frame
    page, (_, hard) = resource.getpagesize(), resource.getrlimit(resource.RLIMIT_AS)

    def cap(extra_bytes: int) -> None:
        limit = int(os.pread(sizes, 64, 0).split()[0]) * page + extra_bytes
        resource.setrlimit(
            resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard)
        )

    return cap


def _keep_quiet() -> None:
    """Ctrl+C is the viewer's to handle; a crash here leaves no core file with pixels in it, and no dialog."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no box for critical errors, none for a crash
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
