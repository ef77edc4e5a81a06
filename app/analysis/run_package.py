"""One model on one volume: input, run, findings, contradictions, provenance - and always a result."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from app.analysis.applicability import Misfit
from app.analysis.blank import is_blank
from app.analysis.consistency import Contradiction, contradictions
from app.analysis.map_files import MapArray
from app.analysis.outside import WARN_SHARE, is_lung_cut_off, lung_labels, share_outside_lungs
from app.analysis.package_facts import PackageFacts
from app.analysis.provenance import Stamps, pixel_sha256
from app.analysis.to_findings import new_uid, quantities, to_findings
from app.analysis.to_model_input import to_model_input
from app.domain.codes import PERCENT
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, MapRef, Quantity, RunState
from app.domain.study import Series, Study
from app.domain.volume import FrameRef, RemarkKind, Space, Volume
from app.support.i18n import language_in_use, text, text_with
from app.support.languages import fact_words
from app.support.reasons import reason_words
from inference.types import ModelInput, ModelOutput

Arrays = dict[str, MapArray]
RunModel = Callable[[ModelInput], ModelOutput]

TIME_LIMIT = "model.failed.timeout"
# What a reader must know of the picture before believing a number that was computed on it.
DOUBTFUL = (
    RemarkKind.MISSING_SLICES,
    RemarkKind.UNEVEN_SPACING,
    RemarkKind.DUPLICATE_SLICES,
    RemarkKind.MIXED_ORIENTATION,
    RemarkKind.UNREADABLE_FRAMES,
    RemarkKind.NO_SPACING,
    RemarkKind.SPACING_AT_DETECTOR,
    RemarkKind.SPACING_AT_SCANNER,
    RemarkKind.SPACING_UNSAID,
    RemarkKind.LOSSY_SOURCE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """On what a package runs; volume is None where the pictures could not be read.

    side: "left" or "right" where the pictures show one breast alone, by their header.
    """

    series: Series
    study: Study | None = None
    volume: Volume | None = None
    side: str = ""


@dataclass(slots=True)
class RunNotes:
    """What is kept of a run besides its answer."""

    requested_providers: tuple[str, ...] = ()
    stamps: Stamps = field(default_factory=Stamps)
    language: str = field(default_factory=language_in_use)


def run_package(
    run: RunModel, facts: PackageFacts, given: Given, notes: RunNotes
) -> tuple[AnalysisResult, Arrays]:
    """Run a package on a volume. Raises what `run` raises; everything else ends as a state of the result."""
    volume = given.volume
    if volume is None:
        raise ValueError("there is no volume to run on")
    if volume.pixels.ndim != 3:
        return without_run(facts, given, notes, RunState.NOT_APPLICABLE, "run.not_applicable.colour"), {}
    if is_blank(volume):
        return without_run(facts, given, notes, RunState.NOT_APPLICABLE, "run.not_applicable.blank"), {}
    notes.stamps.mark("pre_end", "main_start")
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as beside:  # the child computes, this process has a core to spare
        digest = beside.submit(pixel_sha256, volume)
        output = run(to_model_input(volume, given.study, given.series))
    seconds = time.monotonic() - begun
    notes.stamps.mark("main_end", "post_start")
    notes.stamps.take(output.stamps)
    blank = without_run(facts, given, notes, RunState(output.state.value), output.reason_key)
    result = replace(
        _filled(blank, output, facts, volume, notes), pixel_sha256=digest.result(), seconds=seconds
    )
    result = judged(with_side(result, given.side), contradictions(output, facts, volume))
    notes.stamps.mark("post_end")
    return replace(result, stamps=notes.stamps.pairs()), arrays_of(output)


def with_side(result: AnalysisResult, side: str) -> AnalysisResult:
    """Findings of which the model names no side lie where the only breast in the picture is."""
    if not side:
        return result
    return replace(result, findings=tuple(replace(one, side=one.side or side) for one in result.findings))


def without_run(
    facts: PackageFacts, given: Given, notes: RunNotes, state: RunState, reason_key: str
) -> AnalysisResult:
    """A result that says why nothing was computed, or the frame of one that is filled in later."""
    volume = given.volume
    return AnalysisResult(
        result_id=new_uid(),
        package=facts.package,
        state=state,
        state_reason_key=reason_key,
        state_reason_facts=(),
        study_instance_uid=given.series.study_instance_uid,
        series_instance_uids=(given.series.series_instance_uid,),
        frame_of_reference_uid=given.series.frame_of_reference_uid,
        space=Space.IMAGE if volume is None else volume.space,
        study_score=None,
        findings=(),
        maps=(),
        measures=(),
        provider="",
        requested_providers=notes.requested_providers,
        stamps=notes.stamps.pairs(),
        seconds=0.0,
        pixel_sha256="",
        not_for=facts.not_for,
        defects=_defects(state, reason_key),
    )


def could_not_read(
    facts: PackageFacts,
    given: Given,
    notes: RunNotes,
    error: OverreadError,
    state: RunState = RunState.FAILED,
) -> AnalysisResult:
    """The result of a series whose pictures could not be read, or make no honest volume."""
    notes.stamps.mark("pre_end", "post_end")
    plain = without_run(facts, given, notes, state, error.key)
    return replace(plain, state_reason_facts=tuple((name, str(value)) for name, value in error.facts.items()))


def not_applicable(facts: PackageFacts, given: Given, notes: RunNotes, unfit: Misfit) -> AnalysisResult:
    """The result of a series that the package is not for; its pictures were not even read."""
    notes.stamps.mark("pre_end", "post_end")
    plain = without_run(facts, given, notes, RunState.NOT_APPLICABLE, unfit.key)
    return replace(plain, state_reason_facts=unfit.facts)


def reason_of(result: AnalysisResult, language: str = "") -> str:
    """Why a result is in its state, in the reader's or the named language; empty where its state needs none."""
    return reason_words(result.state_reason_key, result.state_reason_facts, language or language_in_use())


