"""What a decoder process is asked, and how question and answer travel.

A question is ours and may be pickled. An answer comes from a process that has just read a stranger's bytes: it is JSON
and raw pixels, checked against what the header promised before any memory is taken for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from multiprocessing import BufferTooShort
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.studies.pixel_header import PixelHeader

CHUNK_BYTES = 64 * 1024  # stays in the processor's cache: thrice as fast through a pipe as 1 MiB (measured)
MOST_WORDS = 64 * 1024


@dataclass(frozen=True, slots=True)
class FrameTask:
    """One compressed frame, by what its codec must know of the header."""

    syntax: str
    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    is_signed: bool
    photometric: str
    planar: int
    component: int = 0  # which component of the codestream, where it holds several frames (JPEG 2000 part 2)


def task_of(header: PixelHeader, component: int = 0) -> FrameTask:
    """What the codec must know of a frame of this file."""
    return FrameTask(
        syntax=header.syntax,
        rows=header.rows,
        columns=header.columns,
        samples=header.samples,
        bits_allocated=header.bits_allocated,
        bits_stored=header.bits_stored,
        is_signed=header.is_signed,
        photometric=header.photometric,
        planar=header.planar,
        component=component,
    )


@dataclass(frozen=True, slots=True)
class SlowTask:
    """One frame of a file that the quick codecs do not take; the process reads the file with pydicom."""

    header: PixelHeader
    index: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Pixels, or why there are none: 'codec', 'memory', or a text key with its facts."""

    pixels: NDArray[Any] | None
    why: str = ""
    facts: tuple[tuple[str, object], ...] = ()


class WireError(Exception):
    """The other side sent what it must not send."""


def send_bulk(line: Connection, content: memoryview) -> None:
    """Bytes in small messages. Raises OSError where the other side is gone."""
    for start in range(0, len(content), CHUNK_BYTES):
        line.send_bytes(content[start : start + CHUNK_BYTES])


def receive_bulk(line: Connection, size: int) -> NDArray[np.uint8]:
    """`size` bytes. Raises OSError, EOFError, WireError."""
    into = np.empty(size, dtype=np.uint8)
    got = 0
    while got < size:
        try:
            received = line.recv_bytes_into(into.data, got)
        except (BufferTooShort, ValueError) as error:  # larger than what is left
            raise WireError("too much") from error
        if not received:
            raise WireError("an empty message")
        got += received
    return into


def send_answer(line: Connection, answer: Answer) -> None:
    """From the decoder process."""
    pixels = None if answer.pixels is None else np.ascontiguousarray(answer.pixels)
    words: dict[str, object] = {"why": answer.why, "facts": dict(answer.facts)}
    if pixels is not None:
        words |= {"dtype": pixels.dtype.str, "shape": list(pixels.shape)}
    line.send_bytes(json.dumps(words, default=str).encode())
    if pixels is not None:
        send_bulk(line, pixels.reshape(-1).view(np.uint8).data)


def read_words(words: bytes, most_bytes: int) -> tuple[Answer, tuple[int, ...], np.dtype[Any] | None]:
    """The answer without its pixels, and what pixels follow. Raises WireError on anything that was not promised."""
    try:
        told = json.loads(words)
        shape = tuple(int(size) for size in told.get("shape", ()))
        dtype = np.dtype(str(told["dtype"])) if shape else None
        answer = Answer(None, str(told["why"]), tuple(dict(told["facts"]).items()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WireError("not an answer") from error
    if dtype is not None:
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if dtype.kind not in "iuf" or min(shape) < 1 or not 0 < size <= most_bytes:
            raise WireError("pixels that were not promised")
    return answer, shape, dtype
