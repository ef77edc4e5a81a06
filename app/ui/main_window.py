"""The main window: builds its parts and connects them. It decides nothing; see `app.ui.desk`."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenuBar,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.context import AppContext
from app.settings.own_keys import keymap_in_force
from app.support.i18n import text
from app.ui.commands import Commands
from app.ui.desk import WindowDesk
from app.ui.dropping import places_of
from app.ui.keys import KeyGuard
from app.ui.mapstore import MapStore
from app.ui.panels.findings import FindingsPanel
from app.ui.panels.gate import GateBar
from app.ui.panels.hands_bar import HandsBar
from app.ui.panels.header import HeaderPanel
from app.ui.panels.ink import InkPanel
from app.ui.panels.key_images import KeyImagesPanel
from app.ui.panels.masks import MasksPanel
from app.ui.panels.measurements import MeasurementsPanel
from app.ui.panels.messages import MessageArea
from app.ui.panels.models import ModelsPanel
from app.ui.panels.runs import RunCards
from app.ui.panels.series import SeriesPanel
from app.ui.panels.status import StatusLine
from app.ui.panels.toolbar import Toolbar
from app.ui.panels.worklist import WorklistPanel
from app.ui.pictures import Pictures
from app.ui.theme import wear
from app.ui.view_host import ViewHost
from app.ui.widgets.small import GivingButton, label, show_rest

LEFT_WIDTH, RIGHT_WIDTH, RIGHT_LEAST = 310, 400, 280
SIZE = (1600, 1000)


class MainWindow(QMainWindow):
    """Worklist and series on the left, pictures in the middle, findings on the right."""

    def __init__(self, ctx: AppContext) -> None:
        super().__init__()
        self.ctx = ctx
        self._sized = False
        wear(ctx.settings.theme)
        self.setWindowTitle(text("ui.app.title"))
        self.setAcceptDrops(True)
        self.messages = MessageArea()
        keymap = keymap_in_force(ctx.paths.settings, ctx.settings.key_profile)
        self.commands = Commands(ctx, self, keymap, self.messages.warn)
        actions = self.commands.actions
        self.pictures = Pictures(ctx)
        self.maps = MapStore(ctx, self._maps_arrived, self.messages.warn_of)
        self.worklist, self.series, self.header = WorklistPanel(), SeriesPanel(), HeaderPanel()
        self.host = ViewHost(self.pictures, self.maps.get)
        self.toolbar = Toolbar(actions)
        self.models, self.runs = ModelsPanel(), RunCards()
        self.findings, self.ink = FindingsPanel(actions), InkPanel()
        self.key_images, self.gate = KeyImagesPanel(), GateBar(actions)
        self.masks = MasksPanel(actions)
        self.measurements = MeasurementsPanel()
        self.hands_bar = HandsBar()
        self.status = StatusLine(lambda: self.commands.run("edit.undo"))
        self._build()
        self.desk = WindowDesk(ctx, self)
        self.commands.serve(self.desk)
        self.desk.start()
        self.guard = KeyGuard(self, self.commands.hold)
        self.resize(*SIZE)

    def _maps_arrived(self) -> None:
        self.host.refresh_ink()

    def _build(self) -> None:
        self.setMenuWidget(self._top())
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(self.worklist)
        self.left.addWidget(self.series)
        self.left.setSizes([430, 470])
        self.middle = QWidget()
        rows = self._middle = QVBoxLayout(self.middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.header)
        rows.addWidget(self.messages)
        rows.addWidget(self.hands_bar)
        rows.addWidget(self.host, 1)
        rows.addWidget(self.toolbar)
        self.right = self._right()
        self.zones = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.left, self.middle, self.right):
            self.zones.addWidget(part)
            self.zones.setCollapsible(self.zones.indexOf(part), part is not self.middle)
        self.zones.setStretchFactor(1, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.zones, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)

    def give_room(self, *, has_findings: bool) -> None:
        """The list takes most of the right panel, unless it is empty."""
        self._right_rows.setStretchFactor(self.cards, 2 if has_findings else 5)
        self._right_rows.setStretchFactor(self.findings, 5 if has_findings else 3)

    def take_back_host(self) -> None:
        """The image area comes back to its place after it was shown elsewhere."""
        self._middle.insertWidget(self._middle.indexOf(self.toolbar), self.host, 1)
        self.host.show()

    def _right(self) -> QWidget:
        panel = QWidget()
        panel.setObjectName("panel")
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = QVBoxLayout(panel)
        rows.setContentsMargins(10, 8, 10, 8)
        rows.setSpacing(8)
        rows.addWidget(label(text("ui.models.title"), "title"))
        rows.addWidget(self.models)
        cards = QScrollArea()
        cards.setWidgetResizable(True)
        cards.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        cards.setWidget(self.runs)
        cards.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cards = cards
        self._right_rows = rows
        rows.addWidget(cards)
        rows.addWidget(self.masks, 4)
        rows.addWidget(self.gate)
        rows.addWidget(self.findings)
        rows.addWidget(self.measurements)
        rows.addWidget(self.key_images)
        rows.addWidget(self.ink)
        panel.setMinimumWidth(max(RIGHT_LEAST, panel.minimumSizeHint().width()))
        return panel

    def _top(self) -> QWidget:
        top = QWidget()
        line = QHBoxLayout(top)
        line.setContentsMargins(0, 3, 8, 3)
        bar = QMenuBar()
        bar.setNativeMenuBar(False)
        self.commands.fill(bar)
        show_rest(bar)
        line.addWidget(bar, 1)
        find = GivingButton(text("ui.app.find"), text("ui.app.find_brief"))
        find.setToolTip(text("action.help.palette"))
        find.setAccessibleName(text("action.help.palette"))
        find.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        find.clicked.connect(lambda _checked=False: self.commands.run("help.palette"))
        warning = QLabel(text("ui.app.not_primary"))
        warning.setObjectName("notPrimary")
        line.addWidget(find)
        line.addWidget(warning)
        return top

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Side panels get their width once the window has its own."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            QTimer.singleShot(0, self, self.share_room)

    def share_room(self) -> None:
        """Side panels at their widths, the images in the rest; what stands in a window of its own needs none."""
        share = min(1.0, self.width() / SIZE[0])  # a small window takes from all three
        widths: dict[QWidget, int] = {
            self.left: max(round(LEFT_WIDTH * share), self.worklist.minimumWidth()),
            self.right: max(round(RIGHT_WIDTH * share), self.right.minimumWidth()),
        }
        wide = [widths.get(self.zones.widget(n) or self, 0) for n in range(self.zones.count())]
        rest = self.width() - sum(wide) - 2 * self.zones.handleWidth()
        self.zones.setSizes([width or max(rest, 1) for width in wide])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files, folders, archives and addresses from outside."""
        if places_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        places = places_of(event.mimeData())
        if places:
            event.acceptProposedAction()
            self.desk.open_paths(places)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End every job, let go of pictures and files."""
        self.desk.close()
        self.pictures.close()
        self.ctx.close()
        super().closeEvent(event)
