"""A virtual X screen with real pointer and keys; tests that need one skip, saying so, where it cannot be had."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

PROGRAMS = ("Xvfb", "xdotool")
SIZE = (1400, 900)


@dataclass(frozen=True, slots=True)
class Screen:
    """One running X server."""

    display: str
    buffer: Path

    def do(self, *words: str) -> str:
        """Run xdotool."""
        environment = {**os.environ, "DISPLAY": self.display}
        done = subprocess.run(
            ["xdotool", *words], check=False, env=environment, capture_output=True, text=True, timeout=20
        )
        return done.stdout.strip()

    def picture(self) -> NDArray[np.uint8]:
        """What is on the screen now: (rows, columns, 3), from the server's own frame buffer file (XWD)."""
        content = self.buffer.read_bytes()
        head = struct.unpack(">25I", content[:100])
        start, width, height, line = head[0] + 12 * head[19], head[4], head[5], head[12]
        rows = np.frombuffer(content[start : start + line * height], np.uint8).reshape(height, line)
        return np.ascontiguousarray(rows[:, : width * 4].reshape(height, width, 4)[..., 2::-1])

    def wait_for_window(self, process: subprocess.Popen[bytes], name: str, timeout_s: float = 40.0) -> str:
        """The id of a window by its name."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until and process.poll() is None:
            found = self.do("search", "--onlyvisible", "--name", name)
            if found:
                return found.splitlines()[0]
            time.sleep(0.2)
        raise AssertionError(f"no window named {name}; the process said {process.poll()}")


@contextmanager
def real_display(folder: Path) -> Iterator[Screen]:
    """Start an X server on a free number; skips without the programs, fails instead under CI."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        words = f"{', '.join(missing)} not installed"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", str(folder)],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        yield Screen(f":{number}", folder / "Xvfb_screen0")
    finally:
        server.terminate()
        server.wait(10)
