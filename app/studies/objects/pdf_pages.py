"""Bytes and pages of an encapsulated PDF. Pages are drawn in a process of their own, with time and memory limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError
from app.domain.objects import EncapsulatedPdf
from app.studies.child_words import hear
from app.studies.objects.fields import value_of
from app.studies.objects.pdf_child import LARGEST_PAGE_PX, serve
from app.studies.slow_headers import read_dataset

LARGEST_PDF_BYTES = 256 * 1024**2
LIMIT_S = 20.0
MEMORY_BYTES = 1024**3
MOST_PAGES = 50  # of one call
WIDEST_PX = 4000


@dataclass(frozen=True, slots=True, eq=False)
class PdfPages:
    """Pages from `first` on, each (rows, columns, 3) uint8; count is that of the whole document."""

    count: int
    first: int
    pages: tuple[NDArray[np.uint8], ...]


def pdf_bytes(pdf: EncapsulatedPdf) -> bytes:
    """The document, without the byte that makes its length even. Raises StudyUnreadableError."""
    document = value_of(read_dataset(pdf.head.path, force=True), "EncapsulatedDocument")
    if not isinstance(document, bytes) or not document:
        raise StudyUnreadableError("error.objects.no_document", file=pdf.head.path.name)
    if len(document) > LARGEST_PDF_BYTES:
        limit = LARGEST_PDF_BYTES // 1024**2
        raise StudyUnreadableError("error.objects.too_large", file=pdf.head.path.name, limit_mib=limit)
    return document[: pdf.size_bytes] if 0 < len(document) - pdf.size_bytes <= 1 else document


def draw_pages(
    pdf: EncapsulatedPdf,
    first: int = 0,
    count: int = MOST_PAGES,
    width_px: int = 1200,
    limit_s: float = LIMIT_S,
) -> PdfPages:
    """Pages as pictures of about that width. Raises StudyUnreadableError where the document cannot be drawn in time."""
    name = pdf.head.path.name
    document = pdf_bytes(pdf)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), name="overread-pdf", daemon=True)
    process.start()
    theirs.close()
    try:
        wanted = (document, max(first, 0), min(count, MOST_PAGES), min(width_px, WIDEST_PX), MEMORY_BYTES)
        ours.send(wanted)
        return _collect(ours, wanted[1], time.monotonic() + limit_s, name)
    except (OSError, EOFError) as error:
        raise StudyUnreadableError("error.objects.pdf_crashed", file=name) from error
    finally:
        ours.close()
        process.kill()
        process.join(5)
        with contextlib.suppress(ValueError):
            process.close()


def _collect(line: Connection, first: int, until: float, name: str) -> PdfPages:
    count = _next(line, until, name)
    if not isinstance(count, int):
        raise StudyUnreadableError("error.objects.pdf_broken", file=name)
    pages: list[NDArray[np.uint8]] = []
    while (shape := _next(line, until, name)) is not None:
        if not _is_page(shape) or len(pages) >= MOST_PAGES:
            raise StudyUnreadableError("error.objects.pdf_broken", file=name)
        _wait(line, until, name)
        size = 3 * shape[0] * shape[1]
        raw = line.recv_bytes(size)
        if len(raw) != size:
            raise EOFError
        pages.append(np.frombuffer(raw, np.uint8).reshape(*shape, 3))
    return PdfPages(count, first, tuple(pages))


def _is_page(shape: Any) -> bool:  # Any: what JSON holds
    """Rows and columns within what is drawn at most."""
    is_pair = isinstance(shape, list) and len(shape) == 2 and all(type(one) is int for one in shape)
    return (
        is_pair and min(shape) > 0 and shape[0] * shape[1] <= 2 * LARGEST_PAGE_PX
    )  # rounded up along a side


def _next(line: Connection, until: float, name: str) -> Any:  # Any: what JSON holds
    _wait(line, until, name)
    return hear(line)


def _wait(line: Connection, until: float, name: str) -> None:
    if not line.poll(max(until - time.monotonic(), 0.0)):
        raise StudyUnreadableError("error.objects.pdf_slow", file=name)
