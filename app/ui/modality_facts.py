"""What a reader of one modality wants to see beside the image: view and side, thickness, echo time, b-value."""

from __future__ import annotations

from app.domain.study import Instance
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.support.languages import decimal_words

_THICK = frozenset({"CT", "MR", "PT", "NM"})
_MARKS = {"EchoTime": "echo_time", "DiffusionBValue": "b_value", "TriggerTime": "trigger_time"}


def facts_words(display_set: DisplaySet, number: int) -> str:
    """One line for one image; '' where its modality has none, or its file does not say it."""
    if not 0 <= number < len(display_set.frames):
        return ""
    instance = display_set.frames[number].instance
    return "  ".join(part for part in (*_view(instance), *_slice(instance, display_set)) if part)


def _view(instance: Instance) -> tuple[str, ...]:
    """Side and projection, as written: R CC, PA."""
    return tuple(part for part in (instance.laterality, instance.view_position) if part)


def _slice(instance: Instance, display_set: DisplaySet) -> tuple[str, ...]:
    said = []
    if display_set.series.modality in _THICK and instance.slice_thickness_mm:
        said.append(text("ui.corner.thickness", mm=decimal_words(f"{instance.slice_thickness_mm:g}")))
    for keyword, value in instance.phase_marks:
        if keyword in _MARKS:
            said.append(text(f"ui.corner.{_MARKS[keyword]}", value=decimal_words(f"{value:g}")))
    return tuple(said)
