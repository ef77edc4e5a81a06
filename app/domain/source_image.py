"""One image that something can lie on: a frame of an instance with a place of its own, and the stacks of them."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.study import Instance, Pair, Triple
from app.domain.volume import FrameRef

Cosines = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class SourceImage:
    """One frame (from 1) of an instance. Place, orientation and spacing are the frame's, as in `Instance`."""

    instance: Instance
    frame: int
    position_lps_mm: Triple | None
    orientation: Cosines | None
    spacing_mm: Pair | None

    @staticmethod
    def of(instance: Instance) -> SourceImage:
        """The first frame, placed as its instance is as a whole."""
        return SourceImage(instance, 1, instance.position_lps_mm, instance.orientation, instance.spacing_mm)

    @property
    def ref(self) -> FrameRef:
        """Its identity."""
        return FrameRef(self.instance.sop_instance_uid, self.frame)

    @property
    def frame_numbers(self) -> list[int] | None:
        """What a reference to it has to name beside the instance; None where the instance is all of it."""
        return [self.frame] if self.instance.frames > 1 else None

    @property
    def sop_instance_uid(self) -> str:
        """Of its instance."""
        return self.instance.sop_instance_uid

    @property
    def sop_class_uid(self) -> str:
        """Of its instance."""
        return self.instance.sop_class_uid

    @property
    def instance_number(self) -> int | None:
        """Of its instance."""
        return self.instance.instance_number

    @property
    def frames(self) -> int:
        """How many frames its instance has."""
        return self.instance.frames

    @property
    def rows(self) -> int:
        """Pixel rows."""
        return self.instance.rows

    @property
    def columns(self) -> int:
        """Pixel columns."""
        return self.instance.columns

    @property
    def photometric(self) -> str:
        """Of its instance."""
        return self.instance.photometric

    @property
    def patient_orientation(self) -> tuple[str, ...]:
        """Of its instance."""
        return self.instance.patient_orientation

    @property
    def frame_of_reference_uid(self) -> str:
        """Of its instance; '' where only the series names one, or nobody."""
        return self.instance.frame_of_reference_uid


@dataclass(frozen=True, slots=True)
class SourceStack:
    """Images of one series that hang together, in order along their normal: one phase, one echo, one direction.

    stack_id: of the display set that it is. is_grid: its images are parallel, each has a place and a pixel size, and no
    two lie in one place.
    """

    stack_id: str
    images: tuple[SourceImage, ...]
    refs: frozenset[FrameRef]
    is_grid: bool
