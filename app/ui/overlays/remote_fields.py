"""What is searched for on a server: name, number, accession, date range, modality."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from app.studies.source_types import StudyQuery
from app.support.i18n import text
from app.ui.widgets.small import label

# Days back from today; None is any date, -1 a range that the reader types.
RANGES: tuple[tuple[str, int | None], ...] = (
    ("any", None), ("today", 0), ("yesterday", 1), ("week", 7), ("month", 31), ("year", 366), ("own", -1),
)  # fmt: skip
MODALITIES = ("", "CT", "MR", "CR", "DX", "MG", "US", "PT", "NM", "XA", "RF", "OT", "SR", "SEG")
PAGE = 50


class QueryFields(QWidget):
    """Emits when Enter is pressed in a field."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name, self.number, self.accession = _field("name"), _field("id"), _field("accession")
        self.first, self.last = _field("from"), _field("to")
        for one in (self.first, self.last):
            one.setPlaceholderText(text("ui.remote.date_form"))
            one.setEnabled(False)
        self.range, self.modality = QComboBox(), QComboBox()
        self.range.setAccessibleName(text("ui.remote.range"))
        self.modality.setAccessibleName(text("ui.remote.modality"))
        for key, _ in RANGES:
            self.range.addItem(text(f"ui.remote.range_{key}"))
        for code in MODALITIES:
            self.modality.addItem(code or text("ui.remote.any_modality"))
        self.range.currentIndexChanged.connect(self._ranged)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        columns = (
            ("name", self.name, 3), ("id", self.number, 2), ("accession", self.accession, 2), ("range", self.range, 2),
            ("from", self.first, 2), ("to", self.last, 2), ("modality", self.modality, 2),
        )  # fmt: skip
        for place, (key, widget, stretch) in enumerate(columns):
            caption = label(text(f"ui.remote.{key}"), "quiet")
            caption.setBuddy(widget)
            grid.addWidget(caption, 0, place)
            grid.addWidget(widget, 1, place)
            grid.setColumnStretch(place, stretch)
        for field in (self.name, self.number, self.accession, self.first, self.last):
            field.returnPressed.connect(self.asked)

    @property
    def dates_are_usable(self) -> bool:
        """Whether a typed range is made of dates."""
        return all(not one.text().strip() or _digits(one.text()) for one in (self.first, self.last))

    def query(self, offset: int, today: date) -> StudyQuery:
        """What stands in the fields."""
        first, last = self._dates(today)
        return StudyQuery(
            patient_name=self.name.text().strip(),
            patient_id=self.number.text().strip(),
            accession_number=self.accession.text().strip(),
            date_from=first,
            date_to=last,
            modality=MODALITIES[self.modality.currentIndex()],
            is_fuzzy=bool(self.name.text().strip()),
            offset=offset,
            limit=PAGE,
        )

    def _dates(self, today: date) -> tuple[str, str]:
        key, back = RANGES[self.range.currentIndex()]
        if back is None:
            return "", ""
        if key == "own":
            return _digits(self.first.text()), _digits(self.last.text())
        last = today - timedelta(days=1) if key == "yesterday" else today
        return f"{today - timedelta(days=back):%Y%m%d}", f"{last:%Y%m%d}"

    def _ranged(self, place: int) -> None:
        is_own = RANGES[place][0] == "own"
        for one in (self.first, self.last):
            one.setEnabled(is_own)
        if is_own:
            self.first.setFocus()


def _field(key: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(text(f"ui.remote.{key}"))
    made.setMinimumWidth(70)
    return made


def _digits(words: str) -> str:
    """A date as YYYYMMDD from 2026-08-01 or 20260801; '' where it is none."""
    plain = words.strip().replace("-", "")
    try:
        return f"{date.fromisoformat(plain):%Y%m%d}"
    except ValueError:
        return ""
