"""What a picture from a volume file must say: such files name no patient, no unit, and often no place."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.volume import Remark, RemarkKind
from app.studies.volume_writer import LOST_VALUES, TWO_PLACES, VOLUME_FILE


def volume_remarks(image_type: Sequence[str], *, is_placed: bool) -> tuple[Remark, ...]:
    """Remarks for the Image Type that `volume_writer` gives; none for any other picture."""
    if VOLUME_FILE not in image_type:
        return ()
    remarks = [Remark(RemarkKind.VOLUME_FILE)]
    if TWO_PLACES in image_type:
        remarks.append(Remark(RemarkKind.TWO_PLACES))
    elif not is_placed:
        remarks.append(Remark(RemarkKind.NO_POSITION))
    lost = next((word for word in image_type if word.startswith(f"{LOST_VALUES}_")), "")
    if lost:
        remarks.append(Remark(RemarkKind.LOST_VALUES, (("count", lost.rpartition("_")[2]),)))
    return tuple(remarks)
