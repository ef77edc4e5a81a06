"""The panel of findings beyond verdicts: numbers, extents by keys, provenance, and the way back after a jump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Point
from app.jobs.package_events import GOLDEN_FAILED, GOLDEN_PASSED, PackageEvent, last_of
from app.state.model import AppState
from app.support.i18n import explain, text
from app.ui import words
from app.ui.flat import FlatContent
from app.ui.jumps import Jumps
from app.ui.provenance import provenance_words
from app.ui.training import TrainingCases
from app.workflows.extent import begin_extent, draft, keep_extent, moved, set_number, side_moved

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

STEP_MM = 1.0


class FindingsDesk:
    """What the actions `finding.*` and `extent.*` do in the window."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._told = False
        self.jumps = Jumps(ctx, window.host)
        self._cases = TrainingCases(ctx, window)
        window.findings.numbered.connect(self._numbered)

    def edit_number(self) -> None:
        """Type over the first number of the selected finding."""
        self._window.findings.edit(number=True)

    def tell_case(self) -> bool:
        """Tell a trainee how the case went that was just finished; false where there is nothing to tell."""
        return self._cases.tell()

    def back(self) -> None:
        """Where the views were before the last jump. Raises OverreadError where there was none."""
        if not self.jumps.back():
            raise OverreadError("error.finding.no_way_back")

    def toggle_provenance(self) -> None:
        """Open or close the drawer of the selected finding."""
        self._told = not self._told
        self.show_state(self._ctx.store.state)

    def show_state(self, state: AppState) -> None:
        """The drawer follows the selected finding."""
        drawer = self._window.findings.drawer
        said = provenance_words(state, self._series_words, self._self_test) if self._told else ""
        if drawer.text() != said:
            drawer.setText(said)
        drawer.setVisible(bool(said))

    def begin_extent(self) -> None:
        """Change where the selected finding lies."""
        begin_extent(self._ctx)

    def keep_extent(self) -> None:
        """Into the journal."""
        keep_extent(self._ctx)

    def nudge(self, right: int, down: int) -> None:
        """Move the box by so many mm as the active picture is turned. Raises OverreadError without a flat picture."""
        extent = self._ctx.store.state.reading.extent
        if extent is not None:
            draft(self._ctx, moved(extent.place, self._towards(right, down)))

    def move_side(self, right: int, down: int, *, leading: bool) -> None:
        """Move one side of the box: the right or lower one, or else the left or upper one."""
        extent = self._ctx.store.state.reading.extent
        if extent is None:
            return
        by = self._towards(right, down)
        is_leading = ((right + down) > 0) == leading
        draft(self._ctx, side_moved(extent.place, by, leading=is_leading))

    def deepen(self, step: int) -> None:
        """The box reaches further, or less far, through the images, on both sides."""
        extent = self._ctx.store.state.reading.extent
        if extent is None:
            return
        away = self._into()
        near: Point = (-away[0] * step, -away[1] * step, -away[2] * step)
        far: Point = (away[0] * step, away[1] * step, away[2] * step)
        wider = side_moved(extent.place, far, leading=step > 0)
        draft(self._ctx, side_moved(wider, near, leading=step > 0))

    def _towards(self, right: int, down: int) -> Point:
        plane = self._flat().view.plane
        if plane is None:
            raise OverreadError("error.extent.no_picture")
        step = plane.right / _length(plane.right) * right + plane.down / _length(plane.down) * down
        return float(step[0]) * STEP_MM, float(step[1]) * STEP_MM, float(step[2]) * STEP_MM

    def _into(self) -> Point:
        import numpy as np

        plane = self._flat().view.plane
        if plane is None:
            raise OverreadError("error.extent.no_picture")
        normal = np.cross(plane.right, plane.down)
        normal = normal / _length(normal)
        return float(normal[0]), float(normal[1]), float(normal[2])

    def _flat(self) -> FlatContent:
        content = self._window.host.active
        if not isinstance(content, FlatContent):
            raise OverreadError("error.extent.no_picture")
        return content

    def _numbered(self, finding_id: str, typed: str) -> None:
        reading = self._ctx.store.state.reading
        if reading.selected_id != finding_id:
            return
        try:
            set_number(self._ctx, _number(typed))
        except OverreadError as error:
            self._window.messages.warn(explain(error))

    def _self_test(self, result: AnalysisResult) -> str:
        try:
            return self_test_words(self._ctx.runtime.packages.events(sha256=result.package.sha256))
        except OverreadError:
            return text("ui.provenance.self_test_unknown")

    def _series_words(self, series_instance_uid: str) -> str:
        study = self._ctx.store.state.workspace.open_study
        found = (
            (one for one in study.series if one.series_instance_uid == series_instance_uid) if study else ()
        )
        series = next(iter(found), None)
        if series is None:
            return text("ui.provenance.series_gone")
        number = "" if series.number is None else f"{series.number}  "
        return f"{number}{series.modality} {series.description}".strip()


def self_test_words(events: tuple[PackageEvent, ...]) -> str:
    """The newest golden test of a package on this machine (RQ-24)."""
    last = last_of(events, GOLDEN_PASSED, GOLDEN_FAILED)
    if last is None:
        return text("ui.provenance.self_test_unknown")
    at, facts = last.at[:19].replace("T", " "), last.facts
    if last.kind == GOLDEN_FAILED:
        return text("ui.provenance.self_test_failed", at=at, why=facts.get("why", "-"))
    device = words.device(facts.get("device", ""))
    return text(
        "ui.provenance.self_test_passed", at=at, device=device, difference=facts.get("difference", "-")
    )


def _length(vector: object) -> float:
    import numpy as np

    return float(np.linalg.norm(np.asarray(vector)))


def _number(typed: str) -> float:
    """A number as people type it, with a point or a comma and perhaps the unit behind it."""
    parts = typed.replace(",", ".").split()
    try:
        return float(parts[0])
    except (IndexError, ValueError) as error:
        raise OverreadError("error.extent.no_number", value=typed) from error
