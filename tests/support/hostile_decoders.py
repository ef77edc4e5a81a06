"""Decoder processes that die as real codecs do, told to by the frame they are given. Imported by the process itself."""

from __future__ import annotations

import ctypes
import os
import time
from multiprocessing.connection import Connection

from app.studies.decoding.child import Decode, decode_quickly, serve
from app.studies.decoding.tasks import Answer, FrameTask, SlowTask

GIB = 1024**3


def hostile(line: Connection) -> None:
    """Decodes what is harmless, and does what the first bytes of a frame say otherwise."""
    serve(line, _decode)


def stillborn(line: Connection) -> None:
    """Dies before it is ready."""
    line.close()
    os._exit(3)


def babbling(line: Connection) -> None:
    """Answers with what nobody asked for."""
    serve(line, _babble_on(line))


def _decode(task: FrameTask | SlowTask, payload: bytes) -> Answer:
    if payload.startswith(b"segfault"):
        ctypes.string_at(0)
    if payload.startswith(b"exit"):
        os._exit(9)
    if payload.startswith(b"hang"):
        time.sleep(3600)
    if payload.startswith(b"eat"):
        _eat(64 * GIB)
    if payload.startswith(b"slowly eat"):
        _eat(4 * GIB)
    if isinstance(task, SlowTask):
        return Answer(None, "codec")
    return decode_quickly(task, payload)


def _eat(most: int) -> list[bytearray]:
    """Memory that is really touched, until the system says no."""
    eaten: list[bytearray] = []
    while len(eaten) * 16 * 1024**2 < most:
        eaten.append(bytearray(b"x") * (16 * 1024**2))
    return eaten


def _babble_on(line: Connection) -> Decode:
    def decode(task: FrameTask | SlowTask, payload: bytes) -> Answer:
        line.send_bytes(payload)
        return Answer(None, "codec")

    return decode
