"""A codec that crashes, hangs, eats memory or lies costs one image; the next one is decoded as if nothing had been."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.domain.errors import PixelsUnreadableError
from app.studies.codecs import RLE
from app.studies.decoding import compressed
from app.studies.decoding.compressed import decode_compressed
from app.studies.decoding.pool import Bounds, DecoderLostError, DecoderPool
from app.studies.decoding.tasks import FrameTask
from app.studies.pixel_header import read_pixel_header
from app.support.i18n import explain
from tests.support.decoding import rle_frame, write_encapsulated
from tests.support.hostile_decoders import babbling, hostile, stillborn

ROWS, COLUMNS = 16, 24
TASK = FrameTask(RLE, ROWS, COLUMNS, 1, 16, 16, False, "MONOCHROME2", 0)
WANTED = np.arange(ROWS * COLUMNS, dtype=np.uint16).reshape(ROWS, COLUMNS)
GOOD = rle_frame(WANTED)
BOUNDS = Bounds(limit_s=30.0, memory_bytes=512 * 1024**2, answer_bytes=ROWS * COLUMNS * 24)


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    made = DecoderPool(2, hostile)
    yield made
    made.close()


def decodes_well(pool: DecoderPool) -> bool:
    answer = pool.decode(TASK, GOOD, BOUNDS)
    return answer.pixels is not None and np.array_equal(answer.pixels, WANTED)


def test_processes_start_with_the_first_frame_and_end_with_the_pool(pool: DecoderPool) -> None:
    assert not pool.pids
    assert decodes_well(pool)
    processes = [psutil.Process(pid) for pid in pool.pids]
    assert len(processes) == 1
    pool.close()
    assert not any(process.is_running() for process in processes)
    with pytest.raises(DecoderLostError):
        pool.decode(TASK, GOOD, BOUNDS)


def test_prewarming_starts_all_and_waits_for_none(pool: DecoderPool) -> None:
    began = time.perf_counter()
    pool.prewarm()
    assert len(pool.pids) == 2
    assert time.perf_counter() - began < 1.0
    before = set(pool.pids)
    assert decodes_well(pool)
    assert set(pool.pids) == before


@pytest.mark.parametrize(
    ("poison", "why"),
    [(b"segfault", "crashed"), (b"exit", "crashed"), (b"hang", "timeout"), (b"slowly eat", "memory")],
)
def test_what_kills_the_process_costs_one_frame(pool: DecoderPool, poison: bytes, why: str) -> None:
    assert decodes_well(pool)
    before = set(pool.pids)
    bounds = Bounds(3.0 if poison == b"hang" else 60.0, BOUNDS.memory_bytes, BOUNDS.answer_bytes)
    try:
        told = pool.decode(TASK, poison, bounds).why
    except DecoderLostError as error:
        told = error.why
        assert not before & set(pool.pids), "the old process must be gone"
    assert told == why
    assert decodes_well(pool)


def test_all_memory_asked_for_at_once_is_not_given(pool: DecoderPool) -> None:
    free = psutil.virtual_memory().available
    with pytest.raises(DecoderLostError) if not psutil.LINUX else _told_of_memory(pool):
        pool.decode(TASK, b"eat", BOUNDS)
    assert psutil.virtual_memory().available > free / 2
    assert decodes_well(pool)


class _told_of_memory:  # noqa: N801 - reads as a context in the test above
    """Linux keeps the process alive: it says itself that memory was refused."""

    def __init__(self, pool: DecoderPool) -> None:
        self.pool = pool

    def __enter__(self) -> None:
        before = set(self.pool.pids)
        assert self.pool.decode(TASK, b"eat", BOUNDS).why == "memory"
        assert before <= set(self.pool.pids)

    def __exit__(self, *_: object) -> None:
        return None


@pytest.mark.parametrize(
    "words", [b"", b"no json", b'{"why": 1}', b'{"dtype": "<u2", "shape": [99999, 99999]}']
)
def test_an_answer_that_was_not_promised_is_taken_for_a_crash(words: bytes) -> None:
    pool = DecoderPool(1, babbling)
    try:
        with pytest.raises(DecoderLostError, match="crashed"):
            pool.decode(TASK, words, BOUNDS)
    finally:
        pool.close()


def test_a_process_that_cannot_start_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = DecoderPool(1, stillborn)
    monkeypatch.setattr(compressed, "decoders", lambda: pool)
    header = read_pixel_header(write_encapsulated(tmp_path / "scan.dcm", RLE, [GOOD], WANTED))
    try:
        with pytest.raises(PixelsUnreadableError) as caught:
            decode_compressed(header, 0)
    finally:
        pool.close()
    assert caught.value.key == "error.pixels.no_decoder"


@pytest.mark.parametrize(
    ("poison", "key"),
    [(b"segfault", "error.pixels.decoder_crashed"), (b"hang", "error.pixels.decoder_timeout")],
)
def test_a_poisoned_frame_is_told_with_file_and_syntax_and_its_neighbours_are_shown(
    tmp_path: Path, pool: DecoderPool, poison: bytes, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "BASE_S", 3.0)
    frames = [GOOD, poison + b" " * (len(poison) % 2), GOOD]
    header = read_pixel_header(write_encapsulated(tmp_path / "poison.dcm", RLE, frames, WANTED))
    assert np.array_equal(decode_compressed(header, 0, pool), WANTED)
    with pytest.raises(PixelsUnreadableError) as caught:
        decode_compressed(header, 1, pool)
    assert caught.value.key == key
    sentence = explain(caught.value)
    assert "poison.dcm" in sentence
    assert RLE in sentence
    assert np.array_equal(decode_compressed(header, 2, pool), WANTED)


def test_a_poisoned_thread_does_not_disturb_the_other(pool: DecoderPool) -> None:
    outcomes: list[bool] = []

    def poison() -> None:
        for _ in range(3):
            with pytest.raises(DecoderLostError):
                pool.decode(TASK, b"segfault", BOUNDS)

    thread = threading.Thread(target=poison)
    thread.start()
    while thread.is_alive():
        outcomes.append(decodes_well(pool))
    thread.join()
    assert outcomes
    assert all(outcomes)
