"""When an action makes sense: questions to the state."""

from __future__ import annotations

from app.state.model import AppState, Plane


def has_study(state: AppState) -> bool:
    """A study is open."""
    return bool(state.workspace.open_study_uid)


def has_picture(state: AppState) -> bool:
    """Something hangs in the active viewport."""
    return state.workspace.arrangement.active.hung is not None


def has_plane(state: AppState) -> bool:
    """The active viewport shows a plane cut from a volume."""
    hung = state.workspace.arrangement.active.hung
    return hung is not None and hung.plane in {Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL}


def has_studies(state: AppState) -> bool:
    """The worklist is not empty."""
    return bool(state.workspace.studies)


def has_findings(state: AppState) -> bool:
    """A model has found something in the open study."""
    return state.reading.reading is not None and bool(state.reading.reading.judgements)


def has_selected_finding(state: AppState) -> bool:
    """A finding is selected."""
    return bool(state.reading.selected_id)


def has_chosen(state: AppState) -> bool:
    """A finding or a measurement is chosen."""
    return bool(state.reading.selected_id or state.reading.measurement_id)


def is_rejecting(state: AppState) -> bool:
    """The reason of a rejection is being asked for."""
    return bool(state.reading.rejecting_id)


def has_jobs(state: AppState) -> bool:
    """Long work is under way."""
    return bool(state.jobs)


def has_deed(state: AppState) -> bool:
    """There is something to undo."""
    return bool(state.deeds)
