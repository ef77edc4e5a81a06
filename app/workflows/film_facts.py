"""What a reader must hear of the headers of pictures that a model ran on: what they left open, how a film lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.analysis.to_model_input import attributes
from app.analysis.upright import lies_otherwise
from app.domain.study import Study
from app.domain.volume import Space
from app.studies.display_sets import DisplaySet
from app.support.i18n import text

if TYPE_CHECKING:
    from inference.bundle import Bundle

_SIDES = {"L": "left", "R": "right"}


def breast_side(display_set: DisplaySet) -> str:
    """On which side everything in a mammogram lies, by its header; '' for other pictures and where it is not told."""
    if display_set.series.modality != "MG":
        return ""
    return _SIDES.get(display_set.frames[0].instance.laterality.strip().upper(), "")


def said_of_headers(bundle: Bundle, study: Study, display_set: DisplaySet) -> tuple[str, ...]:
    """Conditions of the package that the file says nothing of, and whether a film was turned for the model."""
    from inference.applicability import unchecked

    first = display_set.frames[0].instance
    known = attributes(study, display_set.series, used=first)
    names = [text(f"model.what.{name}") for name in unchecked(bundle.manifest, known)]
    said = [text("run.warning.unchecked", names=", ".join(names))] if names else []
    if display_set.space is Space.IMAGE and lies_otherwise(first.patient_orientation):
        said.append(text("run.warning.turned_film"))
    return tuple(said)
