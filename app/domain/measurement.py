"""What a reader has measured: points in space, the image it was done on, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.finding import Point, Quantity
from app.domain.volume import FrameRef, Space


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement; measurement_id is its tracking UID (112040) and stays through every change.

    points: as set by the reader, LPS mm of `frame_of_reference_uid` where space is PATIENT, mm in the plane where it
    is IMAGE (origin at the centre of the first pixel). outline: the closed line of a region, its first point again at
    the end. row_column: the points on the image, (row, column) from 0 at the centre of the first pixel, as a DICOM
    report names them. graphic: POINT, POLYLINE, POLYGON, ELLIPSE, CIRCLE (PS3.3 C.18.6.1.2).
    on_plane: drawn on a plane cut from the volume; frame is then the image nearest to its middle, row_column is empty.
    calibration: which spacing the mm come from, "" the pixel spacing of the patient; else said beside every mm.
    """

    measurement_id: str
    tool: str
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    space: Space
    frame: FrameRef
    graphic: str
    points: tuple[Point, ...]
    row_column: tuple[tuple[float, float], ...]
    quantities: tuple[Quantity, ...]
    outline: tuple[Point, ...] = ()
    label: str = ""
    calibration: str = ""
    reader: str = ""
    at: str = ""
    on_plane: bool = False
