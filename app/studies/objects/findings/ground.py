"""The images of a study that an object can point at, each with the way from its pixels to mm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import Point
from app.domain.geometry import Affine, normal_of
from app.domain.objects import ImageReference
from app.domain.study import Study
from app.domain.volume import FrameRef, Space
from app.studies.display_sets import DisplaySet, series_display_sets
from app.studies.objects.read import is_object


@dataclass(frozen=True, slots=True, eq=False)
class ImageFrame:
    """One frame of the study. affine: (0, row, column) -> LPS mm, or mm in the plane where space is IMAGE.

    thickness_mm: distance to the next frame of its stack, 0 where it stands alone.
    """

    ref: FrameRef
    affine: Affine
    space: Space
    series_instance_uid: str
    frame_of_reference_uid: str
    rows: int
    columns: int
    thickness_mm: float = 0.0

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit normal of its plane."""
        return normal_of(self.affine)

    def from_pixels(self, points: Iterable[tuple[float, ...]]) -> NDArray[np.float64]:
        """(column, row) with the corner of the first pixel at 0, 0 (PS3.3 C.18.6.1.2) to (n, 3) mm."""
        pairs = np.asarray([point[:2] for point in points], dtype=np.float64).reshape(-1, 2)
        index = np.column_stack([np.zeros(len(pairs)), pairs[:, 1] - 0.5, pairs[:, 0] - 0.5])
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3])


class Ground:
    """The frames of a study by their identity. Headers are read once per series, when first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.files: dict[str, Path] = {}
        self._series_of: dict[str, str] = {}
        self._frames: dict[str, dict[tuple[str, int], ImageFrame]] = {}
        for series in study.series:
            for instance in series.instances:
                self._series_of[instance.sop_instance_uid] = series.series_instance_uid
                self.files[instance.sop_instance_uid] = instance.path

    def series_of(self, sop_instance_uid: str) -> str:
        """The series of an instance, '' if the study does not have it."""
        return self._series_of.get(sop_instance_uid, "")

    def series_named(self, references: Iterable[ImageReference]) -> tuple[str, ...]:
        """Series of images that are here, in order of mention."""
        found = (self.series_of(reference.sop_instance_uid) for reference in references)
        pictures = {
            s.series_instance_uid for s in self.study.series if self._is_picture(s.series_instance_uid)
        }
        return tuple(dict.fromkeys(uid for uid in found if uid in pictures))

    def frame(self, sop_instance_uid: str, number: int = 1) -> ImageFrame | None:
        """One frame, None if the study does not have it."""
        series = self.series_of(sop_instance_uid)
        return self._of_series(series).get((sop_instance_uid, number)) if series else None

    def frame_of(self, reference: ImageReference) -> ImageFrame | None:
        """The first frame that a reference names."""
        return self.frame(reference.sop_instance_uid, (reference.frames or (1,))[0])

    def exactly(self, reference: ImageReference) -> ImageFrame | None:
        """The frame that a reference means; None where it names an image of several frames as a whole."""
        is_one = bool(reference.frames) or self.frame(reference.sop_instance_uid, 2) is None
        return self.frame_of(reference) if is_one else None

    def nearest(
        self, center: Point, series: Iterable[str], among: frozenset[FrameRef] = frozenset()
    ) -> ImageFrame | None:
        """The frame whose plane lies nearest to a point in the patient and not farther than half a step from it.

        among: the only frames that are meant, where phases share their places; empty: any.
        """
        best, distance = None, np.inf
        for uid in series:
            for frame in self._of_series(uid).values():
                if frame.space is not Space.PATIENT or (among and frame.ref not in among):
                    continue
                off = abs(float(frame.normal @ (np.asarray(center) - frame.affine[:3, 3])))
                if off < distance:
                    best, distance = frame, off
        return best if distance <= FARTHEST_MM else None

    def series_in(self, frame_of_reference_uid: str) -> tuple[str, ...]:
        """Series of images that lie in a frame of reference."""
        return tuple(
            one.series_instance_uid
            for one in self.study.series
            if one.frame_of_reference_uid == frame_of_reference_uid
            and frame_of_reference_uid
            and self._is_picture(one.series_instance_uid)
        )

    def _is_picture(self, series_uid: str) -> bool:
        found = next((s for s in self.study.series if s.series_instance_uid == series_uid), None)
        return found is not None and any(
            not is_object(instance.sop_class_uid, instance.frames) for instance in found.instances
        )

    def _of_series(self, uid: str) -> dict[tuple[str, int], ImageFrame]:
        if uid not in self._frames:
            found = [s for s in self.study.series if s.series_instance_uid == uid]
            sets = [one for series in found for one in series_display_sets(series)]
            self._frames[uid] = {
                (frame.ref.sop_instance_uid, frame.ref.frame): frame
                for one in sets
                for frame in _frames_of(one)
            }
        return self._frames[uid]


FARTHEST_MM = (
    10.0  # a point farther from every slice than this belongs to none (ours: thicker than any slice in use)
)


def _frames_of(one: DisplaySet) -> Iterable[ImageFrame]:
    origins = np.asarray([affine[:3, 3] for affine in one.affines], dtype=np.float64).reshape(-1, 3)
    for number, (address, affine) in enumerate(zip(one.frames, one.affines, strict=False)):
        frame = ImageFrame(
            ref=address.ref,
            affine=affine,
            space=one.space,
            series_instance_uid=one.series.series_instance_uid,
            frame_of_reference_uid=one.series.frame_of_reference_uid,
            rows=one.rows,
            columns=one.columns,
        )
        near = [origins[n] - origins[number] for n in (number - 1, number + 1) if 0 <= n < len(origins)]
        gaps = [abs(float(frame.normal @ step)) for step in near] if one.space is Space.PATIENT else []
        yield replace(frame, thickness_mm=min(gaps, default=0.0))
