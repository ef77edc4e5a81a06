"""Run a package on the series in front of the reader: checked, run, kept, entered in the journal, then shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Reading
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.jobs.job import Job, Priority
from app.state.events import JobEnded, JobReported
from app.state.model import JobRow
from app.state.reading_events import ReadingReplayed
from app.studies.display_sets import DisplaySet
from app.support.i18n import text_with
from app.support.slow_imports import settle_pydantic
from app.workflows.open_study import note_ai

if TYPE_CHECKING:
    from inference.catalog import PackageEntry

KIND = "model"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a package runs on; volume spares reading the pictures again."""

    study: Study
    display_set: DisplaySet
    volume: Volume | None = None


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One installed package as the reader sees it; problem says why it cannot run, in words."""

    name: str
    version: str
    modalities: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    ctx: AppContext
    package: str
    subject: Subject


def start_run(
    ctx: AppContext,
    package: str,
    subject: Subject,
    on_done: Callable[[AnalysisResult], None],
    on_failed: Callable[[OverreadError], None],
) -> Job:
    """Run on a thread; the result is in the journal and in the state before `on_done` hears of it."""
    uid = subject.study.study_instance_uid

    def progress(share: float, note: str) -> None:
        ctx.store.apply(JobReported(JobRow(job.job_id, KIND, package, share, note, uid)))

    def ended() -> None:
        ctx.store.apply(JobEnded(job.job_id))

    def done(answer: tuple[AnalysisResult, Reading]) -> None:
        ended()
        result, reading = answer
        note_ai(ctx, reading)
        ctx.store.apply(ReadingReplayed(reading))
        on_done(result)

    def failed(error: OverreadError) -> None:
        ended()
        on_failed(error)

    job = ctx.jobs.submit(
        _run,
        _Request(ctx, package, subject),
        Priority.BACKGROUND,
        done,
        failed,
        on_progress=progress,
        on_canceled=ended,
        kind=KIND,
        target=package,
    )
    ctx.store.apply(JobReported(JobRow(job.job_id, KIND, package, study_instance_uid=uid)))
    return job


def find_models(
    folders: tuple[Path, ...], _progress: Progress, _cancel: CancelToken
) -> tuple[KnownModel, ...]:
    """Packages in the folders by their manifests; every run checks everything else."""
    settle_pydantic()
    from inference.catalog import find_packages

    return tuple(_known(entry) for entry in find_packages(folders, thorough=False))


def _known(entry: PackageEntry) -> KnownModel:
    problem = " ".join(text_with(one.key, one.facts) for one in entry.problems[:2])
    if entry.manifest is None:
        return KnownModel(entry.folder.name, "", (), problem or entry.folder.name)
    manifest = entry.manifest
    return KnownModel(manifest.name, manifest.version, manifest.viewer.applicability.modality, problem)


def _run(request: _Request, progress: Progress, cancel: CancelToken) -> tuple[AnalysisResult, Reading]:
    from app.analysis.packages import open_package
    from app.workflows.record import record_result
    from app.workflows.review import reading_of
    from app.workflows.run_model import run_model

    ctx, subject = request.ctx, request.subject
    bundle = open_package(request.package, ctx.model_folders)
    result, folder = run_model(
        ctx.client,
        bundle,
        subject.study,
        subject.display_set,
        subject.volume,
        results_dir=ctx.results,
        progress=progress,
        cancel=cancel,
    )
    record_result(ctx.journal, ctx.results, result, folder)
    return result, reading_of(ctx.journal, result.study_instance_uid)
