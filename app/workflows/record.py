"""Keep what a run gave: maps where the window looks for them, the result in the journal, the study in the index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.result_files import load_result, save_result
from app.domain.finding import AnalysisResult
from app.domain.study import Study
from app.findings.events import ResultArrived
from app.findings.journal import Journal
from app.studies.source_types import Surroundings
from app.workflows.places import Place, open_or_refuse

if TYPE_CHECKING:
    from app.studies.index import StudyIndex


def remember_studies(index: StudyIndex | None, place: Place, around: Surroundings) -> tuple[Study, ...]:
    """The studies of a place; the index, if one is given, knows them afterwards. Raises StudyUnreadableError."""
    return open_or_refuse([place], around, None if index is None else index.add).studies


def record_result(journal: Journal, results: Path, result: AnalysisResult, folder: Path) -> None:
    """Copy a saved result to where results are kept, then enter it in the journal: never the other way round."""
    kept = results / result.result_id
    if kept.resolve() != folder.resolve():
        save_result(kept, *load_result(folder))
    journal.append(ResultArrived(result))
