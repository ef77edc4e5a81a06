"""Accepted findings as COCO boxes and masks on single images, for training and evaluation tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.finding import Judgement
from app.domain.source_image import SourceImage
from app.export.headers import analysed_series
from app.export.own import is_own, own_groups
from app.export.regions import draw_place
from app.export.segments import place_of, plan_segments
from app.export.stacks import stack_of
from app.export.types import NOTICE, TOOL, Exporter, ExportSet, StudyExport, Written
from app.support.i18n import text

FILE = "coco.json"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One finding on one image: a box (left, top, width, height) in pixels, and its mask where it has one."""

    judgement: Judgement
    image: SourceImage
    box: tuple[float, float, float, float]
    mask: NDArray[np.bool_] | None = None


@dataclass(slots=True)
class _Document:
    images: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)

    def add(self, study: StudyExport, shape: Shape) -> None:
        key = (shape.image.sop_instance_uid, shape.image.frame)
        image = self.images.setdefault(
            key,
            {
                "id": len(self.images) + 1,
                "file_name": f"{shape.image.sop_instance_uid}_{shape.image.frame}",
                "sop_instance_uid": shape.image.sop_instance_uid,
                "frame": shape.image.frame,
                "study_uid": study.reading.study_instance_uid,
                "width": shape.image.columns,
                "height": shape.image.rows,
            },
        )
        name = shape.judgement.shown_label
        self.annotations.append(
            {
                "id": len(self.annotations) + 1,
                "image_id": image["id"],
                "category_id": self.categories.setdefault(name, len(self.categories) + 1),
                "bbox": [round(value, 3) for value in shape.box],
                "area": _area(shape),
                "iscrowd": 0,
                "segmentation": [] if shape.mask is None else run_lengths(shape.mask),
                "finding_id": shape.judgement.finding.finding_id,
                "score": shape.judgement.finding.score,
                "verdict": shape.judgement.verdict.value,
                "ai": "absent" if shape.judgement.finding.is_readers else "present",
            }
        )


def write(export_set: ExportSet, folder: Path) -> Written:
    """One document; a finding that lies on several slices has an annotation on each of them."""
    document = _Document()
    for study in export_set.studies:
        for shape in shapes_of(export_set, study):
            document.add(study, shape)
    findings = len({annotation["finding_id"] for annotation in document.annotations})
    if not findings:
        return Written((), 0, (text("export.remark.no_shapes"),))
    (folder / FILE).write_text(_json(export_set, document), encoding="utf-8", errors="replace")
    return Written((FILE,), findings)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read the document again and compare every box and mask."""
    if not written.files:
        return
    found = json.loads((folder / FILE).read_text(encoding="utf-8"))["annotations"]
    shapes = [shape for study in export_set.studies for shape in shapes_of(export_set, study)]
    for annotation, shape in zip(found, shapes, strict=True):
        is_same_box = np.allclose(annotation["bbox"], shape.box, atol=0.5)
        is_same_mask = shape.mask is None or np.array_equal(from_runs(annotation["segmentation"]), shape.mask)
        if not (is_same_box and is_same_mask):
            raise ExportRefusedError("error.export.differs", file=FILE)


def shapes_of(export_set: ExportSet, study: StudyExport) -> Iterator[Shape]:
    """Masks of regions slice by slice, then boxes; points and findings on the whole study have no box."""
    drawn: set[str] = set()
    plans = [plan for plan in plan_segments(export_set, study)[0] if not is_own(plan.result)]
    for plan in plans:
        for number, judgement in enumerate(plan.judgements, start=1):
            drawn.add(judgement.finding.finding_id)
            for image, voxels in zip(plan.stack, plan.voxels, strict=True):
                mask = voxels == number
                if mask.any():
                    yield Shape(judgement, image, _box_of(mask), mask)
    judged = [(result, study.judgements_of(result)) for result in study.reading.results]
    judged += [(group.result, group.judgements) for group in own_groups(study)]
    for result, judgements in judged:
        for series in analysed_series(study.study, result):
            for judgement in judgements:
                if judgement.finding.finding_id not in drawn:
                    yield from _boxes(judgement, stack_of(study, series, result, place_of(judgement)))


def run_lengths(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Uncompressed COCO run lengths: down the columns, beginning with a run of zeros."""
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat])))
    counts = np.diff(np.concatenate([[0], edges, [flat.size]]))
    return {"size": list(mask.shape), "counts": counts.tolist()}


def from_runs(runs: dict[str, Any]) -> NDArray[np.bool_]:
    """The mask of run lengths."""
    values = np.arange(len(runs["counts"])) % 2 == 1
    return np.repeat(values, runs["counts"]).reshape(runs["size"], order="F")


def _boxes(judgement: Judgement, stack: tuple[SourceImage, ...]) -> Iterator[Shape]:
    for drawn in draw_place(place_of(judgement), stack):
        if not drawn.is_point:
            low, high = drawn.points.min(axis=0), drawn.points.max(axis=0)
            box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
            yield Shape(judgement, drawn.image, box)


def _box_of(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    size = (float(columns[-1] - columns[0] + 1), float(rows[-1] - rows[0] + 1))
    return float(columns[0]), float(rows[0]), *size


def _area(shape: Shape) -> float:
    return float(shape.box[2] * shape.box[3]) if shape.mask is None else float(shape.mask.sum())


def _json(export_set: ExportSet, document: _Document) -> str:
    whole = {
        "info": {"description": NOTICE, "contributor": TOOL, "version": export_set.tool_version},
        "licenses": [],
        "images": list(document.images.values()),
        "categories": [
            {"id": number, "name": name, "supercategory": "finding"}
            for name, number in document.categories.items()
        ],
        "annotations": document.annotations,
    }
    return json.dumps(whole, ensure_ascii=False) + "\n"


EXPORTER = Exporter("coco", "export.format.coco", ".json", assessment=False, write=write, check=check)
