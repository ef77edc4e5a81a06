"""The list of findings: 2,000 scrolled, one judged, one jumped to; peer: a plain Qt list of as many lines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QWidget

from app.actions.registry import all_actions
from app.domain.finding import Judgement, Reading, Verdict
from app.state.model import ReadingState
from app.ui.application import application
from app.ui.panels.finding_rows import no_slice
from app.ui.panels.findings import FindingsPanel
from tests.benchmarks._table import row
from tests.support.ui import finding, result

FINDINGS, STEPS = 2_000, 200


def a_reading() -> Reading:
    """All above their threshold, none alike."""
    found = tuple(finding(number, 0.5 + number / (3 * FINDINGS)) for number in range(FINDINGS))
    return Reading("1.2", (result(*found),), tuple(Judgement(one) for one in found))


def p95_ms(steps: int, change: Callable[[int], None]) -> float:
    """95th percentile of a change that ends painted."""
    taken = []
    for number in range(steps):
        begun = time.perf_counter()
        change(number)
        taken.append(1000 * (time.perf_counter() - begun))
    return float(np.percentile(taken, 95))


def scrolled(view: QAbstractItemView, number: int) -> None:
    """To another place of the list, painted."""
    bar = view.verticalScrollBar()
    bar.setValue(round(bar.maximum() * number / STEPS))
    view.viewport().repaint()


def main() -> None:
    """Scroll, verdict, selection."""
    app = application(off_screen=True)
    holder = QWidget()
    panel = FindingsPanel({name: QAction(name, holder) for name in all_actions()})
    plain = QListWidget()
    plain.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    reading = a_reading()
    plain.addItems([f"{j.shown_label}\n{j.finding.site}\n{j.finding.score}" for j in reading.judgements])
    for one in (panel, plain):
        one.resize(400, 700)
        one.show()
    panel.show_reading(ReadingState(reading), no_slice)
    app.processEvents()
    peer = p95_ms(STEPS, lambda number: scrolled(plain, number))
    row("scroll 2,000 findings, p95", p95_ms(STEPS, lambda n: scrolled(panel.list, n)), peer, "ms", "<= 16")

    def judge(number: int) -> None:
        judged = replace(reading.judgements[number], verdict=Verdict.ACCEPTED, reader="ada")
        others = (*reading.judgements[:number], judged, *reading.judgements[number + 1 :])
        panel.show_reading(ReadingState(replace(reading, judgements=others)), no_slice)
        app.processEvents()

    row("show a verdict among 2,000, p95", p95_ms(40, judge), None, "ms", "<= 100")

    def turn_to(number: int) -> None:
        panel.show_reading(
            ReadingState(reading, reading.judgements[number * 40].finding.finding_id), no_slice
        )
        app.processEvents()

    row("turn to a finding among 2,000, p95", p95_ms(40, turn_to), None, "ms", "<= 100")


if __name__ == "__main__":
    main()
