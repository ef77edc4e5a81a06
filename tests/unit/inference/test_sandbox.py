"""RQ-37: a model's process has no network and no more memory than it was given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def answer(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_no_socket_can_be_made() -> None:
    code = """
from inference.sandbox import leave_network
leave_network()
import socket
try:
    socket.socket()
    print("made")
except PermissionError:
    print("refused")
"""
    assert answer(code) == "refused"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")
def test_the_kernel_holds_the_process_to_it_where_it_can() -> None:
    code = """
import _socket
from inference.sandbox import leave_network
held = leave_network()
raw = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
raw.settimeout(2)
try:
    raw.connect(("127.0.0.1", 1))
    print(held, "connected")
except OSError as error:
    print(held, error.errno)
"""
    held, errno = answer(code).split()
    if held == "True":
        assert errno in {"101", "99"}, "not even loopback is up in a namespace of its own"


@pytest.mark.skipif(sys.platform == "win32", reason="the parent watches on Windows")
def test_memory_past_the_bound_is_refused() -> None:
    code = """
import numpy
from inference.sandbox import limit_memory
limit_memory(100)
try:
    numpy.ones(400 * 1024 * 1024, numpy.uint8)
    print("taken")
except MemoryError:
    print("refused")
"""
    assert answer(code) == "refused"
