"""Mammograms on the screen: at one scale, enlarged and moved together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer

from app.ui.contents import Content, StackContent
from app.ui.hung_breast import HungBreast

MODALITY = "MG"


def is_mammogram(content: Content | None) -> bool:
    """Whether a viewport shows a mammogram as it was taken."""
    return isinstance(content, StackContent) and content.subject.display_set.series.modality == MODALITY


class Mammography(QObject):
    """All mammograms on the screen. Told of the contents after each change of it."""

    def __init__(self) -> None:
        super().__init__()
        self.hung: dict[str, HungBreast] = {}
        self.linked = True  # enlarged and moved together
        self._is_leading = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fit_all)

    def follow(self, contents: Mapping[str, Content]) -> None:
        """Take on what hangs newly, let go of what went."""
        for key in [key for key, one in self.hung.items() if contents.get(key) is not one.content]:
            del self.hung[key]
        for key, content in contents.items():
            if key not in self.hung and isinstance(content, StackContent) and is_mammogram(content):
                self.hung[key] = HungBreast(content, self)

    def lead(self, leader: HungBreast) -> None:
        """One was moved by hand: the others go with it, as far as they share its scale."""
        if self._is_leading or not self.linked:
            return
        self._is_leading = True
        try:
            for one in self.hung.values():
                if one is not leader and one.has_scale == leader.has_scale and one.view.picture is not None:
                    one.take(leader)
        finally:
            self._is_leading = False

    def fit_later(self) -> None:
        """Once the events that wait are handled: sizes of several views change one after the other."""
        self._timer.start(0)

    def scale_for(self, one: HungBreast) -> float | None:
        """The scale at which every mammogram on the screen fits its view; those without mm share one of pixels."""
        from viewers.breast_fit import largest_scale

        alike = [
            each
            for each in self.hung.values()
            if each.has_scale == one.has_scale and (each is one or each.view.isVisible())
        ]
        found = [
            largest_scale(box, each.view.state, each.view.size_px)
            for each in alike
            if (box := each.box) is not None
        ]
        return min(found, default=None)

    def _fit_all(self) -> None:
        for one in self.hung.values():
            if one.view.state.fitted:
                one.view.show_state(one.view.state)
