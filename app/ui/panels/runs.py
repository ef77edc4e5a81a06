"""One card per model run: which model, on what device, how it ended and why, and what it does not look for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.analysis.run_package import reason_of
from app.domain.finding import AnalysisResult, Reading, RunState
from app.findings.latest import latest_per_package
from app.state.model import JobRow
from app.support.i18n import text, text_with
from app.support.quantity_values import value_word
from app.support.titles import package_words
from app.support.units import unit_words
from app.ui import icons, words
from app.ui.widgets.small import label
from app.workflows.showing import state_words


class RunCards(QWidget):
    """Runs that are under way or wait, then the latest results first."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self._jobs: tuple[tuple[str, str], ...] = ()
        self._cards: dict[str, RunCard] = {}
        self._stale: Mapping[str, str] = {}
        self._waiting = QVBoxLayout()
        self._rows = QVBoxLayout()
        for rows in (self._waiting, self._rows):
            rows.setSpacing(6)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(self._waiting)
        whole.addLayout(self._rows)
        whole.addStretch(1)

    def show_reading(
        self,
        reading: Reading | None,
        pictures: Callable[[AnalysisResult], str] = lambda _: "",
        left: Callable[[AnalysisResult], str] = lambda _: "",
    ) -> None:
        """Cards of all runs of the open study, of a package on one picture the latest.

        pictures: on which each ran. left: the sentence that names films which its package has not looked at.
        """
        results = latest_per_package(reading.results if reading else ())
        ids = tuple(result.result_id for result in results)
        if ids == self._shown:
            return
        self._shown = ids
        _empty(self._rows)
        self._cards = {
            result.result_id: RunCard(result, pictures(result), left(result)) for result in results
        }
        for card in self._cards.values():
            self._rows.addWidget(card)
        self.show_stale(self._stale)

    def show_jobs(self, jobs: Sequence[JobRow]) -> None:
        """Models that were asked for on this study and have not ended: which, and whether each runs or waits."""
        told = tuple((job.title, "running" if job.kind == "model" else "queued") for job in jobs)
        if told == self._jobs:
            return
        self._jobs = told
        _empty(self._waiting)
        for package, state in told:
            self._waiting.addWidget(WaitingCard(package, text_with(f"ai.state.{state}", {})))

    def show_stale(self, stale: Mapping[str, str]) -> None:
        """Say on each card why its result speaks of other pixels or another model than are here now."""
        self._stale = stale
        for result_id, card in self._cards.items():
            card.say_stale(stale.get(result_id, ""))


def _empty(rows: QVBoxLayout) -> None:
    while (old := rows.takeAt(0)) is not None:
        widget = old.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class WaitingCard(QWidget):
    """A run without a result yet."""

    def __init__(self, package: str, state: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"{package}: {state}")
        line = QHBoxLayout(self)
        line.setContentsMargins(9, 7, 9, 7)
        line.addWidget(label(state, "title"))
        line.addWidget(label(package, wraps=True), 1)


class RunCard(QWidget):
    """The eight facts of RQ-04 within one look and one click."""

    def __init__(self, result: AnalysisResult, pictures: str = "", left: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        state = state_words(result)
        named = f"{result.package.name} {result.package.version}: {state}"
        self.setAccessibleName(f"{named}, {pictures}" if pictures else named)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(9, 7, 9, 7)
        rows.setSpacing(3)
        rows.addLayout(self._head(result, state))
        self.stale = label("", "warning", wraps=True)
        self.stale.hide()
        rows.addWidget(self.stale)
        reason = reason_of(result)
        shown_on = text("cli.run.pictures", pictures=pictures) if pictures else ""
        for words_, role in ((shown_on, ""), (left, "warning"), (reason, "")):
            if words_:
                rows.addWidget(label(words_, role, wraps=True))
        if result.imported is None:  # where and how long another maker's program ran is not known
            rows.addWidget(label(_ran(result), "quiet", wraps=True))
        if fell_back(result):
            rows.addWidget(label(_fallback(result), "warning", wraps=True))
        said = {reason, text("model.warning.cpu_fallback")}  # said already, with the names of the devices
        for warning in (one for one in result.warnings if one not in said):
            rows.addWidget(label(warning, "warning", wraps=True))
        not_for = _not_for(result)
        # A negative result always says what was not looked for (RQ-05); others say it on one click.
        if not_for and result.state is RunState.NEGATIVE:
            rows.addWidget(label(not_for, wraps=True))
            not_for = ""
        if result.measures and not result.findings:  # numbers are all that such a run has to say
            rows.addWidget(label("\n".join(_measures(result)), wraps=True))
        self.more = label(
            "\n".join(part for part in (not_for, _details(result)) if part), "quiet", wraps=True
        )
        self.more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows.addWidget(self.more)
        self.more.hide()
        self.drawer.toggled.connect(self.more.setVisible)

    def say_stale(self, why: str) -> None:
        """Under the state, so that it is read with it; '' where the result holds."""
        self.stale.setText(text("ai.stale.said", why=why) if why else "")
        self.stale.setVisible(bool(why))

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


def _not_for(result: AnalysisResult) -> str:
    """What it does not look for, in one sentence."""
    listed = "; ".join(map(package_words, result.not_for))
    return text("ui.run.not_for", list=listed) if listed else ""


def _measures(result: AnalysisResult) -> list[str]:
    """What was measured, a line each."""
    return [
        text(
            "ui.run.measure",
            name=words.quantity_name(q.key),
            value=value_word(q.key, q.value) or words.quantity_number(q),
            unit=unit_words(q.unit.value),
        )
        for q in result.measures
    ]


def _details(result: AnalysisResult) -> str:
    lines = [text("ui.run.not_primary")]
    if result.study_score is not None:
        lines.append(text("ui.run.study_score", score=words.number(result.study_score)))
    lines += _measures(result) if result.findings else []
    lines.append(text("ui.run.package_hash", hash=result.package.sha256[:16]))
    started = dict(result.stamps).get("main_start", "")
    if started:
        lines.append(text("ui.run.started", time=started[:19].replace("T", " ")))
    lines.append(text("ui.run.input", count=len(result.series_instance_uids), hash=result.pixel_sha256[:16]))
    return "\n".join(lines)