def _defects(state: RunState, reason_key: str) -> tuple[str, ...]:
    """Letters of the defect list: (a) not processed, (b) time limit exceeded."""
    if state is not RunState.FAILED:
        return ()
    return ("b",) if reason_key == TIME_LIMIT else ("a",)


def _filled(
    blank: AnalysisResult, output: ModelOutput, facts: PackageFacts, volume: Volume, notes: RunNotes
) -> AnalysisResult:
    outside = _outside(output)
    warnings = [
        *(text(warning, language=notes.language) for warning in output.warnings),
        *doubts(volume, notes.language),
        *(
            text("run.warning.outside_lungs", language=notes.language, percent=f"{q.value:.0f}")
            for q in outside
            if q.value > 100 * WARN_SHARE
        ),
        *_cut_off(output, volume, notes.language),
    ]
    return replace(
        blank,
        state_reason_facts=tuple(sorted(output.reason_facts.items())),
        study_score=output.study_score,
        findings=to_findings(output, facts, volume, blank.result_id, notes.language),
        maps=refs_of(output, _picture_of(volume)),
        measures=(*quantities(output.measures), *outside),
        provider=output.provider,
        requested_providers=output.requested_providers or notes.requested_providers,
        warnings=tuple(dict.fromkeys(warnings)),
        defects=(*blank.defects, *(("e",) if any(q.value > 100 * WARN_SHARE for q in outside) else ())),
    )


def judged(result: AnalysisResult, broken: tuple[Contradiction, ...]) -> AnalysisResult:
    """Inconsistent if any rule is broken here or was in the run: the first gives the reason, all are warned of."""
    was_already = result.state is RunState.INCONSISTENT
    if not broken and not was_already:
        return result
    words = [text_with(one.reason_key, dict(one.facts)) for one in broken]
    defects = [one.defect for one in broken] or ["e"]
    told = replace(
        result,
        state=RunState.INCONSISTENT,
        warnings=tuple(dict.fromkeys((*result.warnings, *words))),
        defects=tuple(dict.fromkeys((*result.defects, *defects))),
    )
    if was_already:
        return told
    return replace(told, state_reason_key=broken[0].reason_key, state_reason_facts=broken[0].facts)


def _outside(output: ModelOutput) -> tuple[Quantity, ...]:
    """Share of heat outside the lungs where the model gave both; of several heat maps, the worst."""
    lungs = next((label_map for label_map in output.label_maps if lung_labels(label_map)), None)
    if lungs is None:
        return ()
    shares = [share for heat in output.maps if (share := share_outside_lungs(heat, lungs)) is not None]
    return (Quantity("heat_outside_lungs", 100 * max(shares), PERCENT),) if shares else ()


def _cut_off(output: ModelOutput, volume: Volume, language: str) -> Iterable[str]:
    """That part of the lungs is not in the scan, where the model outlined them up to its end."""
    if any(is_lung_cut_off(one, volume) for one in output.label_maps if lung_labels(one)):
        yield text("run.warning.lungs_cut_off", language=language)


def doubts(volume: Volume, language: str) -> Iterable[str]:
    """What a reader must know of a picture before believing a number computed on it."""
    for remark in volume.remarks:
        if remark.kind in DOUBTFUL:
            words = fact_words(f"remark.{remark.kind.value}", remark.facts, language)
            yield text("run.warning.picture", language=language, remark=words)


def refs_of(output: ModelOutput, picture: FrameRef | None = None, first: int = 0) -> tuple[MapRef, ...]:
    """Maps of an output, numbered from `first`; picture: the image that they lie on, where there is but one."""
    sop, frame = (picture.sop_instance_uid, picture.frame) if picture is not None else ("", 0)
    heat = [
        MapRef(
            one.key, "heat", _file(at, one.key), one.label, one.value_range, one.threshold,
            sop_instance_uid=sop, frame=frame,
        )
        for at, one in enumerate(output.maps, start=first)
    ]  # fmt: skip
    regions = [
        MapRef(
            one.key, "labels", _file(at, one.key), one.label, labels=tuple(sorted(one.names.items())),
            sop_instance_uid=sop, frame=frame,
        )
        for at, one in enumerate(output.label_maps, start=first + len(heat))
    ]  # fmt: skip
    return (*heat, *regions)


def _picture_of(volume: Volume) -> FrameRef | None:
    """A film's own identity: mm in its plane mean nothing on another one, though it be of the same series."""
    is_film = volume.space is Space.IMAGE and len(volume.frames) == 1
    return volume.frames[0] if is_film else None


def _file(number: int, key: str) -> str:
    """The number keeps keys apart that are equal but for letters a file name cannot have."""
    return f"maps/{number:02d}_{re.sub('[^A-Za-z0-9-]', '_', key)[:40]}.npz"


def arrays_of(output: ModelOutput) -> Arrays:
    """Heat and labels by their keys."""
    heat = {one.key: MapArray(one.values, one.affine) for one in output.maps}
    return heat | {one.key: MapArray(one.values, one.affine) for one in output.label_maps}
