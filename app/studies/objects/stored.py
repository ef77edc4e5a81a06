"""Stored values of the frames of a segmentation or map, and the memory that they may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.domain.errors import GeometryRefusedError, PixelsUnreadableError
from app.domain.objects import ObjectFrame, ObjectHead
from app.domain.volume import CancelToken, Pixels
from app.studies.decode import decode_frame
from app.studies.limits import VOLUME_SHARE_OF_MEMORY
from app.studies.pixel_header import PixelHeader, read_pixel_header


def stored_frames(
    head: ObjectHead,
    size: tuple[int, int],
    frames: Sequence[ObjectFrame],
    cancel: CancelToken | None = None,
) -> Iterator[tuple[ObjectFrame, Pixels]]:
    """Each frame with its stored values, (rows, columns); palette colours are not applied.

    Raises PixelsUnreadableError where one cannot be decoded or has another size than promised, Cancelled.
    """
    header = pixel_header_of(head)
    for frame in frames:
        if cancel is not None:
            cancel.check()
        values = decode_frame(header, frame.index)
        if values.shape != size:
            what = f"{values.shape[0]} x {values.shape[1]} for {size[0]} x {size[1]} pixels"
            raise PixelsUnreadableError("error.pixels.bad_header", file=head.path.name, what=what)
        yield frame, values


def pixel_header_of(head: ObjectHead) -> PixelHeader:
    """The pixel header, read so that stored numbers come out and no colours."""
    header = read_pixel_header(head.path, head.sop_instance_uid)
    return replace(header, photometric="MONOCHROME2") if header.samples == 1 else header


def check_memory(head: ObjectHead, needed_bytes: int) -> None:
    """Raise GeometryRefusedError before memory is taken that is not there."""
    import psutil

    if needed_bytes > psutil.virtual_memory().available * VOLUME_SHARE_OF_MEMORY:
        needed = needed_bytes // 1024**2
        raise GeometryRefusedError("error.objects.memory", file=head.path.name, needed_mib=needed)
