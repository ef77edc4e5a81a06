"""What of the open study can be hung, with thumbnails; warnings where slices are missing or patients mixed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QProgressBar, QVBoxLayout, QWidget

from app.domain.calibration import REMARKS
from app.domain.study import Study
from app.domain.volume import RemarkKind
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.ui import words
from app.ui.corners import brief_words
from app.ui.keys import OPENS_BY_ENTER
from app.ui.widgets.rows import KEY, Row, RowDelegate, item_of, put_row
from app.ui.widgets.small import DragList, button, label
from app.ui.widgets.tips import tip

THUMBNAIL = 56
_CALM = {RemarkKind.LOADING, RemarkKind.REFORMATTED, *REMARKS.values()} - {RemarkKind.NO_SPACING}


class SeriesPanel(QWidget):
    """Emits the id of the display set that the reader wants in the active viewport."""

    chosen = Signal(str)
    cancel_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._study_uid = ""
        self._sets: tuple[DisplaySet, ...] = ()
        self._cards: tuple[Row, ...] = ()
        self._hung: frozenset[str] = frozenset()
        self._thumbnails: dict[str, QImage] = {}
        self.list = DragList(text("ui.series.name"), lambda key: (self._study_uid, key))
        self.list.setItemDelegate(RowDelegate(3, THUMBNAIL))
        self.list.setProperty(OPENS_BY_ENTER, True)
        self.list.itemActivated.connect(self._choose)
        self.list.itemDoubleClicked.connect(self._choose)
        self.warning = label(role="warning", wraps=True)
        self.warning.hide()
        self.progress = QProgressBar()
        self.progress.setAccessibleName(text("ui.scan.progress_name"))
        self.cancel = button(text("ui.scan.stop"), text("ui.scan.stop_name"), self.cancel_asked.emit)
        self.scan = QWidget()
        line = QHBoxLayout(self.scan)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.progress, 1)
        line.addWidget(self.cancel)
        self.scan.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(6)
        rows.addWidget(label(text("ui.series.title"), "title"))
        rows.addWidget(self.warning)
        rows.addWidget(self.list, 1)
        rows.addWidget(self.scan)

    def show_sets(self, study: Study | None, sets: Sequence[DisplaySet], cards: Sequence[Row] = ()) -> None:
        """List these display sets, then the objects that are no pictures."""
        uid = study.study_instance_uid if study else ""
        if uid != self._study_uid:
            self._thumbnails.clear()
            self.list.clear()
        self._study_uid, self._sets, self._cards = uid, tuple(sets), tuple(cards)
        self._refresh()

    def show_hung(self, ids: frozenset[str]) -> None:
        """Mark what hangs in a viewport."""
        if ids != self._hung:
            self._hung = ids
            self._refresh()

    def show_thumbnail(self, display_set_id: str, image: QImage) -> None:
        """A thumbnail arrived."""
        self._thumbnails[display_set_id] = image
        place = self.list.row_of(display_set_id)
        wanted = next((s for s in self._sets if s.display_set_id == display_set_id), None)
        if place >= 0 and wanted is not None:
            put_row(self.list.item(place), self._row(wanted))

    def warn(self, sentence: str) -> None:
        """Patients mixed; empty takes the warning away."""
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def show_scan(self, share: float | None, note: str = "") -> None:
        """Progress of a scan; None when there is none."""
        self.scan.setVisible(share is not None)
        if share is not None:
            self.progress.setRange(0, 100 if share > 0 else 0)
            self.progress.setValue(round(share * 100))
            self.progress.setFormat(note)
            self.progress.setToolTip(tip(note))

    def _refresh(self) -> None:
        rows = [*(self._row(display_set) for display_set in self._sets), *self._cards]
        for place, row in enumerate(rows):
            if place < self.list.count():
                put_row(self.list.item(place), row)
            else:
                self.list.addItem(item_of(row))
        while self.list.count() > len(rows):
            self.list.takeItem(self.list.count() - 1)

    def _row(self, display_set: DisplaySet) -> Row:
        grave = [remark for remark in display_set.remarks if remark.kind not in _CALM]
        last = brief_words(grave[0]) if grave else display_set.series.body_part
        key = display_set.display_set_id
        return Row(
            key,
            (
                display_set.title or words.series_title(display_set.series),
                _what(display_set),
                last,
            ),
            image=self._thumbnails.get(key),
            is_open=key in self._hung,
            warns=bool(grave),
        )

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(KEY)))


def _what(display_set: DisplaySet) -> str:
    """Number, modality, side and view, images: four mammograms may have one name."""
    series, first, count = display_set.series, display_set.frames[0].instance, len(display_set.frames)
    number = "" if series.number is None else text("ui.series.number", number=series.number)
    side = " ".join(part for part in (first.laterality, first.view_position) if part)
    images = "" if side and count == 1 else text("ui.series.images", count=count)
    return "  ".join(part for part in (number, series.modality, side, images) if part)
