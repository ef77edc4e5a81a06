"""What a viewport shows, and the app's words for it turned into the viewers'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.study import Study
from app.domain.volume import FrameRef, Space, Volume, Window
from app.state.model import TextAmount
from app.studies.display_sets import DisplaySet
from app.ui.targets import Target
from viewers.types import TextLevel, VolumeImage, WindowLevel


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The study and display set that a viewport shows. read: the study that is being read, if that is another one."""

    study: Study
    display_set: DisplaySet
    read: Study | None = None

    @property
    def target(self) -> Target:
        """What ink must know of it."""
        series = self.display_set.series
        return Target(
            self.study.study_instance_uid,
            series.series_instance_uid,
            series.frame_of_reference_uid,
            self.display_set.space is Space.PATIENT,
            self._pictures,
            self._frames,
            frozenset(one.ref for one in self.display_set.frames),
        )

    @property
    def _frames(self) -> tuple[FrameRef, ...]:
        """Frames of one and the same plane, in their order: a place alone does not tell them apart."""
        frames = self.display_set.frames
        if len(frames) < 2 or self.display_set.moves_in_space:
            return ()
        return tuple(one.ref for one in frames)

    @property
    def _pictures(self) -> frozenset[str]:
        """UIDs of images that have mm of their own: a finding of one of them lies nowhere on another."""
        if self.display_set.space is Space.PATIENT:
            return frozenset()
        return frozenset(one.instance.sop_instance_uid for one in self.display_set.frames)


def level_of(amount: TextAmount) -> TextLevel:
    """The viewers' word for it."""
    return TextLevel(amount.value)


def window_levels(windows: Sequence[Window]) -> tuple[WindowLevel, ...]:
    """The file's own windows for a view."""
    return tuple(WindowLevel(window.center, window.width) for window in windows)


def volume_image(volume: Volume) -> VolumeImage:
    """A volume as views take it; pixels are shared."""
    return VolumeImage(
        volume.pixels,
        volume.affine,
        volume.slope,
        volume.intercept,
        volume.inverted,
        volume.padding,
        volume.space is Space.PATIENT,
        volume.voi_function,
        volume.padding_range,
    )
