"""What an exporter gets and what it has to offer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, Judgement, Reading, Verdict
from app.domain.geometry import Affine
from app.domain.source_image import SourceStack
from app.domain.study import Patient, Study
from app.export.options import Option
from app.export.pixel_gate import PixelGate
from app.export.plan_store import PlanStore

if TYPE_CHECKING:
    from app.export.deidentify import Pseudonyms

NOTICE = "Research use only, not for primary diagnosis"
TOOL = "Overread"


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """One label map of a result: whole numbers (slice, row, column) and their affine."""

    values: NDArray[np.integer[Any]]
    affine: Affine


@dataclass(frozen=True, slots=True, eq=False)
class StudyExport:
    """One study as it leaves: already filtered, already without identity unless that was asked for.

    decided_after_s: finding id -> seconds from the end of the model run to the verdict. result_folders: result id ->
    folder of its maps. patient_header: attributes of the patient and study modules by DICOM keyword. mask_folder: where
    changes of masks are kept. image_files: SOP Instance UID as it leaves -> source file. true_patient and clean: what
    the images' own headers are taken apart with; they leave nowhere. stacks: series UID as it leaves -> the stacks that
    objects may refer to, the largest first.
    """

    reading: Reading
    study: Study | None
    patient_header: Mapping[str, str]
    result_folders: Mapping[str, Path] = field(default_factory=dict)
    decided_after_s: Mapping[str, float] = field(default_factory=dict)
    mask_folder: Path | None = None
    image_files: Mapping[str, Path] = field(default_factory=dict)
    true_patient: Patient | None = None
    clean: Callable[[str], str] | None = None
    stacks: Mapping[str, tuple[SourceStack, ...]] = field(default_factory=dict)

    def judgements_of(self, result: AnalysisResult, *verdicts: Verdict) -> tuple[Judgement, ...]:
        """The judgements on one result's findings; all of them if no verdict is named."""
        wanted = verdicts or tuple(Verdict)
        return tuple(
            judgement
            for judgement in self.reading.judgements
            if judgement.finding.result_id == result.result_id and judgement.verdict in wanted
        )


@dataclass(frozen=True, slots=True, eq=False)
class ExportSet:
    """All that one export may write. export_id names new DICOM objects, so that those of one export fit together.

    gate: the way to source pixels. names: stand-ins, None where identity stays. options: what of the profile's options
    is used. plans: regions worked out so far. language: of what goes out together with a report.
    """

    studies: tuple[StudyExport, ...]
    formats: tuple[str, ...]
    identified: bool
    tool_version: str
    export_id: str
    gate: PixelGate = field(default_factory=PixelGate)
    names: Pseudonyms | None = None
    options: frozenset[Option] = frozenset()
    plans: PlanStore = field(default_factory=PlanStore)
    language: str = "en"

    def new_uid(self, *names: object) -> str:
        """The UID of an object that this export makes; the same names give the same UID."""
        return f"2.25.{uuid.uuid5(uuid.UUID(self.export_id), '/'.join(map(str, names))).int}"


@dataclass(frozen=True, slots=True)
class Written:
    """What an exporter wrote: file names inside the folder, findings (or measurements) in them, and what a reader

    should know.
    """

    files: tuple[str, ...]
    findings: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format. write makes files in an empty folder of its own; check reads them again and raises

    ExportRefusedError where they differ from the set. assessment: rejected findings belong into it.
    """

    exporter_id: str
    title_key: str
    suffix: str
    assessment: bool
    write: Callable[[ExportSet, Path], Written]
    check: Callable[[ExportSet, Path, Written], None]
