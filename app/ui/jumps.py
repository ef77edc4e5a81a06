"""Back to where the eyes were before they jumped to a finding, also on planes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.state.events import ArrangementHung
from app.state.model import Arrangement
from app.ui.contents import PlaneContent, StackContent
from viewers.types import Point

if TYPE_CHECKING:
    from app.ui.view_host import ViewHost

KEPT = 50


@dataclass(frozen=True, slots=True)
class Stand:
    """What hung where, and how far it was scrolled: image numbers of stacks, the points that planes went through."""

    study_instance_uid: str
    arrangement: Arrangement
    images: tuple[tuple[str, int], ...]
    points: tuple[tuple[str, Point], ...]


class Jumps:
    """A stack of stands, forgotten with the study."""

    def __init__(self, ctx: AppContext, host: ViewHost) -> None:
        self._ctx = ctx
        self._host = host
        self._stands: list[Stand] = []

    def note(self) -> None:
        """Before a jump: remember where the views are; the same place twice is remembered once."""
        now = self._now()
        self._stands = [one for one in self._stands if one.study_instance_uid == now.study_instance_uid]
        if not self._stands or self._stands[-1] != now:
            self._stands = [*self._stands, now][-KEPT:]

    def back(self) -> bool:
        """Go to the last stand that is not here; false where there is none."""
        uid = self._ctx.store.state.workspace.open_study_uid
        while self._stands:
            stand = self._stands.pop()
            if stand.study_instance_uid == uid and stand != self._now():
                self._take(stand)
                return True
        return False

    def _now(self) -> Stand:
        workspace = self._ctx.store.state.workspace
        images, points = [], []
        for key, content in self._host.contents.items():
            if isinstance(content, StackContent):
                images.append((key, content.slices.index))
            elif isinstance(content, PlaneContent) and content.planes.position is not None:
                points.append((key, content.planes.position))
        return Stand(workspace.open_study_uid, workspace.arrangement, tuple(images), tuple(points))

    def _take(self, stand: Stand) -> None:
        hung = {v.viewport_id: v.hung for v in self._ctx.store.state.workspace.arrangement.viewports}
        if {v.viewport_id: v.hung for v in stand.arrangement.viewports} != hung:
            self._ctx.store.apply(ArrangementHung(stand.arrangement, ""))
        for key, index in stand.images:
            content = self._host.contents.get(key)
            if isinstance(content, StackContent):
                content.slices.show_index(index)
        for key, point in stand.points[:1]:  # planes of one volume are linked
            content = self._host.contents.get(key)
            if isinstance(content, PlaneContent):
                content.planes.jump_to(point)
