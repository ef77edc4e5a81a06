"""Where views get their pictures: display sets of a study, decoded stacks, whole volumes, thumbnails."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.context import AppContext
from app.domain.finding import Finding
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, RemarkKind, Space, Volume
from app.jobs.job import Priority
from app.state.model import Hung
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.stack_source import StackSource
from app.studies.thumbnail import thumbnail
from app.support.i18n import text
from app.ui import words
from app.ui.panels.series import THUMBNAIL
from app.ui.subject import Subject, window_levels
from viewers.types import PictureInfo, WindowLevel

# Decoded series are kept for going back and forth: so many, and never more than this share of the machine (ours).
KEPT_STACKS = 4
STACKS_SHARE_OF_MEMORY = 0.25


class Pictures:
    """Main thread; decoding and thumbnails run on threads of their own."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._sets: dict[str, tuple[Study, tuple[DisplaySet, ...]]] = {}
        self._stacks: OrderedDict[tuple[str, str], StackSource] = OrderedDict()

    def sets_of(self, study: Study) -> tuple[DisplaySet, ...]:
        """What can be hung of a study; made anew when the scan has found more of it."""
        held = self._sets.get(study.study_instance_uid)
        if held is None or held[0] is not study:
            self._sets[study.study_instance_uid] = held = (study, display_sets(study))
        return held[1]

    def sets_of_uid(self, study_instance_uid: str) -> tuple[DisplaySet, ...]:
        """The same by uid; nothing for an unknown study."""
        study = self._study(study_instance_uid)
        return self.sets_of(study) if study else ()

    def subject(self, hung: Hung) -> Subject | None:
        """Study and display set of what should hang, or None if it is gone."""
        study = self._study(hung.study_instance_uid)
        if study is None:
            return None
        wanted = (one for one in self.sets_of(study) if one.display_set_id == hung.display_set_id)
        found = next(wanted, None)
        is_beside = study.study_instance_uid != self._ctx.store.state.workspace.open_study_uid
        return Subject(study, found, is_beside) if found else None

    def stack(self, subject: Subject) -> tuple[StackSource, PictureInfo]:
        """Frames of a display set for a stack view, with what the view cannot see in them."""
        return self._source(subject), info_of(subject.display_set)

    def looks(self, subject: Subject, volume: Volume) -> tuple[PictureInfo, tuple[WindowLevel, ...]]:
        """The same for planes of a volume, with the file's own windows."""
        return info_of(subject.display_set), window_levels(volume.windows)

    def volume(self, subject: Subject, done: Callable[[Volume], None], failed: Callable[[str], None]) -> None:
        """The whole stack, when the last frame is there; it shares its pixels with the stack view."""
        source = self._source(subject)

        def give_up() -> None:
            if source.volume is None:
                stop()
                failed(_why_no_volume(source))

        def arrived(_index: int) -> None:
            if source.is_complete:
                self._ctx.post(give_up)  # by then the source has made its volume, if it can

        stop = source.listen(arrived)
        source.volume_when_complete(done)
        arrived(0)

    def complete_volume(self, subject: Subject) -> Volume | None:
        """The volume if it has been read already."""
        key = (subject.study.study_instance_uid, subject.display_set.display_set_id)
        source = self._stacks.get(key)
        return source.volume if source else None

    def ask_thumbnails(self, sets: Sequence[DisplaySet], arrived: Callable[[str, QImage], None]) -> None:
        """One small picture each, in the background; a series that gives none keeps its dark square."""
        for one in sets:
            self._ctx.jobs.submit(
                _thumbnail,
                one,
                Priority.THUMBNAIL,
                lambda pixels, key=one.display_set_id: arrived(key, image_of(pixels)),  # type: ignore[misc]
                kind="thumbnail",
            )

    def slice_number(self, study_instance_uid: str, finding: Finding) -> int | None:
        """The image that a finding names, counted as the stack counts it."""
        wanted = finding.place.frame
        if wanted is None:
            return None
        for one in self.sets_of_uid(study_instance_uid):
            for number, frame in enumerate(one.frames, start=1):
                if frame.ref == wanted:
                    return number
        return None

    def close(self) -> None:
        """Let go of every stack."""
        for source in self._stacks.values():
            source.close()
        self._stacks.clear()

    def _study(self, study_instance_uid: str) -> Study | None:
        return self._ctx.store.state.workspace.study(study_instance_uid)

    def _source(self, subject: Subject) -> StackSource:
        key = (subject.study.study_instance_uid, subject.display_set.display_set_id)
        source = self._stacks.get(key)
        if source is None:
            self._make_room(subject.display_set)
            source = self._stacks[key] = StackSource(subject.display_set, self._ctx.post)
        self._stacks.move_to_end(key)
        return source

    def _make_room(self, wanted: DisplaySet) -> None:
        """Let go of the stacks looked at longest ago, never of one that hangs."""
        import psutil

        hung = {
            (v.hung.study_instance_uid, v.hung.display_set_id)
            for v in self._ctx.store.state.workspace.arrangement.viewports
            if v.hung is not None
        }
        budget = psutil.virtual_memory().total * STACKS_SHARE_OF_MEMORY
        for key in [key for key in self._stacks if key not in hung]:
            held = sum(_bytes(source.display_set) for source in self._stacks.values())
            if len(self._stacks) < KEPT_STACKS and held + _bytes(wanted) < budget:
                return
            self._stacks.pop(key).close()


def _bytes(display_set: DisplaySet) -> int:
    """About what the decoded pixels take."""
    return (
        len(display_set.frames) * display_set.rows * display_set.columns * (3 if display_set.is_colour else 2)
    )


def info_of(display_set: DisplaySet) -> PictureInfo:
    """What a view cannot see in the pixels: whether mm are mm, and where a projection's rows and columns run to."""
    kinds = {remark.kind for remark in display_set.remarks}
    note = "at detector" if RemarkKind.SPACING_AT_DETECTOR in kinds else ""
    told = display_set.frames[0].instance.patient_orientation
    row, column = told if len(told) == 2 and display_set.space is Space.IMAGE else ("", "")
    return PictureInfo(RemarkKind.NO_SPACING not in kinds, note, row, column)


def _why_no_volume(source: StackSource) -> str:
    broken = next((said for index in range(source.count) if (said := source.failure(index))), "")
    shown = source.display_set
    why = (
        words.said(shown.why_no_volume, shown.why_facts)
        if shown.why_no_volume
        else text("ui.viewport.single")
    )
    return broken or text("error.ui.no_planes", series=shown.title, why=why)


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A small grey or RGB picture for a list."""
    rows, columns = pixels.shape[:2]
    flat = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_RGB888 if flat.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(flat.data, columns, rows, flat.strides[0], kind).copy()


def _thumbnail(display_set: DisplaySet, _progress: Progress, cancel: CancelToken) -> NDArray[np.uint8]:
    cancel.check()
    made: NDArray[np.uint8] = thumbnail(display_set, THUMBNAIL * 2)
    return made
