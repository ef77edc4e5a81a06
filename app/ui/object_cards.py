"""Objects of a study that are no pictures, as cards of the series list: kind, title, and nothing dropped."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from app.domain.objects import ObjectKind
from app.domain.study import Instance, Study
from app.studies.objects.read import class_of, kind_of
from app.support.i18n import text
from app.ui import theme, words
from app.ui.widgets.rows import Row
from app.workflows.foreign import objects_of

MARK = "object:"  # before the SOP Instance UID, among keys of display sets
EDGE = 112
SIGNS = {
    ObjectKind.SEGMENTATION: "SEG", ObjectKind.REPORT: "SR", ObjectKind.KEY_OBJECTS: "KEY",
    ObjectKind.PRESENTATION: "PS", ObjectKind.PARAMETRIC_MAP: "MAP", ObjectKind.STRUCTURE_SET: "RT",
    ObjectKind.PDF: "PDF", ObjectKind.UNKNOWN: "?",
}  # fmt: skip


def cards_of(study: Study) -> tuple[Row, ...]:
    """One row per object, in the order of the study."""
    series_of = {one.sop_instance_uid: series for series in study.series for one in series.instances}
    return tuple(
        _card(instance, words.series_title(series_of[instance.sop_instance_uid]))
        for instance in objects_of(study)
    )


def instance_of(study: Study, key: str) -> Instance | None:
    """The object that a card stands for."""
    uid = key.removeprefix(MARK)
    return next((one for one in objects_of(study) if one.sop_instance_uid == uid), None)


def _card(instance: Instance, title: str) -> Row:
    kind = kind_of(instance.sop_class_uid)
    is_unknown = kind is ObjectKind.UNKNOWN
    last = text("ui.object.unknown") if is_unknown else text("ui.object.opens")
    named = class_of(instance.sop_class_uid)
    return Row(
        MARK + instance.sop_instance_uid, (title, named, last), image=_sign(SIGNS[kind]), warns=is_unknown
    )


@cache
def _sign(letters: str) -> QImage:
    """The kind in letters, where a series has its thumbnail."""
    made = QImage(EDGE, EDGE, QImage.Format.Format_RGB32)
    made.fill(QColor(theme.colors().field))
    painter = QPainter(made)
    font = QFont()
    font.setPixelSize(EDGE // 3)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(theme.colors().accent))
    painter.drawText(QRect(0, 0, EDGE, EDGE), Qt.AlignmentFlag.AlignCenter, letters)
    painter.end()
    return made
