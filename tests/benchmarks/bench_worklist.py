"""The worklist of 10,000 studies: listed, told of one change, filtered; peer: a plain Qt list of as many lines."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

from PySide6.QtWidgets import QListWidget

from app.state.model import AppState
from app.ui.application import application
from app.ui.panels.worklist import WorklistPanel
from tests.benchmarks._table import row
from tests.support.ui import study

STUDIES = 10_000


def ms(change: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    change()
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """List, change, filter."""
    app = application(off_screen=True)
    studies = tuple(study(f"1.{number}", f"DOE^{number}", str(number)) for number in range(STUDIES))
    state = AppState()
    listed = replace(state, workspace=replace(state.workspace, studies=studies))
    opened = replace(listed, workspace=replace(listed.workspace, open_study_uid="1.4711"))
    panel, plain = WorklistPanel(), QListWidget()
    lines = [f"DOE^{number}" for number in range(STUDIES)]
    row(
        "10,000 studies listed",
        ms(lambda: panel.show_state(listed)),
        ms(lambda: plain.addItems(lines)),
        "ms",
        "told",
    )
    row("one of them opened", ms(lambda: panel.show_state(opened)), None, "ms", "<= 100")
    row("nothing changed", ms(lambda: panel.show_state(opened)), None, "ms", "<= 100")
    row("filtered to one", ms(lambda: panel.filter.setText("doe^4711")), None, "ms", "<= 100")
    app.processEvents()


if __name__ == "__main__":
    main()
