"""Quality assurance as use cases: figures of the journal, samples, forms, the page, and rows for a registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.tables import Json
from app.domain.errors import QualityError
from app.domain.readers import Role, role_named
from app.export.deidentify import Pseudonyms, load_key
from app.export.types import NOTICE
from app.findings.chain import Entry
from app.findings.replay import record_only
from app.quality.collect import records_of
from app.quality.figures import all_figures
from app.quality.forms import Form, SampleForm, read_forms, write_form
from app.quality.origins import origin_of
from app.quality.readers import agreement
from app.quality.records import Origin, Records
from app.quality.registry import as_csv, rows_of
from app.quality.sample import draw
from app.quality.scores import form_figures
from app.quality.weeks import drift
from app.settings.file import load_settings
from app.support.clock import utc_now
from app.support.paths import UserPaths
from app.support.whole_files import write_whole
from app.workflows.export import KEY_FILE, tool_version

if TYPE_CHECKING:
    from app.studies.index import StudyIndex

SCHEMA_VERSION = 1


def check_role(paths: UserPaths) -> None:
    """Figures on readers and models are for whoever is responsible for them. Raises QualityError."""
    if role_named(load_settings(paths.settings)[0].role) is not Role.QA:
        raise QualityError("error.quality.role", folder=str(paths.settings))


def gather(entries: Iterable[Entry], index: StudyIndex | None) -> Records:
    """The journal as records, each study with what index and files know of its origin."""
    listed = tuple(record_only(entries))
    uids = {entry.study_instance_uid for entry in listed}
    return records_of(listed, {uid: _origin(uid, index) for uid in uids} if index else {})


def figures(records: Records, forms: Iterable[Form] = (), until: str = "") -> Json:
    """Everything that a quality page says, as one document. until: last day (YYYY-MM-DD) of the reference weeks."""
    try:
        shifted = drift(records.calls, records.decisions, until)
    except ValueError as error:
        raise QualityError("error.quality.day", day=until) from error
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": NOTICE,
        "tool_version": tool_version(),
        "created_at": utc_now(),
        **all_figures(records),
        "agreement": agreement(records.decisions),
        "drift": shifted,
        "forms": form_figures(tuple(forms)),
    }


def page(records: Records, found: Json) -> str:
    """The figures as one HTML page with its plots."""
    from app.quality.page import html_page
    from app.quality.plots import plots

    return html_page(found, plots(records, found))


def draw_sample(
    paths: UserPaths, records: Records, wanted: Mapping[str, str], size: int, seed: int
) -> SampleForm:
    """Draw a month's sample and keep it. wanted: month, model, version. Raises QualityError."""
    made = draw(records.calls, wanted["month"], wanted["model"], wanted["version"], size, seed)
    write_form(paths.data, made)
    return made


def forms_of(paths: UserPaths) -> tuple[Form, ...]:
    """All forms of this user's data folder."""
    return read_forms(paths.data)


def write_registry(paths: UserPaths, records: Records, file: Path) -> int:
    """Write the rows for a registry and say how many there are. Raises ExportRefusedError, OSError."""
    rows = rows_of(records.calls, Pseudonyms(load_key(paths.data / KEY_FILE)))
    write_whole(file, as_csv(rows))
    return len(rows)


def _origin(uid: str, index: StudyIndex | None) -> Origin:
    from app.studies.machine import machine_of

    study = index.study(uid) if index else None
    series = max(study.series, key=lambda one: len(one.instances), default=None) if study else None
    return origin_of(study, asdict(machine_of(series)) if series else {})
