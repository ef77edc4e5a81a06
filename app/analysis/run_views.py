"""One package on several pictures of a study at once: four views of a mammogram, one run, one result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from app.analysis.applicability import Misfit
from app.analysis.blank import is_blank
from app.analysis.consistency import Contradiction, contradictions
from app.analysis.package_facts import PackageFacts
from app.analysis.provenance import pixel_sha256
from app.analysis.run_package import (
    Arrays,
    Given,
    RunModel,
    RunNotes,
    arrays_of,
    doubts,
    judged,
    not_applicable,
    refs_of,
    without_run,
)
from app.analysis.to_findings import quantities, to_findings
from app.analysis.to_model_input import to_model_input
from app.analysis.upright import flipped
from app.domain.finding import AnalysisResult, Finding, MapRef, RunState
from app.domain.study import Series, Study
from app.domain.volume import Volume
from app.support.i18n import text
from app.support.titles import package_words
from inference.types import ModelInput, ModelOutput

_SIDES = {"L": "left", "R": "right"}  # by the first letter of a view: LCC, RMLO


@dataclass(frozen=True, slots=True, eq=False)
class ViewPicture:
    """One view: its series, and its picture. upside_down: it is handed over with its rows the other way round."""

    series: Series
    volume: Volume
    upside_down: bool = False


Pictures = Mapping[str, ViewPicture]


def run_views(
    run: RunModel, facts: PackageFacts, study: Study, given: Pictures, notes: RunNotes
) -> tuple[AnalysisResult, Arrays]:
    """Run a package on the pictures of some views, the first of them in front. Raises what `run` raises."""
    first = next(iter(given.values()))
    notes.stamps.mark("pre_end", "main_start")
    empty = _empty(given)
    if empty is not None:
        return not_applicable(facts, Given(first.series, study, first.volume), notes, empty), {}
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(pixels_of, given)
        output = run(as_input(study, given))
    seconds = time.monotonic() - begun
    notes.stamps.mark("main_end", "post_start")
    notes.stamps.take(output.stamps)
    front = Given(first.series, study, first.volume)
    blank = without_run(facts, front, notes, RunState(output.state.value), output.reason_key)
    said = [package_words(text(one, language=notes.language)) for one in output.warnings]
    said += [words for one in given.values() for words in doubts(one.volume, notes.language)]
    result = replace(
        blank,
        series_instance_uids=tuple(dict.fromkeys(one.series.series_instance_uid for one in given.values())),
        frame_of_reference_uid="",  # each film has a plane of its own
        state_reason_facts=tuple(sorted(output.reason_facts.items())),
        study_score=output.study_score,
        findings=_findings(output, facts, given, blank.result_id, notes.language),
        maps=_maps(output, given),
        measures=quantities(output.measures),
        provider=output.provider,
        requested_providers=output.requested_providers or notes.requested_providers,
        warnings=tuple(dict.fromkeys(said)),
        pixel_sha256=digest.result(),
        seconds=seconds,
    )
    result = judged(result, _broken(output, facts, given))
    notes.stamps.mark("post_end")
    return replace(result, stamps=notes.stamps.pairs()), arrays_of(output)


def _empty(given: Pictures) -> Misfit | None:
    """Which views have nothing on them, as the reason why nothing can be said; None where each has something."""
    views = [view for view, one in given.items() if is_blank(one.volume)]
    return Misfit("run.not_applicable.blank_views", (("views", ", ".join(views)),)) if views else None


def as_input(study: Study, given: Pictures) -> ModelInput:
    """The first view with the others as its companions."""
    made = []
    for view, one in given.items():
        upright = replace(to_model_input(one.volume, study, one.series), view=view)
        made.append(flipped(upright, 1) if one.upside_down else upright)
    return replace(made[0], companions=tuple(made[1:]))


def pixels_of(given: Pictures) -> str:
    """One sha256 over those of all views, each under its name."""
    parts = [f"{view}:{pixel_sha256(one.volume)}" for view, one in given.items()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _of_view(output: ModelOutput, view: str) -> ModelOutput:
    """What a run said of one view; '' the whole study."""
    return replace(
        output,
        detections=tuple(one for one in output.detections if one.view == view),
        maps=tuple(one for one in output.maps if one.view == view),
        label_maps=tuple(one for one in output.label_maps if one.view == view),
    )


def _findings(
    output: ModelOutput, facts: PackageFacts, given: Pictures, result_id: str, language: str
) -> tuple[Finding, ...]:
    """In the package's order, each placed in the picture of its own view."""
    placed: dict[int, Finding] = {}
    for at, found in enumerate(output.detections):
        picture = given.get(found.view) or next(iter(given.values()))
        alone = replace(output, detections=(found,))
        [finding] = to_findings(alone, facts, picture.volume, result_id, language)
        placed[at] = replace(finding, side=finding.side or _SIDES.get(found.view[:1], ""))
    return tuple(placed[at] for at in sorted(placed))


def _maps(output: ModelOutput, given: Pictures) -> tuple[MapRef, ...]:
    refs: list[MapRef] = []
    for view, one in given.items():
        refs += refs_of(_of_view(output, view), one.volume.frames[0], len(refs))
    return tuple(refs)


def _broken(output: ModelOutput, facts: PackageFacts, given: Pictures) -> tuple[Contradiction, ...]:
    """Contradictions of the whole, then those of places, each asked of its own picture; every rule told once."""
    first = next(iter(given.values())).volume
    nowhere = tuple(replace(one, center=None, box_min=None, box_max=None) for one in output.detections)
    found = list(contradictions(replace(output, detections=nowhere), facts, first))
    for view, one in given.items():
        own = _of_view(output, view)
        if own.detections:
            found += contradictions(own, replace(facts, study_threshold=None), one.volume)
    return tuple({(one.reason_key, one.facts): one for one in found}.values())
