"""Decoder processes: started when first needed, replaced when one dies, gone with the viewer.

A process is lent to one thread for one frame. Whatever a codec does there - crash, hang, take all memory - costs that
frame; the next one gets a fresh process. Pixels come back through a pipe: measured, that costs less than shared memory
is worth, and a full /dev/shm cannot kill the viewer.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import psutil

from app.studies.decoding.child import READY, serve
from app.studies.decoding.tasks import (
    MOST_WORDS,
    Answer,
    FrameTask,
    SlowTask,
    WireError,
    read_words,
    receive_bulk,
    send_bulk,
)

SIZE = 2  # the threads that ask are two (measured: more bring nothing on two cores)
START_S = 60.0
CLOSE_S = 5.0
WATCH_S = 0.1


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one frame may take."""

    limit_s: float
    memory_bytes: int
    answer_bytes: int


class DecoderLostError(Exception):
    """The process is gone; why: 'crashed', 'timeout', 'memory' or 'start'."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class _Child:
    process: BaseProcess
    line: Connection
    is_ready: bool = False


@dataclass(slots=True)
class _Slot:
    child: _Child | None = None


class DecoderPool:
    """Safe to share between threads. `target` is what runs in the process."""

    def __init__(self, size: int = SIZE, target: Callable[[Connection], None] = serve) -> None:
        self._target = target
        self._slots = tuple(_Slot() for _ in range(size))
        self._free: queue.LifoQueue[_Slot] = queue.LifoQueue()  # the one that is warm goes first
        self._starting = threading.Lock()
        self._is_closed = False
        for slot in reversed(self._slots):
            self._free.put(slot)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of those that run."""
        found = (slot.child.process.pid for slot in self._slots if slot.child is not None)
        return tuple(pid for pid in found if pid is not None)

    def prewarm(self) -> None:
        """Start all processes and wait for none: they load while headers are read."""
        for slot in self._slots:
            self._start(slot)

    def decode(self, task: FrameTask | SlowTask, payload: bytes, bounds: Bounds) -> Answer:
        """One frame. Raises DecoderLostError where it cost the process."""
        slot = self._free.get()
        try:
            return self._ask(slot, task, payload, bounds)
        finally:
            self._free.put(slot)

    def close(self) -> None:
        """End all processes; whoever still waits for a frame gets DecoderLostError."""
        with self._starting:
            self._is_closed = True
        for slot in self._slots:
            child = slot.child
            if child is not None:
                with contextlib.suppress(ValueError):  # it died and was cleared away in this very moment
                    child.process.kill()
        held = []
        with contextlib.suppress(queue.Empty):
            for _ in self._slots:  # each comes back at once: whoever held it sees the end of its process
                held.append(self._free.get(timeout=CLOSE_S))
                _bury(held[-1])
        for slot in held:
            self._free.put(slot)

    def _ask(self, slot: _Slot, task: FrameTask | SlowTask, payload: bytes, bounds: Bounds) -> Answer:
        child = self._ready(slot)
        try:
            return _exchange(child, task, payload, bounds)
        except (OSError, EOFError, WireError) as error:
            self._replace(slot)
            raise DecoderLostError("crashed") from error
        except DecoderLostError:
            self._replace(slot)
            raise

    def _ready(self, slot: _Slot) -> _Child:
        """A process that has said it is ready. Raises DecoderLostError('start')."""
        if slot.child is not None and not slot.child.process.is_alive():
            _bury(slot)
        self._start(slot)
        child = slot.child
        if child is None:
            raise DecoderLostError("start")
        try:
            child.is_ready = child.is_ready or (child.line.poll(START_S) and child.line.recv_bytes() == READY)
        except (OSError, EOFError) as error:
            _bury(slot)
            raise DecoderLostError("start") from error
        if not child.is_ready:
            _bury(slot)
            raise DecoderLostError("start")
        return child

    def _start(self, slot: _Slot) -> None:
        with self._starting:
            if slot.child is not None or self._is_closed:
                return
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(
                target=self._target, args=(theirs,), name="overread-decoder", daemon=True
            )
            try:
                process.start()
            except OSError:  # no process or memory to be had
                ours.close()
                return
            finally:
                theirs.close()
            slot.child = _Child(process, ours)

    def _replace(self, slot: _Slot) -> None:
        _bury(slot)
        self._start(slot)


def _bury(slot: _Slot) -> None:
    child, slot.child = slot.child, None
    if child is not None:
        child.line.close()
        child.process.kill()
        child.process.join(5)
        child.process.close()


def _exchange(child: _Child, task: FrameTask | SlowTask, payload: bytes, bounds: Bounds) -> Answer:
    """Question and answer within bounds. Raises OSError, EOFError, WireError, DecoderLostError."""
    until = time.monotonic() + bounds.limit_s
    child.line.send((task, len(payload), bounds.memory_bytes, bounds.limit_s))
    send_bulk(child.line, memoryview(payload))

    _wait(child, until, bounds.memory_bytes)
    answer, shape, dtype = read_words(child.line.recv_bytes(MOST_WORDS), bounds.answer_bytes)
    if dtype is None:
        return answer
    size = dtype.itemsize
    for length in shape:
        size *= length
    content = receive_bulk(child.line, size)  # the process ends itself should it be stuck half-way
    return Answer(content.view(dtype).reshape(shape))


def _wait(child: _Child, until: float, memory_bytes: int) -> None:
    """Until something can be read. Raises DecoderLostError where time or memory are up first."""
    before = None
    while not child.line.poll(min(WATCH_S, max(until - time.monotonic(), 0))):
        if time.monotonic() >= until:
            raise DecoderLostError("timeout")
        used = _memory(child)
        before = used if before is None else before
        if used - before > memory_bytes:
            raise DecoderLostError("memory")


def _memory(child: _Child) -> int:
    try:
        return int(psutil.Process(child.process.pid).memory_info().rss)
    except psutil.Error:
        return 0
