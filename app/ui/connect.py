"""Signals of panels and views, tied to what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Verdict
from app.state.events import InkChanged, MaximisedToggled, ViewportActivated
from app.state.panel_events import LowFindingsToggled
from app.state.reading_events import FindingSelected, MeasurementChosen
from app.support.i18n import explain
from app.ui.extent_shape import EXTENT
from app.ui.measuring import Measuring, record
from app.ui.object_cards import MARK
from app.workflows.extent import redraw
from app.workflows.judge import judge, step_finding

if TYPE_CHECKING:
    from app.ui.desk import WindowDesk
    from app.ui.flat import FlatContent
    from app.ui.main_window import MainWindow
    from viewers.shapes import Drawn

MENU_GROUPS = ("finding", "view.preset", "view.own", "view.flip", "layout.planes", "layout.volume")


def connect(ctx: AppContext, window: MainWindow, desk: WindowDesk) -> None:
    """Once, when the window is built."""
    store = ctx.store
    window.worklist.study_chosen.connect(desk.open_study)
    window.series.chosen.connect(lambda key: _choose(desk, key))
    window.series.cancel_asked.connect(lambda: desk.cancel_jobs("scan"))
    window.models.run_asked.connect(lambda package: _run(desk, package))
    window.models.cancel_asked.connect(lambda: desk.cancel_jobs("model"))
    window.findings.selected.connect(lambda key: store.apply(FindingSelected(key)))
    window.findings.unfold_asked.connect(lambda: store.apply(LowFindingsToggled()))
    window.findings.labelled.connect(lambda key, label: _label(ctx, desk, key, label))
    window.ink.mode_asked.connect(lambda mode: store.apply(InkChanged(mode=mode, shown=True)))
    window.ink.threshold_asked.connect(lambda share: store.apply(InkChanged(threshold=share)))
    window.ink.opacity_asked.connect(lambda share: store.apply(InkChanged(opacity=share)))
    host = window.host
    host.activated.connect(lambda key: store.apply(ViewportActivated(key)))
    host.maximise_asked.connect(lambda key: store.apply(MaximisedToggled(key)))
    host.dropped.connect(desk.hang_in)
    host.marker_clicked.connect(lambda key: store.apply(FindingSelected(key)))
    host.shape_chosen.connect(lambda key: store.apply(MeasurementChosen(key)))
    host.drawn.connect(lambda content, drawn: _measured(ctx, window, content, drawn))
    host.finding_step.connect(lambda step: step_finding(ctx, step))
    host.menu_asked.connect(lambda at: _show_menu(window, at))


def _choose(desk: WindowDesk, key: str) -> None:
    """A row of the series list: hang it, or open the object."""
    if key.startswith(MARK):
        desk.sheets.objects.open(key)
    else:
        desk.hang(key)


def _run(desk: WindowDesk, package: str) -> None:
    try:
        desk.run_model(package)
    except OverreadError as error:
        desk.warn(explain(error))


def _measured(ctx: AppContext, window: MainWindow, content: FlatContent, drawn: Drawn) -> None:
    """What was drawn stands only once it is written; if that fails the picture shows what was there before."""
    try:
        if drawn.shape_id in ("", EXTENT) and redraw(ctx, record(content, drawn)):
            window.host.refresh_ink()  # what was drawn has become the finding's extent
        else:
            Measuring(ctx).keep(content, drawn)
            window.desk.measure_list.drawn(drawn.tool_id)
    except OverreadError as error:
        window.messages.warn(explain(error))
        window.host.refresh_ink()


def _label(ctx: AppContext, desk: WindowDesk, finding_id: str, label: str) -> None:
    """Another label is a verdict like the others; the one that stands already is none."""
    reading = ctx.store.state.reading.reading
    judgement = reading.judgement(finding_id) if reading else None
    if judgement is None or judgement.shown_label == label:
        return
    ctx.store.apply(FindingSelected(finding_id))
    try:
        judge(ctx, Verdict.EDITED, label=label)
    except OverreadError as error:
        desk.warn(explain(error))


def _show_menu(window: MainWindow, at: QPoint) -> None:
    """The right-click menu: verdicts, presets, orientation, planes."""
    menu = QMenu(window)
    for group in MENU_GROUPS:
        for name, made in window.commands.actions.items():
            if name.startswith(group) and made.isEnabled():
                menu.addAction(made)
        menu.addSeparator()
    menu.popup(at)
