"""The Qt application and the window, in the order that shows the window soonest."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from app.context import AppContext, build_context
from app.domain.errors import DeviceError
from app.support.i18n import language_in_use
from app.support.paths import UserPaths
from app.ui import theme
from app.ui.display import has_display
from app.ui.main_window import MainWindow
from app.ui.qt_dispatch import QtDispatch
from app.ui.unexpected import Unexpected

NO_NEWS = "This plugin does not support"  # such as a size hint: Qt's off-screen platform
__all__ = ["application", "build_window", "has_display", "run_window"]


def application(*, off_screen: bool = False) -> QApplication:
    """The one application of this process, dressed; off_screen draws without a display if there is none."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        if not running.styleSheet():
            _prepare(running)
        return running
    if not has_display():
        if not off_screen:
            raise DeviceError("error.ui.no_display")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    qInstallMessageHandler(_take_qt_message)
    made = QApplication(["overread"])
    made.setApplicationName("Overread")
    _prepare(made)
    return made


def _prepare(qt: QApplication) -> None:
    theme.put_on(qt)
    if qt.platformName() == "offscreen":
        atexit.register(_empty_clipboard)


def _empty_clipboard() -> None:
    """Without a display Qt keeps the clipboard until the interpreter is gone; what Python put there then crashes."""
    if isinstance(QApplication.instance(), QApplication):
        QApplication.clipboard().clear()


def speak(qt: QApplication, language: str) -> bool:
    """Qt's own words (its file dialog, its menus of text fields) in a language; false where Qt has none."""
    words = QTranslator(qt)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return words.load(QLocale(language), "qtbase", "_", folder) and qt.installTranslator(words)


def build_window(paths: UserPaths | None = None) -> tuple[MainWindow, AppContext, QtDispatch]:
    """A window with its context; nothing of it is shown yet, nothing heavy imported."""
    dispatch = QtDispatch()
    ctx = build_context(paths, dispatch.post)
    return MainWindow(ctx), ctx, dispatch


def run_window(
    studies: Sequence[str | Path] = (),
    shown: Callable[[MainWindow], None] | None = None,
    *,
    paths: UserPaths | None = None,
) -> int:
    """The window until it is closed; `shown` is called when it is up. paths: a home other than the user's."""
    qt = application()
    window, ctx, dispatch = build_window(paths)
    unexpected = Unexpected(ctx.paths.faults_file, window.messages.warn, dispatch.post)
    unexpected.begin()
    speak(qt, language_in_use())
    window.desk.session.place()
    window.show()

    def after() -> None:
        window.desk.begin(restore=not studies)
        if studies:
            window.desk.open_paths(studies)
        window.desk.sheets.hands.ask()
        if shown is not None:
            shown(window)

    QTimer.singleShot(0, after)
    code = qt.exec()
    unexpected.end()
    dispatch.close()
    return code


def _take_qt_message(_kind: QtMsgType, _where: QMessageLogContext, words: str) -> None:
    """Qt's own remarks go to the log; what the off-screen platform cannot do is no news to a reader."""
    if not words.startswith(NO_NEWS):
        logging.getLogger("qt").warning(words)
