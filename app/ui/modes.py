"""Modes in which keys mean something else: which one is in force, and how the status line says it."""

from __future__ import annotations

from app.state.model import AppState
from app.support.i18n import text


def mode_of(state: AppState) -> str:
    """One of the registry's modes; a question that waits for its answer comes before all."""
    if state.reading.rejecting_id:
        return "reject"
    if state.reading.extent is not None:
        return "extent"
    if state.reading.pointing is not None:
        return "pointing"
    return "mask" if state.workspace.masks.is_on else ""


def mode_words(state: AppState) -> str:
    """Short words for the status line; '' where keys mean what they always do."""
    mode = mode_of(state)
    if mode == "mask":
        return text("ui.mask.mode", kind=text(f"ui.mask.kind.{state.workspace.masks.kind.value}"))
    compared = state.reading.compared
    if not mode and compared is not None and compared.over_findings:
        return compared.left.title
    if not mode and compared is not None:
        return text("ui.compare.status", left=compared.left.title, right=compared.right.title)
    return text(f"ui.mode.{mode}_short") if mode else ""
