"""Who and what is on the screen, always; a hard banner where two patients are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.study import Study
from app.support.i18n import text
from app.support.shown_text import shown
from app.ui import words
from app.ui.patients import mismatch_words
from app.ui.widgets.small import ElidedLabel, label

NAME_PX = 320  # a name is cut off beyond this only, and then for the sake of a window that fits its screen


class HeaderPanel(QWidget):
    """One line over the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.patient = ElidedLabel(NAME_PX)
        self.patient.setProperty("role", "title")
        self.patient.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.details = ElidedLabel()
        self.details.setProperty("role", "quiet")
        self.details.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.study = ElidedLabel()
        self.study.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.mismatch = label(wraps=True)
        self.mismatch.setObjectName("mismatch")
        self.mismatch.hide()
        line = QHBoxLayout()
        line.setContentsMargins(12, 7, 12, 7)
        line.setSpacing(16)
        line.addWidget(self.patient)
        line.addWidget(self.details)
        line.addWidget(self.study, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(line)
        rows.addWidget(self.mismatch)

    def show_study(self, study: Study | None) -> None:
        """Patient on the left, study on the right."""
        if study is None:
            self.patient.setText(text("ui.header.none"))
            self.details.setText("")
            self.study.setText("")
            return
        name, details = words.identity(study)
        self.patient.setText(name)
        self.details.setText(details)
        accession = (
            f"{text('ui.header.accession', number=shown(study.accession_number))}   "
            if study.accession_number
            else ""
        )
        # The description is cut off first: it stands on the pictures too.
        self.study.setText(f"{words.moment(study)}   {accession}{words.study_title(study)}")
        self.setAccessibleName(f"{name}, {details}, {self.study.text()}")

    def show_hung(self, studies: Sequence[Study]) -> None:
        """The banner, with their names, if the studies that hang are of different patients."""
        said = mismatch_words(tuple(studies))
        self.mismatch.setText(said)
        self.mismatch.setVisible(bool(said))
