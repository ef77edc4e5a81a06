"""Neutral dark grey, text of 11 points and more, visible keyboard focus. One style sheet for the whole window."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

POINTS = 11
FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "Ubuntu", "Liberation Sans", "DejaVu Sans")

WINDOW = "#2a2b2d"
PANEL = "#303133"
FIELD = "#222325"
RAISED = "#3b3d40"
LINE = "#45474a"
TEXT = "#ececec"
QUIET = "#b4b7ba"
ACCENT = "#5aa9e6"
CHOSEN = "#2f4b63"
WARNING = "#ffc83c"
ALARM = "#ff7864"

_SHEET = f"""
QWidget {{ color: {TEXT}; background: transparent; }}
QMainWindow, QMenu, QMenuBar {{ background: {WINDOW}; }}
QMenuBar {{ padding: 2px 6px; }}
QMenuBar::item {{ padding: 5px 10px; border-radius: 3px; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {CHOSEN}; }}
QMenu {{ border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 26px; }}
QMenu::item:disabled {{ color: #7c7f82; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 4px 8px; }}
QToolTip {{ background: #f4f1e0; color: #1c1c1c; border: 1px solid #8a8772; padding: 4px; }}
#panel, #toolbar, #header, #status {{ background: {PANEL}; }}
#panel QLabel[role="title"] {{ font-weight: 600; }}
QLabel[role="title"] {{ font-weight: 600; color: {TEXT}; }}
QLabel[role="quiet"] {{ color: {QUIET}; }}
QLabel[role="warning"] {{ color: {WARNING}; }}
QLabel#notPrimary {{ color: #1c1c1c; background: {WARNING}; font-weight: 700; padding: 3px 10px; border-radius: 3px; }}
QLabel#mismatch {{ color: #ffffff; background: #a3261b; font-weight: 700; padding: 7px 12px; }}
#message {{ background: #46401f; border-bottom: 1px solid {WARNING}; }}
#message[kind="note"] {{ background: #233847; border-bottom: 1px solid {ACCENT}; }}
QLineEdit, QListWidget, QListView, QComboBox, QPlainTextEdit, QSpinBox, QTreeWidget, QTableWidget {{
  background: {FIELD}; border: 1px solid {LINE}; border-radius: 3px; selection-background-color: {CHOSEN};
}}
QLineEdit, QSpinBox {{ padding: 5px 8px; }}
QLineEdit:focus, QListWidget:focus, QListView:focus, QComboBox:focus, QSpinBox:focus, QTreeWidget:focus,
QTableWidget:focus {{ border: 1px solid {ACCENT}; }}
QListWidget, QListView, QTreeWidget, QTableWidget {{ outline: 0; alternate-background-color: {PANEL}; }}
QHeaderView::section {{ background: {RAISED}; border: none; border-right: 1px solid {LINE}; padding: 4px 8px; }}
QTreeWidget::item, QTableWidget::item {{ padding: 3px 6px; }}
QTreeWidget::item:selected, QTableWidget::item:selected {{ background: {CHOSEN}; color: {TEXT}; }}
QTabBar::tab {{ background: {RAISED}; border: 1px solid {LINE}; padding: 5px 14px; }}
QTabBar::tab:selected {{ background: {CHOSEN}; border-color: {ACCENT}; }}
QListWidget::item, QListView::item {{ padding: 4px; }}
QListWidget::item:selected, QListView::item:selected {{ background: {CHOSEN}; color: {TEXT}; }}
QComboBox {{ padding: 4px 8px; }}
QComboBox QAbstractItemView {{ background: {FIELD}; border: 1px solid {LINE}; }}
QPushButton, QToolButton {{
  background: {RAISED}; border: 1px solid {LINE}; border-radius: 3px; padding: 5px 9px;
}}
QPushButton:hover, QToolButton:hover {{ background: #484b4f; }}
QPushButton:pressed, QToolButton:pressed {{ background: {CHOSEN}; }}
QPushButton:checked, QToolButton:checked {{ background: {CHOSEN}; border-color: {ACCENT}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {ACCENT}; }}
QPushButton:disabled, QToolButton:disabled {{ color: #85888b; background: #333436; border-color: #3a3c3e; }}
QToolButton[flat="true"] {{ background: transparent; border: none; padding: 3px; }}
QToolButton[flat="true"]:hover {{ background: #484b4f; }}
QToolButton[tool="true"] {{ padding: 4px 4px; background: transparent; border: 1px solid transparent; }}
QToolButton[tool="true"]:hover {{ background: #484b4f; }}
QToolButton[tool="true"]:checked {{ background: {CHOSEN}; border-color: {ACCENT}; }}
QCheckBox::indicator {{
  width: 14px; height: 14px; background: {FIELD}; border: 1px solid #7c7f82; border-radius: 2px;
}}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox:focus {{ color: {ACCENT}; }}
QProgressBar {{ background: {FIELD}; border: 1px solid {LINE}; border-radius: 3px; text-align: center; height: 18px; }}
QProgressBar::chunk {{ background: #33658a; }}
QSlider::groove:horizontal {{ height: 4px; background: {LINE}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {ACCENT}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 7px; background: #d8dadc; }}
QSlider::handle:horizontal:focus {{ background: {ACCENT}; }}
QSlider::handle:horizontal:disabled {{ background: #6a6d70; }}
QSlider::sub-page:horizontal:disabled {{ background: {LINE}; }}
QSplitter::handle {{ background: #1c1d1e; }}
QScrollArea {{ border: none; }}
QScrollBar:vertical {{ background: {FIELD}; width: 11px; margin: 0; }}
QScrollBar::handle:vertical {{ background: #5a5d61; min-height: 28px; border-radius: 4px; margin: 1px; }}
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
QScrollBar:horizontal {{ background: {FIELD}; height: 11px; }}
QScrollBar::handle:horizontal {{ background: #5a5d61; min-width: 28px; border-radius: 4px; margin: 1px; }}
QScrollBar::add-line:horizontal, QScrollBar::sub-line:horizontal {{ width: 0; }}
#card {{ background: {WINDOW}; border: 1px solid {LINE}; border-radius: 4px; }}
#sheet {{ background: {WINDOW}; border: 1px solid {ACCENT}; border-radius: 6px; }}
#viewport {{ background: #000000; border: 2px solid #242527; }}
#viewport[active="true"] {{ border: 2px solid {ACCENT}; }}
#viewport[dropping="true"] {{ border: 2px dashed {WARNING}; }}
#emptyView {{ background: #000000; color: {QUIET}; }}
#chip {{ background: #3a3527; border: 1px solid {WARNING}; border-radius: 4px; }}
"""


def put_on(application: QApplication) -> None:
    """Dress the whole application."""
    application.setStyle("Fusion")
    known = set(QFontDatabase.families())
    family = next((name for name in FAMILIES if name in known), application.font().family())
    application.setFont(QFont(family, POINTS))
    palette = QPalette()
    for role, color in (
        (QPalette.ColorRole.Window, WINDOW),
        (QPalette.ColorRole.Base, FIELD),
        (QPalette.ColorRole.AlternateBase, PANEL),
        (QPalette.ColorRole.Text, TEXT),
        (QPalette.ColorRole.WindowText, TEXT),
        (QPalette.ColorRole.Button, RAISED),
        (QPalette.ColorRole.ButtonText, TEXT),
        (QPalette.ColorRole.Highlight, CHOSEN),
        (QPalette.ColorRole.HighlightedText, TEXT),
        (QPalette.ColorRole.PlaceholderText, "#8d9093"),
    ):
        palette.setColor(role, QColor(color))
    application.setPalette(palette)
    application.setStyleSheet(_SHEET)
