"""Accepted regions as NIfTI-1 label volumes on the grid of the source images, for research software.

NIfTI counts x and y the other way round (RAS mm); the affine says so, and the file beside it names the labels.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.geometry import Affine
from app.domain.volume import Space
from app.export.segments import SegmentFile, plan_segments
from app.export.stacks import image_affine, normal_of, positions_of
from app.export.types import NOTICE, Exporter, ExportSet, Written
from app.support.i18n import text

HEADER_BYTES, DATA_START = 348, 352
_UINT8, _MM, _SCANNER = 2, 2, 1
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_EVEN_MM = 1e-2  # steps that differ by more make no affine that is right for every slice


def write(export_set: ExportSet, folder: Path) -> Written:
    """A volume and a description of its labels for each label map that holds an accepted region."""
    files: list[str] = []
    remarks: list[str] = []
    findings = 0
    for study in export_set.studies:
        planned, unseen = plan_segments(export_set, study)
        remarks += unseen
        for plan in planned:
            affine = plan_affine(plan)
            if affine is None:
                remarks.append(text("export.remark.no_even_volume"))
                continue
            stem = f"regions_{len(files) // 2 + 1:04d}"
            (folder / f"{stem}.nii").write_bytes(encode(plan.voxels, affine))
            (folder / f"{stem}.json").write_text(_describe(plan), encoding="utf-8", errors="replace")
            files += [f"{stem}.nii", f"{stem}.json"]
            findings += len(plan.judgements)
    if not files and not remarks:
        remarks.append(text("export.remark.no_regions"))
    return Written(tuple(files), findings, tuple(remarks))


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read each volume again and compare voxels and affine."""
    plans = [plan for study in export_set.studies for plan in plan_segments(export_set, study)[0]]
    written_plans = [(plan, affine) for plan in plans if (affine := plan_affine(plan)) is not None]
    for name, (plan, affine) in zip(written.files[::2], written_plans, strict=True):
        voxels, found = decode((folder / name).read_bytes())
        if not np.array_equal(voxels, plan.voxels) or not np.allclose(found, affine, atol=1e-3):
            raise ExportRefusedError("error.export.differs", file=name)


def plan_affine(plan: SegmentFile) -> Affine | None:
    """(slice, row, column) -> LPS mm of the whole stack; None where no single affine is right for all slices."""
    if plan.result.space is not Space.PATIENT:
        return None
    affine = image_affine(plan.stack[0], Space.PATIENT)
    steps = np.diff(positions_of(plan.stack), axis=0)
    if len(steps) and np.abs(steps - steps[0]).max() > _EVEN_MM:
        return None
    affine[:3, 0] = steps.mean(axis=0) if len(steps) else normal_of(plan.stack[0]) * plan.slice_mm
    return affine


def encode(voxels: NDArray[np.uint8], affine: Affine) -> bytes:
    """A single-file NIfTI-1 image (nifti1.h) of labels; affine as everywhere here, to LPS mm."""
    slices, rows, columns = voxels.shape
    ras = _LPS_TO_RAS @ affine[:, [2, 1, 0, 3]]  # NIfTI's i runs along columns, j along rows, k along slices
    steps = np.linalg.norm(ras[:3, :3], axis=0)
    header = bytearray(HEADER_BYTES)
    struct.pack_into("<i", header, 0, HEADER_BYTES)
    struct.pack_into("<8h", header, 40, 3, columns, rows, slices, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, _UINT8, 8)
    struct.pack_into("<8f", header, 76, 1.0, *steps, 0.0, 0.0, 0.0, 0.0)
    struct.pack_into("<3f", header, 108, DATA_START, 1.0, 0.0)
    struct.pack_into("<B", header, 123, _MM)
    struct.pack_into("<80s", header, 148, NOTICE.encode("ascii"))
    struct.pack_into("<2h", header, 252, 0, _SCANNER)
    struct.pack_into("<12f", header, 280, *ras[:3].ravel())
    struct.pack_into("<4s", header, 344, b"n+1\0")
    return bytes(header) + bytes(DATA_START - HEADER_BYTES) + voxels.tobytes()


def decode(raw: bytes) -> tuple[NDArray[np.uint8], Affine]:
    """Voxels (slice, row, column) and affine to LPS mm of what `encode` wrote."""
    columns, rows, slices = struct.unpack_from("<3h", raw, 42)
    ras = np.eye(4)
    ras[:3] = np.asarray(struct.unpack_from("<12f", raw, 280)).reshape(3, 4)
    voxels = np.frombuffer(raw, dtype=np.uint8, offset=DATA_START).reshape(slices, rows, columns)
    return voxels, (_LPS_TO_RAS @ ras)[:, [2, 1, 0, 3]]


def _describe(plan: SegmentFile) -> str:
    labels: list[dict[str, Any]] = [
        {
            "value": number,
            "finding_id": judgement.finding.finding_id,
            "key": judgement.finding.key,
            "label": judgement.shown_label,
            "verdict": judgement.verdict.value,
            "score": judgement.finding.score,
        }
        for number, judgement in enumerate(plan.judgements, start=1)
    ]
    whole = {
        "notice": NOTICE,
        "affine": "voxel (column, row, slice) to RAS mm; the source images are in LPS mm: x and y change sign",
        "study_uid": plan.series.study_instance_uid,
        "series_uid": plan.series.series_instance_uid,
        "model": plan.result.package.name,
        "model_version": plan.result.package.version,
        "labels": labels,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


EXPORTER = Exporter("nifti", "export.format.nifti", ".nii", assessment=False, write=write, check=check)
