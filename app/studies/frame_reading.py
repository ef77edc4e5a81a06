"""The pixels of a display set's frames, from their own files or, before those are here, from a file of each frame."""

from __future__ import annotations

from contextlib import suppress

from app.domain.errors import OverreadError
from app.domain.volume import Pixels
from app.studies.decode import decode_frame
from app.studies.decode_line import DecodeLine
from app.studies.display_sets import DisplaySet
from app.studies.on_the_way import Coming
from app.studies.pixel_header import PixelHeader, header_of, of_frame, read_pixel_header


class FrameReading:
    """Called on the threads of a line. A file of many frames has its header read once."""

    def __init__(self, display_set: DisplaySet, coming: Coming | None, line: DecodeLine) -> None:
        self._display_set = display_set
        self._coming = coming
        self._line = line
        self._shared: PixelHeader | None = None

    def read(self, index: int) -> tuple[PixelHeader, Pixels]:
        """Header and stored pixels of one frame. Raises OverreadError, OSError."""
        return self._alone(index) or self._of_file(index)

    def _alone(self, index: int) -> tuple[PixelHeader, Pixels] | None:
        """Of a file with that frame alone; None when the whole file is here, which is waited for if need be."""
        address = self._display_set.frames[index]
        path = address.instance.path
        if self._coming is None or path.exists():
            return None
        with self._line.away():
            alone = self._coming.frame(path, address.frame)
            if alone is not None:
                with suppress(OverreadError, OSError):  # whatever is wrong with it, the whole may be right
                    header = of_frame(read_pixel_header(alone), 0)
                    return header, decode_frame(header, 0)
            self._coming.need(path)
        return None

    def _of_file(self, index: int) -> tuple[PixelHeader, Pixels]:
        address = self._display_set.frames[index]
        shared = self._shared if address.instance.frames > 1 else None
        if shared is None or shared.path != address.instance.path:
            shared = header_of(address.instance)
        self._shared = shared
        header = of_frame(shared, address.frame - 1)
        return header, decode_frame(header, address.frame - 1)
