"""The whole main job on a made-up chest, step by step, through the same actions as keys and mouse.

Study -> index -> picture -> model -> accept one, reject one -> export; pictures of each on the way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.errors import OverreadError
from app.domain.finding import RejectReason, Verdict
from app.findings.replay import replay
from app.phantom.study import write_phantom_study
from app.state.model import HeatMode
from app.support.i18n import text
from app.support.languages import number_words
from app.support.paths import UserPaths
from app.ui.studio import Studio
from app.workflows.export import export_reading

CT_PACKAGE, CR_PACKAGE = "ct-dense-lung", "cxr-opacity-starter"
FORMATS = ("csv", "jsonl", "sr", "seg")
SIZE = (1600, 1000)

Say = Callable[[str], None]


@dataclass(slots=True)
class Demo:
    """What the demo leaves behind; `folder` holds the study, a home of its own, pictures and exports."""

    folder: Path
    say: Say
    pictures: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def study(self) -> Path:
        """The made-up study."""
        return self.folder / "study"

    @property
    def home(self) -> UserPaths:
        """Index, journal and results of the demo alone: nothing of the user's is touched."""
        home = self.folder / "home"
        return UserPaths(home / "data", home / "cache", home / "settings")


def run_demo(folder: Path, say: Say) -> Demo:
    """All steps. Raises OverreadError, OSError."""
    demo = Demo(folder, say)
    _step(demo, "study", lambda: write_phantom_study(demo.study))
    studio = Studio.of(demo.home, SIZE)
    try:
        _step(demo, "index", lambda: studio.open_folder(demo.study))
        _run_models(demo, studio)
        _read(demo, studio)
        _step(demo, "export", lambda: _export(demo, studio))
        _verify(demo, studio)
    finally:
        studio.close()
    _summary(demo)
    return demo


def _run_models(demo: Demo, studio: Studio) -> None:
    studio.hang("CT")
    _picture(demo, studio, "1-ct.png")
    _step(demo, "run_ct", lambda: studio.run_package(CT_PACKAGE))
    studio.hang("CR")
    studio.wait_idle()
    _step(demo, "run_cr", lambda: studio.run_package(CR_PACKAGE))


def _read(demo: Demo, studio: Studio) -> None:
    """Reject what the starter says of the radiograph, accept what stands on the CT, look at it in every view."""
    film, scan = _finding_of(studio, CR_PACKAGE), _finding_of(studio, CT_PACKAGE)
    studio.show_ink(HeatMode.HEAT)
    studio.select_finding(film)
    _picture(demo, studio, "2-radiograph-with-heat.png")
    studio.reject(RejectReason.ANATOMY)
    studio.hang("CT")
    studio.select_finding(scan)
    studio.accept()
    studio.select_finding(scan)
    _picture(demo, studio, "3-ct-with-findings.png")
    studio.show_mpr()
    _picture(demo, studio, "4-planes.png")
    studio.show_volume()
    _picture(demo, studio, "5-volume.png")


def _finding_of(studio: Studio, package: str) -> str:
    """The first finding of a package. Raises OverreadError if it has none."""
    results = {one.result_id for one in studio.results() if one.package.name == package}
    found = [one.finding.finding_id for one in studio.findings() if one.finding.result_id in results]
    if not found:
        raise OverreadError("error.demo.no_finding", package=package)
    return found[0]


def _export(demo: Demo, studio: Studio) -> None:
    uid = studio.state.workspace.open_study_uid
    journal = studio.ctx.journal
    report = export_reading(
        replay(journal.entries(uid)),
        studio.ctx.index.study(uid),
        FORMATS,
        demo.folder / "export",
        journal=journal,
        paths=demo.home,
        reader=studio.ctx.reader,
    )
    demo.facts["export"] = sorted(str(file.relative_to(demo.folder)) for file in report.files)


def _verify(demo: Demo, studio: Studio) -> None:
    uid = studio.state.workspace.open_study_uid
    reading = replay(studio.ctx.journal.entries(uid))
    report = studio.ctx.journal.verify()
    demo.facts["journal"] = {"entries": report.entries, "whole": report.is_whole}
    demo.facts["results"] = [
        {
            "package": one.package.name,
            "state": one.state.value,
            "device": one.provider,
            "seconds": round(one.seconds, 2),
        }
        for one in reading.results
    ]
    verdicts = [one.verdict for one in reading.judgements]
    demo.facts["verdicts"] = {
        verdict.value: verdicts.count(verdict) for verdict in Verdict if verdict in verdicts
    }


def _picture(demo: Demo, studio: Studio, name: str) -> None:
    studio.wait_idle()
    studio.grab(demo.folder / name, SIZE)
    demo.pictures.append(name)


def _step(demo: Demo, name: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    demo.facts.setdefault("seconds", {})[name] = round(seconds, 2)
    demo.say(text(f"demo.step.{name}", seconds=number_words(seconds, 1)))


def _summary(demo: Demo) -> None:
    whole = {"notice": text("demo.notice"), "pictures": demo.pictures, **demo.facts}
    (demo.folder / "summary.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
