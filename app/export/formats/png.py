"""Pictures of accepted findings with outlines and a legend burned in, for slides, papers and letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.export.burn import burned
from app.export.outlines import Drawing, drawings
from app.export.types import NOTICE, TOOL, Exporter, ExportSet, StudyExport, Written
from app.support.i18n import text


def write(export_set: ExportSet, folder: Path) -> Written:
    """One picture per finding, of the image that shows most of it; findings on one image share a picture."""
    from PIL import Image, PngImagePlugin

    files: list[str] = []
    findings: set[str] = set()
    for study, drawn in _pages(export_set):
        picture = burned(study, drawn, export_set.gate)
        if picture is None:
            continue
        name = f"picture_{len(files) + 1:04d}.png"
        said = PngImagePlugin.PngInfo()
        for key, words in _facts(export_set, study, drawn).items():
            said.add_itxt(key, words)
        Image.fromarray(picture).save(folder / name, pnginfo=said)
        files.append(name)
        findings |= {one.judgement.finding.finding_id for one in drawn}
    remarks = () if files else (text("export.remark.no_pictures"),)
    return Written(tuple(files), len(findings), remarks)


def check(export_set: ExportSet, folder: Path, written: Written) -> None:
    """Read every picture again and compare it pixel by pixel, and its words."""
    from PIL import Image

    pages = [
        (picture, _facts(export_set, study, drawn))
        for study, drawn in _pages(export_set)
        if (picture := burned(study, drawn, export_set.gate)) is not None
    ]
    for name, (picture, facts) in zip(written.files, pages, strict=True):
        try:
            with Image.open(folder / name) as image:
                found: NDArray[np.uint8] = np.asarray(image)
                words = {key: str(value) for key, value in image.text.items()}  # type: ignore[attr-defined]  # a PNG's
        except (OSError, SyntaxError) as error:
            raise ExportRefusedError("error.export.differs", file=name) from error
        if not np.array_equal(found, picture) or words != facts:
            raise ExportRefusedError("error.export.differs", file=name)


def _pages(export_set: ExportSet) -> Iterator[tuple[StudyExport, list[Drawing]]]:
    for study in export_set.studies:
        best: dict[str, Drawing] = {}
        for one in drawings(export_set, study):
            key = one.judgement.finding.finding_id
            if key not in best or _extent(one) > _extent(best[key]):
                best[key] = one
        pages: dict[tuple[str, int], list[Drawing]] = {}
        for one in best.values():
            pages.setdefault((one.image.sop_instance_uid, one.image.frame), []).append(one)
        for drawn in pages.values():
            yield study, drawn


def _extent(one: Drawing) -> float:
    points = np.vstack(one.lines)
    return float(np.prod(points.max(axis=0) - points.min(axis=0)))


def _facts(export_set: ExportSet, study: StudyExport, drawn: list[Drawing]) -> dict[str, str]:
    """What stands in the file beside the pixels."""
    return {
        "Notice": NOTICE,
        "Software": f"{TOOL} {export_set.tool_version}",
        "StudyInstanceUID": study.reading.study_instance_uid,
        "SOPInstanceUID": drawn[0].image.sop_instance_uid,
        "Frame": str(drawn[0].image.frame),
        "Findings": " ".join(one.judgement.finding.finding_id for one in drawn),
    }


EXPORTER = Exporter("png", "export.format.png", ".png", assessment=False, write=write, check=check)
