"""Neutral dark grey or high contrast, text of 11 points and more, visible keyboard focus. One style sheet for all."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.palette import DARK, PALETTES, Palette

POINTS = 11
FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Ubuntu", "Liberation Sans", "DejaVu Sans")
_worn = [DARK]  # of the process: one application, one dress


def colors() -> Palette:
    """The colours in force, for what is painted by hand."""
    return _worn[0]


def put_on(application: QApplication, theme: str = "dark") -> None:
    """Dress the whole application; a theme that is not known is the dark one."""
    p = _worn[0] = PALETTES.get(theme, DARK)
    application.setStyle("Fusion")
    known = set(QFontDatabase.families())
    family = next((name for name in FAMILIES if name in known), application.font().family())
    application.setFont(QFont(family, POINTS))
    palette = QPalette()
    for role, color in (
        (QPalette.ColorRole.Window, p.window),
        (QPalette.ColorRole.Base, p.field),
        (QPalette.ColorRole.AlternateBase, p.panel),
        (QPalette.ColorRole.Text, p.text),
        (QPalette.ColorRole.WindowText, p.text),
        (QPalette.ColorRole.Button, p.raised),
        (QPalette.ColorRole.ButtonText, p.text),
        (QPalette.ColorRole.Highlight, p.chosen),
        (QPalette.ColorRole.HighlightedText, p.text),
        (QPalette.ColorRole.PlaceholderText, p.faint),
    ):
        palette.setColor(role, QColor(color))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(p))


def wear(theme: str) -> None:
    """Change the dress of the running application, if it is another."""
    running = QApplication.instance()
    if isinstance(running, QApplication) and PALETTES.get(theme, DARK) is not _worn[0]:
        put_on(running, theme)


def style_sheet(p: Palette) -> str:
    """Everything that Qt draws."""
    return _SHEET.format(p=p)


_SHEET = """
QWidget {{ color: {p.text}; background: transparent; }}
QMainWindow, QMenu, QMenuBar, #zone {{ background: {p.window}; }}
QMenuBar {{ padding: 2px 6px; }}
QMenuBar::item {{ padding: 5px 6px; border-radius: 3px; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {p.chosen}; }}
QMenu {{ border: 1px solid {p.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 26px; }}
QMenu::item:disabled {{ color: {p.faint}; }}
QMenu::separator {{ height: 1px; background: {p.line}; margin: 4px 8px; }}
QToolTip {{ background: {p.tip}; color: {p.on_tip}; border: 1px solid {p.line}; padding: 4px; }}
#panel, #toolbar, #header, #status {{ background: {p.panel}; }}
#panel QLabel[role="title"] {{ font-weight: 600; }}
QLabel[role="title"] {{ font-weight: 600; color: {p.text}; }}
QLabel[role="quiet"] {{ color: {p.quiet}; }}
QLabel[role="keys"] {{ color: {p.keys}; }}
#barLine {{ background: {p.line}; margin: 4px 4px; }}
#statusLine {{ background: {p.line}; }}
QLabel[role="warning"] {{ color: {p.warning}; }}
QLabel#notPrimary {{
  color: {p.on_warning}; background: {p.warning}; font-weight: 700; padding: 3px 7px; border-radius: 3px;
}}
QLabel#mismatch {{ color: {p.on_alarm}; background: {p.alarm}; font-weight: 700; padding: 7px 12px; }}
#message {{ background: {p.warned}; border-bottom: 1px solid {p.warning}; }}
#message[kind="note"] {{ background: {p.noted}; border-bottom: 1px solid {p.accent}; }}
QLineEdit, QListWidget, QListView, QComboBox, QPlainTextEdit, QSpinBox, QTreeWidget, QTableWidget {{
  background: {p.field}; border: 1px solid {p.edge}; border-radius: 3px; selection-background-color: {p.chosen};
}}
QLineEdit, QSpinBox {{ padding: 5px 8px; }}
QLineEdit:focus, QListWidget:focus, QListView:focus, QComboBox:focus, QSpinBox:focus, QTreeWidget:focus,
QTableWidget:focus {{ border: 1px solid {p.accent}; }}
QListWidget, QListView, QTreeWidget, QTableWidget {{ outline: 0; alternate-background-color: {p.panel}; }}
QHeaderView::section {{ background: {p.raised}; border: none; border-right: 1px solid {p.line}; padding: 4px 8px; }}
QTreeWidget::item, QTableWidget::item {{ padding: 3px 6px; }}
QTreeWidget::item:selected, QTableWidget::item:selected {{ background: {p.chosen}; color: {p.text}; }}
QTabBar::tab {{ background: {p.raised}; border: 1px solid {p.line}; padding: 5px 14px; }}
QTabBar::tab:selected {{ background: {p.chosen}; border-color: {p.accent}; }}
QListWidget::item, QListView::item {{ padding: 4px; }}
QListWidget::item:selected, QListView::item:selected {{ background: {p.chosen}; color: {p.text}; }}
QComboBox {{ padding: 4px 8px; }}
QComboBox QAbstractItemView {{ background: {p.field}; border: 1px solid {p.line}; }}
QPushButton, QToolButton {{
  background: {p.raised}; border: 1px solid {p.edge}; border-radius: 3px; padding: 5px 9px;
}}
QPushButton:hover, QToolButton:hover {{ background: {p.hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {p.chosen}; }}
QPushButton:checked, QToolButton:checked {{ background: {p.chosen}; border-color: {p.accent}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {p.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {p.faint}; background: {p.panel}; border-color: {p.line}; }}
QToolButton[verdict="true"] {{ padding: 5px 4px; }}
QToolButton[flat="true"] {{ background: transparent; border: none; padding: 3px; }}
QToolButton[flat="true"]:hover {{ background: {p.hover}; }}
QToolButton[tool="true"] {{ padding: 4px 4px; background: transparent; border: 1px solid transparent; }}
QToolButton[tool="true"]:hover {{ background: {p.hover}; }}
QToolButton[tool="true"]:checked {{ background: {p.chosen}; border-color: {p.accent}; }}
QCheckBox::indicator {{
  width: 14px; height: 14px; background: {p.field}; border: 1px solid {p.faint}; border-radius: 2px;
}}
QCheckBox::indicator:checked {{ background: {p.accent}; border-color: {p.accent}; }}
QCheckBox:focus {{ color: {p.accent}; }}
QProgressBar {{
  background: {p.field}; border: 1px solid {p.line}; border-radius: 3px; text-align: center; height: 18px;
}}
QProgressBar::chunk {{ background: {p.bar}; }}
QSlider::groove:horizontal {{ height: 4px; background: {p.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {p.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 7px; background: {p.knob}; }}
QSlider::handle:horizontal:focus {{ background: {p.accent}; }}
QSlider::handle:horizontal:disabled {{ background: {p.line}; }}
QSlider::sub-page:horizontal:disabled {{ background: {p.line}; }}
QSplitter::handle {{ background: {p.seam}; }}
QScrollArea {{ border: none; }}
QScrollBar:vertical {{ background: {p.field}; width: 11px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {p.line}; min-height: 28px; border-radius: 4px; margin: 1px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar:horizontal {{ background: {p.field}; height: 11px; }}
QScrollBar::handle:horizontal {{ background: {p.line}; min-width: 28px; border-radius: 4px; margin: 1px; }}
QScrollBar::add-line:horizontal, QScrollBar::sub-line:horizontal {{ width: 0; }}
#card {{ background: {p.window}; border: 1px solid {p.line}; border-radius: 4px; }}
#sheet {{ background: {p.window}; border: 1px solid {p.accent}; border-radius: 6px; }}
#viewport {{ background: #000000; border: 2px solid {p.frame}; }}
#viewport[active="true"] {{ border: 2px solid {p.accent}; }}
#viewport[dropping="true"] {{ border: 2px dashed {p.warning}; }}
#viewport[stranger="true"] {{ border: 3px solid {p.stranger}; }}
#emptyView {{ background: #000000; color: {p.quiet}; }}
#chip {{ background: {p.asked}; border: 1px solid {p.warning}; border-radius: 4px; }}
"""
