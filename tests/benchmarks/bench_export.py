"""Studies exported as SR, SEG and CSV per second, read back and hashed, beside highdicom called directly in a loop.

One study goes before, so that neither side pays for imports. The peer writes the same segments and a report of the
same findings with highdicom and nothing else: no check, no identity taken out, no table. `OVERREAD_BENCH_STUDIES` sets
the number (500 for the aim); 20 without it.
"""

from __future__ import annotations

import os
import tempfile
import time
import warnings
from dataclasses import replace
from pathlib import Path

from highdicom.sr import Comprehensive3DSR

from app.domain.finding import Reading
from app.domain.study import Study
from app.export.collect import CLINICAL, clinical_only
from app.export.headers import identity_of
from app.export.seg_document import build as build_segments
from app.export.segments import plan_segments
from app.export.sr_document import Document, parts
from app.export.types import ExportSet, StudyExport
from app.workflows.export import export_readings
from app.workflows.source_stacks import source_stacks
from tests.benchmarks._table import row
from tests.support.export import Case, build_case

STUDIES = int(os.environ.get("OVERREAD_BENCH_STUDIES", "20"))


def main() -> None:
    """Both write the same findings of the same made-up studies, in turn."""
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as folder:
        case = build_case(Path(folder) / "case")
        items = [_another(case, number) for number in range(STUDIES)]
        export_readings(items[:1], ["sr", "seg", "csv"], Path(folder) / "first", paths=case.paths)  # imports
        start = time.perf_counter()
        export_readings(items, ["sr", "seg", "csv"], Path(folder) / "ours", paths=case.paths)
        ours = STUDIES / (time.perf_counter() - start)
        start = time.perf_counter()
        _directly(case, items, Path(folder) / "theirs")
        peer = STUDIES / (time.perf_counter() - start)
    row(f"export of {STUDIES} studies as SR, SEG, CSV | highdicom", ours, peer, "studies/s", ">= highdicom")


def _another(case: Case, number: int) -> tuple[Reading, Study]:
    """The same study under another UID."""
    assert case.study is not None
    uid = f"1.2.826.0.1.3680043.8.498.9{number}"
    series = tuple(replace(one, study_instance_uid=uid) for one in case.study.series)
    results = tuple(replace(one, study_instance_uid=uid) for one in case.reading.results)
    reading = replace(case.reading, study_instance_uid=uid, results=results, measurements=(), key_images=())
    return reading, replace(case.study, study_instance_uid=uid, series=series)


def _directly(case: Case, items: list[tuple[Reading, Study]], folder: Path) -> None:
    folder.mkdir()
    for number, (reading, study) in enumerate(items):
        folders = {r.result_id: case.paths.results / r.result_id for r in reading.results}
        stacks = source_stacks(study, {one.series_instance_uid for one in study.series})
        export = StudyExport(reading, study, identity_of(study), folders, stacks=stacks)
        export_set = clinical_only(ExportSet((export,), ("sr", "seg"), True, "0", f"{number:032x}"))
        (one,) = export_set.studies
        plans, _ = plan_segments(export_set, one)
        segments = {}
        for count, plan in enumerate(plans, start=1):
            build_segments(export_set, one, plan, count).save_as(folder / f"seg_{number}_{count}.dcm")
            for place, judgement in enumerate(plan.judgements, start=1):
                segments[judgement.finding.finding_id] = (plan, place)
        for count, result in enumerate(one.reading.results, start=1):
            kept = one.judgements_of(result, *CLINICAL)
            mine = {
                key: part for key, part in segments.items() if key in {j.finding.finding_id for j in kept}
            }
            document = Document(export_set, one, result, kept, "reader", "AI findings", count, mine)
            content, evidence, arguments = parts(document)
            report = Comprehensive3DSR(evidence=evidence, content=content, **arguments)
            report.save_as(folder / f"sr_{number}_{count}.dcm")


if __name__ == "__main__":
    main()
