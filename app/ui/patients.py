"""Whose pictures are on the screen: a banner, red frames and a stamp where they are not all of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.study import Study
from app.state.model import AppState, Workspace
from app.support.i18n import text
from app.ui import words
from app.ui.flat import FlatContent
from viewers.types import Stamp

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

STAMP = "patient"


class PatientGuard:
    """Told of every state; the pictures of the open study's patient are the ones that belong."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show_state(self, state: AppState) -> None:
        """Mark every picture of somebody else than the patient who is being read."""
        hung = hung_studies(state.workspace)
        self._window.header.show_hung(tuple(hung.values()))
        reading = state.workspace.open_study
        for viewport_id, frame in self._window.host.frames.items():
            study = hung.get(viewport_id)
            is_other = bool(study and reading and not words.is_same_patient(study.patient, reading.patient))
            frame.set_of_another(is_other)
            content = self._window.host.contents.get(viewport_id)
            if isinstance(content, FlatContent):
                said = text("ui.patient.other", name=words.person(study.patient.name)) if study else ""
                content.stamps.put(STAMP, Stamp(said, grave=True) if is_other else None)


def hung_studies(workspace: Workspace) -> dict[str, Study]:
    """Viewport id -> the study that hangs there."""
    found = {
        viewport.viewport_id: workspace.study(viewport.hung.study_instance_uid)
        for viewport in workspace.arrangement.viewports
        if viewport.hung is not None
    }
    return {key: study for key, study in found.items() if study is not None}


def mismatch_words(studies: tuple[Study, ...]) -> str:
    """Who they are, each once, and that two of them share an ID where they do; '' where all are of one patient."""
    people: list[Study] = []
    for study in studies:
        if not any(words.is_same_patient(study.patient, known.patient) for known in people):
            people.append(study)
    if len(people) < 2:
        return ""
    named = "; ".join(", ".join(words.identity(one)) for one in people)
    ids = [one.patient.patient_id for one in people if one.patient.patient_id]
    shared = text("ui.mismatch_one_id") if len(set(ids)) < len(ids) else ""
    return " ".join(part for part in (text("ui.mismatch", people=named), shared) if part)
