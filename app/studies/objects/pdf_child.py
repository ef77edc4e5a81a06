"""The process that draws PDF pages: one document, some pages, and its end. Forms and scripts are not started."""

from __future__ import annotations

import contextlib
import signal
from multiprocessing.connection import Connection

from app.studies.child_words import say

LARGEST_PAGE_PX = 32 * 1024 * 1024  # pixels of one page (ours)


def serve(line: Connection) -> None:
    """Answer one request (document, first page, how many, width, memory): the count of pages, then each page.

    A page is (rows, columns) and its RGB bytes. Ends with None, or with a word where the document cannot be drawn.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from app.studies.decoding.child import memory_cap

    with contextlib.suppress(OSError, EOFError):
        document, first, count, width_px, memory_bytes = line.recv()
        import pypdfium2

        memory_cap()(memory_bytes)
        try:
            _draw(line, document, (first, count, width_px))
        except (pypdfium2.PdfiumError, ValueError, MemoryError, RuntimeError) as error:
            say(line, type(error).__name__)


def _draw(line: Connection, document: bytes, wanted: tuple[int, int, int]) -> None:
    import pypdfium2

    first, count, width_px = wanted
    pdf = pypdfium2.PdfDocument(document)
    say(line, len(pdf))
    for number in range(first, min(first + count, len(pdf))):
        page = pdf[number]
        width, height = page.get_size()
        scale = width_px / max(width, 1.0)
        if width * height * scale * scale > LARGEST_PAGE_PX:
            scale = (LARGEST_PAGE_PX / max(width * height, 1.0)) ** 0.5
        picture = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
        rgb = picture[..., :3] if picture.ndim == 3 else picture[..., None].repeat(3, axis=2)
        say(line, rgb.shape[:2])
        line.send_bytes(rgb.tobytes())
        page.close()
    say(line, None)
