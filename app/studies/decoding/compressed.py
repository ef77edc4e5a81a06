"""A compressed frame: found in the file here, decoded in a decoder process, every loss told in one sentence."""

from __future__ import annotations

import atexit
import multiprocessing
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.studies.codecs import JPEG_2000_PART_2, KNOWN
from app.studies.codestream import check_size, declared_components
from app.studies.decoding.fragments import Fragments, frame_items, read_codestream, read_fragments
from app.studies.decoding.pool import Bounds, DecoderLostError, DecoderPool
from app.studies.decoding.tasks import Answer, FrameTask, SlowTask, task_of
from app.studies.pixel_header import PixelHeader
from app.studies.slow_decode import PLUGINS
from app.support.held.doors import is_held, open_file, read_whole, size_of

# Ours: room for a codec's own planes of 4 bytes a sample, several of them, over what a frame takes decoded.
BASE_BYTES, TIMES_FRAME = 768 * 1024**2, 8
# Ours: JPEG 2000 on a slow machine makes 5 MB/s; a machine that is busy with a scan is slower still.
BASE_S, S_PER_MIB, MOST_S = 6.0, 0.4, 60.0
SLOW_S = 4.0  # pydicom and SimpleITK are loaded first


@cache
def decoders() -> DecoderPool:
    """The processes of this program; they end with it."""
    pool = DecoderPool()
    atexit.register(pool.close)
    return pool


def prewarm() -> None:
    """Start the decoder processes before the first frame is asked for."""
    if not _is_child():
        decoders().prewarm()


def decode_compressed(header: PixelHeader, index: int, pool: DecoderPool | None = None) -> NDArray[Any]:
    """Stored bits (rows, columns), or RGB (rows, columns, 3). Raises PixelsUnreadableError, OSError."""
    answer = _by_codec(header, index, pool)
    if answer is None or (answer.why == "codec" and header.syntax in PLUGINS):
        whole = read_whole(header.path) if is_held(header.path) else b""  # the process has no key
        answer = _ask(header, SlowTask(header, index), whole, pool)
    if answer.pixels is not None:
        return answer.pixels
    raise _refusal(header, answer)


def _by_codec(header: PixelHeader, index: int, pool: DecoderPool | None) -> Answer | None:
    """The quick codec's answer; None where the frame cannot be found by us."""
    if header.syntax not in KNOWN or header.offset is None or header.bits_allocated not in (1, 8, 16, 32):
        return None
    found = find_codestream(header, index)
    if found is None:
        return None
    frame, component = found
    check_size(header, frame)
    return _ask(header, task_of(header, component), frame, pool)


def find_codestream(header: PixelHeader, index: int) -> tuple[bytes, int] | None:
    """Fragments of one frame joined, and which component of it is meant; None if the fragments make no sense."""
    if header.offset is None:
        return None
    with open_file(header.path) as file:
        try:
            stamp = header.path.stat().st_mtime_ns
            fragments, spans = _layout(header.path, header.offset, header.frames, stamp)
            return _of_frame(header, index, file, fragments, spans)
        except ValueError:
            return None
        except EOFError as error:
            raise PixelsUnreadableError("error.pixels.cut_short", file=header.path.name) from error


def _of_frame(
    header: PixelHeader, index: int, file: BinaryIO, fragments: Fragments, spans: tuple[tuple[int, int], ...]
) -> tuple[bytes, int] | None:
    if header.syntax in JPEG_2000_PART_2 and len(spans) == 1 < header.frames:
        frame = read_codestream(file, fragments, (0, len(fragments.items)))
        return (frame, index) if declared_components(frame) == header.frames else None
    return (read_codestream(file, fragments, spans[index]), 0) if index < len(spans) else None


@lru_cache(maxsize=8)
def _layout(
    path: Path, offset: int, frames: int, stamp: int
) -> tuple[Fragments, tuple[tuple[int, int], ...]]:
    """Walked once per file, not once per frame; `stamp` tells a file that was written anew."""
    with open_file(path) as file:
        fragments = read_fragments(file, offset)
    return fragments, frame_items(fragments, frames, path)


def bounds_of(header: PixelHeader, *, slow: bool) -> Bounds:
    """What decoding one frame may take; the slow way reads the whole file."""
    file_bytes = size_of(header.path) if slow else 0
    mib = header.frame_bytes / 1024**2
    return Bounds(
        limit_s=min(BASE_S + S_PER_MIB * mib, MOST_S) + (SLOW_S if slow else 0.0),
        memory_bytes=BASE_BYTES + TIMES_FRAME * header.frame_bytes + 2 * file_bytes,
        answer_bytes=max(header.rows * header.columns * 3 * 8, 1),
    )


def _ask(header: PixelHeader, task: FrameTask | SlowTask, frame: bytes, pool: DecoderPool | None) -> Answer:
    """Raises PixelsUnreadableError where it cost the process."""
    if pool is None and _is_child():
        return _ask_here(task, frame)
    try:
        return (pool or decoders()).decode(task, frame, bounds_of(header, slow=isinstance(task, SlowTask)))
    except DecoderLostError as error:
        raise _refusal(header, Answer(None, error.why)) from error


def _is_child() -> bool:
    """Daemonic processes may not have processes of their own, and need none: they are apart already."""
    return bool(multiprocessing.current_process().daemon)


def _ask_here(task: FrameTask | SlowTask, frame: bytes) -> Answer:
    from app.studies.decoding.child import decode_quickly, decode_with_pydicom

    return decode_quickly(task, frame) if isinstance(task, FrameTask) else decode_with_pydicom(task, frame)


def _refusal(header: PixelHeader, answer: Answer) -> PixelsUnreadableError:
    name, syntax = header.path.name, header.syntax or "-"
    if answer.why == "timeout":
        return PixelsUnreadableError("error.pixels.decoder_timeout", file=name, syntax=syntax)
    if answer.why == "memory":
        return PixelsUnreadableError("error.pixels.decoder_memory", file=name, syntax=syntax)
    if answer.why == "crashed":
        return PixelsUnreadableError("error.pixels.decoder_crashed", file=name, syntax=syntax)
    if answer.why == "start":
        return PixelsUnreadableError("error.pixels.no_decoder", file=name)
    if answer.why == "cut short":
        return PixelsUnreadableError("error.pixels.cut_short", file=name)
    if answer.why.startswith("error."):
        return PixelsUnreadableError(answer.why, **dict(answer.facts))
    return PixelsUnreadableError("error.pixels.cannot_decode", file=name, syntax=syntax)
