"""One card per model run: which model, on what device, how it ended and why, and what it does not look for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.analysis.run_package import reason_of
from app.domain.finding import AnalysisResult, Reading, RunState
from app.support.i18n import text
from app.ui import icons, words
from app.ui.widgets.small import label


class RunCards(QWidget):
    """Latest run first."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(6)

    def show_reading(self, reading: Reading | None) -> None:
        """Cards of all runs of the open study; of one package only the latest."""
        results = latest_per_package(reading.results if reading else ())
        ids = tuple(result.result_id for result in results)
        if ids == self._shown:
            return
        self._shown = ids
        while (old := self._rows.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for result in results:
            self._rows.addWidget(RunCard(result))
        self._rows.addStretch(1)


def latest_per_package(results: tuple[AnalysisResult, ...]) -> tuple[AnalysisResult, ...]:
    """Of runs of the same package on the same series only the last, latest first; every imported object stands."""
    last = {
        (
            result.package.name,
            result.series_instance_uids,
            result.imported.sop_instance_uid if result.imported else "",
        ): result
        for result in results
    }
    return tuple(reversed(last.values()))


class RunCard(QWidget):
    """The eight facts of RQ-04 within one look and one click."""

    def __init__(self, result: AnalysisResult) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        state = text(f"state.{result.state.value}")
        self.setAccessibleName(f"{result.package.name} {result.package.version}: {state}")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(9, 7, 9, 7)
        rows.setSpacing(3)
        rows.addLayout(self._head(result, state))
        reason = reason_of(result)
        if reason:
            rows.addWidget(label(reason, wraps=True))
        if result.imported is None:  # where and how long another maker's program ran is not known
            rows.addWidget(label(_ran(result), "quiet", wraps=True))
        if fell_back(result):
            rows.addWidget(label(_fallback(result), "warning", wraps=True))
        said = {reason, text("model.warning.cpu_fallback")}  # said already, with the names of the devices
        for warning in (one for one in result.warnings if one not in said):
            rows.addWidget(label(warning, "warning", wraps=True))
        not_for = text("ui.run.not_for", list="; ".join(result.not_for)) if result.not_for else ""
        # A negative result always says what was not looked for (RQ-05); others say it on one click.
        if not_for and result.state is RunState.NEGATIVE:
            rows.addWidget(label(not_for, wraps=True))
            not_for = ""
        self.more = label(
            "\n".join(part for part in (not_for, _details(result)) if part), "quiet", wraps=True
        )
        self.more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows.addWidget(self.more)
        self.more.hide()
        self.drawer.toggled.connect(self.more.setVisible)

    def _head(self, result: AnalysisResult, state: str) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(6)
        shape = QLabel()
        shape.setPixmap(icons.pixmap(f"state_{result.state.value}", 20, self.devicePixelRatioF()))
        head.addWidget(shape)
        head.addWidget(label(state, "title"))
        name = label(f"{result.package.name} {result.package.version}", wraps=True)
        head.addWidget(name, 1)
        self.drawer = QToolButton()
        self.drawer.setText(text("ui.run.details"))
        self.drawer.setAccessibleName(text("ui.run.details_name", package=result.package.name))
        self.drawer.setCheckable(True)
        self.drawer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.drawer.setProperty("flat", "true")
        head.addWidget(self.drawer)
        return head


def fell_back(result: AnalysisResult) -> bool:
    """Whether another device ran than the first one asked for."""
    return (
        bool(result.provider and result.requested_providers)
        and result.provider != result.requested_providers[0]
    )


def _ran(result: AnalysisResult) -> str:
    if not result.provider:
        return text("ui.run.not_run")
    return text("ui.run.ran", seconds=words.seconds(result.seconds), device=words.device(result.provider))


def _fallback(result: AnalysisResult) -> str:
    asked = words.device(result.requested_providers[0])
    return text("ui.run.fallback", asked=asked, device=words.device(result.provider))


def _details(result: AnalysisResult) -> str:
    lines = [text("ui.run.not_primary")]
    if result.study_score is not None:
        lines.append(text("ui.run.study_score", score=words.number(result.study_score)))
    lines += [
        text("ui.run.measure", name=q.key.replace("_", " "), value=words.number(q.value), unit=q.unit.value)
        for q in result.measures
    ]
    lines.append(text("ui.run.package_hash", hash=result.package.sha256[:16]))
    started = dict(result.stamps).get("main_start", "")
    if started:
        lines.append(text("ui.run.started", time=started[:19].replace("T", " ")))
    lines.append(text("ui.run.input", count=len(result.series_instance_uids), hash=result.pixel_sha256[:16]))
    return "\n".join(lines)
