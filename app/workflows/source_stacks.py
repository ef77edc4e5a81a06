"""The stacks that exports may refer to: the display sets of a series, each frame with the place it is shown at."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from app.domain.geometry import Affine
from app.domain.source_image import SourceImage, SourceStack
from app.domain.study import Pair, Series, Study
from app.domain.volume import RemarkKind, Space
from app.export.stacks import stack_from
from app.studies.display_sets import DisplaySet, FrameAddress, series_display_sets


def source_stacks(study: Study | None, wanted: Collection[str]) -> dict[str, tuple[SourceStack, ...]]:
    """Series UID -> its stacks, the largest first. wanted: UIDs of the series; others are not looked at.

    Files of several frames are read for it. What cannot be read has no place, and nothing can lie on it.
    """
    listed = study.series if study else ()
    return {s.series_instance_uid: _stacks(s) for s in listed if s.series_instance_uid in wanted}


def _stacks(series: Series) -> tuple[SourceStack, ...]:
    return tuple(
        stack_from(
            one.display_set_id,
            tuple(_image(one, frame, affine) for frame, affine in zip(one.frames, one.affines, strict=True)),
        )
        for one in series_display_sets(series)
    )


def _image(one: DisplaySet, address: FrameAddress, affine: Affine) -> SourceImage:
    instance = address.instance
    spacing = _spacing(one, affine)
    if one.space is not Space.PATIENT:
        return SourceImage(instance, address.frame, None, instance.orientation, spacing)
    if instance.frames == 1 and instance.position_lps_mm is not None:  # the very numbers of the file
        return SourceImage(instance, 1, instance.position_lps_mm, instance.orientation, instance.spacing_mm)
    known = spacing or (1.0, 1.0)
    x, y, z = (float(value) for value in affine[:3, 3])
    a, b, c = (float(value) for value in affine[:3, 2] / known[1])
    d, e, f = (float(value) for value in affine[:3, 1] / known[0])
    return SourceImage(instance, address.frame, (x, y, z), (a, b, c, d, e, f), spacing)


def _spacing(one: DisplaySet, affine: Affine) -> Pair | None:
    """Between rows and between columns; None where nothing states it and pixels stand for millimetres."""
    if any(remark.kind is RemarkKind.NO_SPACING for remark in one.remarks):
        return None
    rows, columns = np.linalg.norm(affine[:3, 1:3], axis=0)
    return float(f"{rows:.9g}"), float(f"{columns:.9g}")  # cosines are written to about that many figures
