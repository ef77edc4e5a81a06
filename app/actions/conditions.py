"""When an action makes sense: questions to the state."""

from __future__ import annotations

from app.domain.finding import Gate
from app.domain.study import Series
from app.state.model import AppState, Hung, Plane


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


def has_slab(state: AppState) -> bool:
    """The active viewport shows a plane, or slices of a tomosynthesis, that can be brought together."""
    hung = state.workspace.arrangement.active.hung
    return has_plane(state) or (has_mammogram(state) and hung is not None and _has_slices(state, hung))


def has_mammogram(state: AppState) -> bool:
    """The active viewport shows a mammogram as it was taken."""
    hung = state.workspace.arrangement.active.hung
    return hung is not None and hung.plane is Plane.STACK and _series_of(state, hung, "MG") is not None


def _has_slices(state: AppState, hung: Hung) -> bool:
    series = _series_of(state, hung, "MG")
    return series is not None and any(one.frames > 1 for one in series.instances)


def _series_of(state: AppState, hung: Hung, modality: str) -> Series | None:
    study = state.workspace.study(hung.study_instance_uid)
    uid = hung.display_set_id.partition("#")[0]
    series = study.series if study is not None else ()
    return next((one for one in series if (one.series_instance_uid, one.modality) == (uid, modality)), None)


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


def waits_for_commit(state: AppState) -> bool:
    """AI results wait for the reader's own reading."""
    return state.reading.reading is not None and state.reading.reading.gate is Gate.READ_FIRST


def waits_for_request(state: AppState) -> bool:
    """AI results are shown when they are asked for."""
    return state.reading.reading is not None and state.reading.reading.gate is Gate.ON_REQUEST


def is_sorted_by_ai(state: AppState) -> bool:
    """The worklist is sorted by what AI says."""
    return state.workspace.by_priority


def is_changing_extent(state: AppState) -> bool:
    """The extent of a finding is being changed."""
    return state.reading.extent is not None


def is_pointing(state: AppState) -> bool:
    """A place is being chosen by keys."""
    return state.reading.pointing is not None


def has_models_finding(state: AppState) -> bool:
    """A model's finding is selected."""
    reading = state.reading.reading
    judgement = reading.judgement(state.reading.selected_id) if reading else None
    return judgement is not None and not judgement.finding.is_readers


def is_comparing(state: AppState) -> bool:
    """Two result sets are drawn in two tones."""
    return state.reading.compared is not None


def has_jobs(state: AppState) -> bool:
    """Long work is under way."""
    return bool(state.jobs)


def has_deed(state: AppState) -> bool:
    """There is something to undo."""
    return bool(state.deeds)


def corrects_mask(state: AppState) -> bool:
    """A mask is being corrected."""
    return state.workspace.masks.is_on
