"""Decoder processes never outlive the program, however that ends, and never disturb how it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[4]
START = "from app.studies.decode import prewarm; from app.studies.decoding.compressed import decoders; prewarm(); "
TELL = "print(*decoders().pids, flush=True); "
HANG = (
    "import threading; from app.studies.decoding.pool import Bounds, DecoderPool; "
    "from app.studies.decoding.tasks import FrameTask; from tests.support.hostile_decoders import hostile; "
    "pool = DecoderPool(1, hostile); task = FrameTask('1.2.840.10008.1.2.5', 4, 4, 1, 8, 8, False, 'MONOCHROME2', 0); "
    "pool.prewarm(); pool._ready(pool._slots[0]); print(*pool.pids, flush=True); "
    "pool.decode(task, b'hang', Bounds(2.0, 1 << 30, 400))"
)


def program(code: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told_pids(running: subprocess.Popen[str]) -> list[int]:
    assert running.stdout is not None
    return [int(pid) for pid in running.stdout.readline().split()]


def all_gone(pids: Sequence[int], within_s: float = 20.0) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if not any(psutil.pid_exists(pid) and _is_decoder(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def _is_decoder(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and "python" in process.name().lower()
    except psutil.NoSuchProcess:
        return False


def test_a_program_that_ends_takes_its_decoders_along_in_silence() -> None:
    running = program(START + TELL)
    pids = told_pids(running)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 0
    assert errors == ""
    assert len(pids) == 2
    assert all_gone(pids)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows one way to end a program")
@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_program_that_is_ended_takes_its_decoders_along(end: str) -> None:
    running = program(START + TELL + "import time; time.sleep(60)")
    pids = told_pids(running)
    getattr(running, end)()
    running.communicate(timeout=60)
    assert len(pids) == 2
    assert all_gone(pids)


def test_a_decoder_that_hangs_ends_by_itself_when_the_program_was_killed() -> None:
    running = program(HANG)
    pids = told_pids(running)
    time.sleep(0.5)  # the frame is on its way
    running.kill()
    running.communicate(timeout=60)
    assert len(pids) == 1
    assert all_gone(pids)


def test_a_decoder_process_loads_neither_windows_nor_dicom_libraries() -> None:
    code = (
        "import sys, app.studies.decoding.child, app.studies.decoding.tasks, app.studies.codecs; "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    running = program(code)
    loaded, _ = running.communicate(timeout=60)
    assert not {"pydicom", "vtkmodules", "PySide6", "SimpleITK", "scipy", "imagecodecs", "psutil"} & set(
        loaded.split()
    )
