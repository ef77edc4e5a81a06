"""Two diameters and the volume of an outlined region under the pointer, kept as a measurement on its largest image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.analysis.mask_figures import MaskFigures, figures_of, piece_at
from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Point
from app.domain.geometry import normal_of
from app.domain.measure_codes import quantity
from app.domain.measurement import Measurement
from app.domain.volume import Affine, Space
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.ui.contents import StackContent
from app.workflows.measure import keep, new_id
from viewers import geometry
from viewers.types import OutlineLayer

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

SAME_PLANE = np.cos(np.radians(1.0))  # slices of the region and images turned by more are not the same planes


class RegionMeasures:
    """What the action `measure.region` does."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window

    def measure(self) -> None:
        """Raises OverreadError where no region of the open study is under the pointer, or its slices are not imaged."""
        content = self._window.host.active
        point = content.slices.pointed if isinstance(content, StackContent) else None
        if not isinstance(content, StackContent) or point is None:
            raise OverreadError("error.measure.no_region")
        shown = content.subject.display_set
        if shown.study_instance_uid != self._ctx.store.state.workspace.open_study_uid:
            raise OverreadError("error.measure.other_study")
        if shown.space is not Space.PATIENT:
            raise OverreadError("error.measure.no_place")
        found = region_at(content.slices.outlines, point)
        if found is None:
            raise OverreadError("error.measure.no_region")
        layer, label, index = found
        figures = figures_of(piece_at(layer.labels == label, index), np.asarray(layer.affine))
        if figures is None:
            raise OverreadError("error.measure.no_region")
        made = measurement_of(figures, np.asarray(layer.affine), shown, layer.names.get(label, ""))
        keep(self._ctx, made)
        self._window.desk.key_images.go_to(made.frame)


def region_at(
    layers: tuple[OutlineLayer, ...], point: Point
) -> tuple[OutlineLayer, int, tuple[int, int, int]] | None:
    """The outlined region that a point (LPS mm) lies in, and its voxel there; the last layer lies on top."""
    for layer in reversed(layers):
        index = np.rint(geometry.index_at(np.asarray(layer.affine), point)).astype(int)
        if np.any(index < 0) or np.any(index >= layer.labels.shape):
            continue
        at = int(index[0]), int(index[1]), int(index[2])
        label = int(layer.labels[at])
        if label in layer.colors:
            return layer, label, at
    return None


def measurement_of(figures: MaskFigures, affine: Affine, shown: DisplaySet, name: str) -> Measurement:
    """The two diameters with the volume, on the image that they lie on. Raises OverreadError if there is none."""
    points = (*figures.long_ends, *figures.short_ends)
    middle = np.mean(points, axis=0)
    away = [abs(float(normal_of(each) @ (middle - each[:3, 3]))) for each in shown.affines]
    number = int(np.argmin(away))
    image = shown.affines[number]
    parallel = abs(float(normal_of(affine) @ normal_of(image))) >= SAME_PLANE
    if not parallel or away[number] > max(float(np.linalg.norm(affine[:3, 0])) / 2, 0.5):
        raise OverreadError("error.measure.other_planes", series=shown.title)
    index = [geometry.index_at(image, point) for point in points]
    return Measurement(
        measurement_id=new_id(),
        tool="bidirectional",
        study_instance_uid=shown.study_instance_uid,
        series_instance_uid=shown.series.series_instance_uid,
        frame_of_reference_uid=shown.frame_of_reference_uid,
        space=shown.space,
        frame=shown.frames[number].ref,
        graphic="POLYLINE",
        points=points,
        row_column=tuple((float(row), float(column)) for _, row, column in index),
        quantities=(
            quantity("long_axis", figures.long_mm, "mm"),
            quantity("short_axis", figures.short_mm, "mm"),
            quantity("volume", figures.volume_ml, "mL"),
        ),
        label=text("measure.region_label", name=name) if name else "",
    )
