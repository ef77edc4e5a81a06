"""Figures of quality assurance in the window: the same page as `overread qa page`, for the role that it is for."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.domain.volume import CancelToken, Progress
from app.support.i18n import text
from app.ui.overlays.page import PageSheet
from app.workflows.audit import tell_quality


class QualitySheet(PageSheet):
    """Counted anew at each opening."""

    def __init__(self, ctx: AppContext, window: QWidget) -> None:
        super().__init__(ctx, window, text("quality.title"), "quality.html")

    def open(self) -> None:
        """The journal as it stands now."""
        super().open()
        self.work_out(self._page, "quality")

    def _page(self, _request: None, _progress: Progress, _cancel: CancelToken) -> str:
        from app.workflows import quality

        quality.check_role(self._ctx.paths)
        records = quality.gather(self._ctx.journal.entries(), self._ctx.index)
        made = quality.page(records, quality.figures(records, quality.forms_of(self._ctx.paths)))
        tell_quality(self._ctx.audit, self._ctx.reader, "page")
        return made
