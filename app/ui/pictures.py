"""Where views get their pictures: display sets of a study, decoded stacks, whole volumes, thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.context import AppContext
from app.domain.calibration import REMARKS
from app.domain.finding import Finding
from app.domain.study import Study
from app.domain.volume import RemarkKind, Space, Volume
from app.state.model import Hung
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.may_be_result import may_be_result
from app.studies.on_the_way import Coming
from app.studies.stack_source import StackSource
from app.support.i18n import text
from app.support.languages import fact_words
from app.ui.corners import image_words
from app.ui.panels.series import THUMBNAIL
from app.ui.subject import Subject, window_levels
from app.ui.thumbnails import Thumbnails
from app.workflows.showing import is_withheld, policies_of
from viewers.types import PictureInfo, WindowLevel

if TYPE_CHECKING:
    from viewers.volume_engine import TextureLimits

Key = tuple[str, str]
_CALIBRATIONS = frozenset(REMARKS.values()) - {RemarkKind.NO_SPACING}


class Pictures:
    """Main thread; decoding and thumbnails run on threads of their own."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self.limits: TextureLimits | None = None  # of the graphics card, once it has been tried
        self._sets: dict[str, tuple[Study, tuple[DisplaySet, ...]]] = {}
        self._stacks: dict[Key, StackSource] = {}
        self._coming = Coming(
            ctx.on_the_way.need, ctx.on_the_way.is_coming, ctx.on_the_way.is_growing, ctx.on_the_way.frame
        )
        self._thumbnails = Thumbnails(ctx.means.line, ctx.post, THUMBNAIL * 2, ctx.on_the_way.need)

    @property
    def is_busy(self) -> bool:
        """Thumbnails are being made."""
        return self._thumbnails.is_busy

    def sets_of(self, study: Study) -> tuple[DisplaySet, ...]:
        """What can be hung of a study; made anew when the scan has found more of it.

        What may be the result of a program is not among it while the study's AI results are withheld.
        """
        held = self._sets.get(study.study_instance_uid)
        if held is None or held[0] is not study:
            self._sets[study.study_instance_uid] = held = (study, display_sets(study))
        policies = policies_of(self._ctx.settings)
        if not is_withheld(self._ctx.store.state, policies, study.study_instance_uid):
            return held[1]
        return tuple(one for one in held[1] if not may_be_result(study, one.series))

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
        read = self._ctx.store.state.workspace.open_study
        is_other = read is not None and study.study_instance_uid != read.study_instance_uid
        return Subject(study, found, read if is_other else None) if found else None

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
            if source.is_settled:
                self._ctx.post(give_up)  # by then the source has made its volume, if it can

        stop = source.listen(arrived)
        source.volume_when_complete(done)
        arrived(0)

    def complete_volume(self, subject: Subject) -> Volume | None:
        """The volume if it has been read already."""
        source = self._stacks.get(_key(subject))
        return source.volume if source else None

    def retry(self) -> int:
        """Try every frame that failed once more; returns how many."""
        return sum(source.retry() for source in self._stacks.values() if not source.is_closed)

    def prefetch(self, subject: Subject) -> StackSource | None:
        """Decode a display set that does not hang, if there is room beside all others; None if not, or done."""
        held = self._stacks.get(_key(subject))
        if held is not None and not held.is_closed:
            return None if held.is_complete else held
        if not self._ctx.means.memory.has_room(subject.display_set.decoded_bytes):
            return None
        return self._source(subject, shown=False)

    def note_hung(self) -> None:
        """What hangs is kept and comes first; what does not is decoded when nothing else is wanted."""
        hung = self._hung()
        self._stacks = {key: source for key, source in self._stacks.items() if not source.is_closed}
        for key, source in self._stacks.items():
            source.show(shown=key in hung)

    def ask_thumbnails(self, sets: Sequence[DisplaySet], arrived: Callable[[str, QImage], None]) -> None:
        """One small picture each, in the background; a series that gives none keeps its dark square."""
        self._thumbnails.ask(sets, lambda key, small: arrived(key, image_of(small)))

    def image_words(self, study_instance_uid: str, finding: Finding) -> str:
        """The image that a finding names, by its place in the stack and its own number; '' where there is none."""
        wanted = finding.place.frame
        if wanted is None:
            return ""
        for one in self.sets_of_uid(study_instance_uid):
            for place, frame in enumerate(one.frames):
                if frame.ref == wanted:
                    return image_words(one, place)
        return ""

    def close(self) -> None:
        """Let go of every stack."""
        self._thumbnails.close()
        for source in self._stacks.values():
            source.close()
        self._stacks.clear()

    def _study(self, study_instance_uid: str) -> Study | None:
        return self._ctx.store.state.workspace.study(study_instance_uid)

    def _source(self, subject: Subject, *, shown: bool = True) -> StackSource:
        """Made when first wanted. Raises PixelsUnreadableError if it does not fit in memory."""
        key, wanted = _key(subject), subject.display_set
        source = self._stacks.get(key)
        if source is not None and (source.is_closed or not source.display_set.shows_same(wanted)):
            source.close()  # let go meanwhile, or the scan has since found more images of it
            source = None
        if source is None:
            self.note_hung()
            source = StackSource(
                wanted, self._ctx.post, coming=self._coming, means=self._ctx.means, shown=shown
            )
            self._stacks[key] = source
        if shown:
            source.show(shown=True)
        return source

    def _hung(self) -> set[Key]:
        viewports = self._ctx.store.state.workspace.arrangement.viewports
        return {(v.hung.study_instance_uid, v.hung.display_set_id) for v in viewports if v.hung is not None}


def _key(subject: Subject) -> Key:
    return subject.study.study_instance_uid, subject.display_set.display_set_id


def info_of(display_set: DisplaySet) -> PictureInfo:
    """What a view cannot see in the pixels: whether mm are mm, and where a projection's rows and columns run to."""
    kinds = {remark.kind for remark in display_set.remarks}
    note = next((text(f"calibration.{kind.value}") for kind in kinds & _CALIBRATIONS), "")
    told = display_set.frames[0].instance.patient_orientation
    row, column = told if len(told) == 2 and display_set.space is Space.IMAGE else ("", "")
    return PictureInfo(RemarkKind.NO_SPACING not in kinds, note, row, column)


def _why_no_volume(source: StackSource) -> str:
    broken = next((said for index in range(source.count) if (said := source.failure(index))), "")
    shown = source.display_set
    why = (
        fact_words(shown.why_no_volume, shown.why_facts)
        if shown.why_no_volume
        else text("ui.viewport.single")
    )
    return broken or source.no_room or text("error.ui.no_planes", series=shown.title, why=why)


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A small grey or RGB picture for a list."""
    rows, columns = pixels.shape[:2]
    flat = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_RGB888 if flat.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(flat.data, columns, rows, flat.strides[0], kind).copy()
