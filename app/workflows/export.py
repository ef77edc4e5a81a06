"""Verdicts to files: collect, take identity out, write, read again, and only then put in place."""

from __future__ import annotations

import errno
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import app.export.formats
from app.domain.errors import ExportRefusedError
from app.domain.finding import Reading
from app.domain.study import Study
from app.export.collect import clinical_only, decided_after_s
from app.export.deidentify import Pseudonyms, load_key, without_identity
from app.export.headers import identity_of
from app.export.looks import Looks
from app.export.manifest import digest, is_earlier_export, write_manifest
from app.export.options import Option
from app.export.pixel_gate import PixelGate
from app.export.types import Exporter, ExportSet, StudyExport, Written
from app.findings.events import Exported
from app.findings.journal import Journal
from app.support.i18n import language_in_use
from app.support.paths import UserPaths, resource_dir, user_paths
from app.support.plugins import load_plugins
from app.workflows.looks import looks_used
from app.workflows.source_stacks import source_stacks

KEY_FILE = "export.key"


OTHER_THINGS = frozenset({"images", "key_images", "measurements", "measurements_csv"})  # not findings


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written where; remarks say what a reader should know of it."""

    folder: Path
    files: tuple[Path, ...]
    findings: int
    remarks: tuple[str, ...]


def exporters() -> dict[str, Exporter]:
    """Exporter id -> exporter, of every file in `app/export/formats`."""
    found: dict[str, Exporter] = load_plugins(app.export.formats, "EXPORTER")
    return {exporter.exporter_id: exporter for exporter in found.values()}


def export_reading(  # noqa: PLR0913 - a convenience for one study
    reading: Reading,
    study: Study | None,
    formats: Sequence[str],
    target: Path,
    *,
    identified: bool = False,
    journal: Journal | None = None,
    paths: UserPaths | None = None,
    reader: str = "",
    language: str = "",
) -> ExportReport:
    """Export one study, see `export_readings`."""
    return export_readings(
        [(reading, study)],
        formats,
        target,
        identified=identified,
        journal=journal,
        paths=paths,
        reader=reader,
        language=language,
    )


def export_readings(  # noqa: PLR0913 - the parts of one request, all by name
    items: Sequence[tuple[Reading, Study | None]],
    formats: Sequence[str],
    target: Path,
    *,
    identified: bool = False,
    journal: Journal | None = None,
    paths: UserPaths | None = None,
    reader: str = "",
    looks: Looks | None = None,
    options: frozenset[Option] = frozenset(),
    left_out: frozenset[Path] = frozenset(),
    language: str = "",
) -> ExportReport:
    """Write studies in several formats into the folder `target`, which is new, empty, or an earlier export.

    All files are read again and compared before the folder appears; on any failure it is as it was before. Without
    `identified` nothing in it names a patient or reader. With a journal the export is recorded there. looks: what a
    person decided on pixels that may show identity. options: of the Basic Profile, for source images. left_out: source
    files that stay here. language: of what goes out as a report; '' is that of the window. Raises ExportRefusedError.
    """
    chosen = _choose(formats)
    if not any(has_words(reading) for reading, _ in items):
        raise ExportRefusedError("error.export.nothing")
    places = paths or user_paths()
    gathered = _gather(items, tuple(chosen), places, identified=identified)
    gate = PixelGate(looks or {}, identified, left_out)
    export_set = replace(gathered, gate=gate, options=options, language=language or language_in_use())
    head = journal.head() if journal else ""
    with _new_folder(target) as folder:
        written = {name: _write(exporter, export_set, folder) for name, exporter in chosen.items()}
        if not any(part.files for part in written.values()):
            raise ExportRefusedError("error.export.nothing_accepted")
        write_manifest(export_set, folder, written, head)
        if journal:  # recorded or not exported: a journal that cannot be written withdraws the files
            told = looks_used([study for _, study in items if study is not None], gate, reader)
            journal.append_many([*told, *_events(items, _report(folder, written), export_set, reader)])
    return _report(target, written)


def _choose(formats: Sequence[str]) -> dict[str, Exporter]:
    known = exporters()
    unknown = [name for name in formats if name not in known]
    if unknown or not formats:
        raise ExportRefusedError("error.export.format", name=", ".join(unknown), known=", ".join(known))
    return {name: known[name] for name in known if name in formats}


def _gather(
    items: Sequence[tuple[Reading, Study | None]],
    formats: tuple[str, ...],
    paths: UserPaths,
    *,
    identified: bool,
) -> ExportSet:
    studies = [
        StudyExport(
            reading=reading,
            study=study,
            patient_header=identity_of(study),
            result_folders={r.result_id: paths.results / r.result_id for r in reading.results},
            decided_after_s=decided_after_s(reading),
            mask_folder=paths.masks,
            image_files=_image_files(study),
            stacks=source_stacks(study, _spoken_of(reading)),
        )
        for reading, study in ((reading, _own_study(reading, study)) for reading, study in items)
        if has_words(reading)
    ]
    names = None if identified else Pseudonyms(load_key(paths.data / KEY_FILE))
    if names is not None:
        studies = [without_identity(study, names) for study in studies]
    made = ExportSet(tuple(studies), formats, identified, tool_version(), str(uuid.uuid4()))
    return replace(made, names=names)


def _image_files(study: Study | None) -> dict[str, Path]:
    return {i.sop_instance_uid: i.path for s in (study.series if study else ()) for i in s.instances}


def has_words(reading: Reading) -> bool:
    """Whether a model or a reader has said anything of the study."""
    said = (reading.results, reading.marked, reading.measurements, reading.key_images, reading.segmentations)
    return any(said)


def _own_study(reading: Reading, study: Study | None) -> Study | None:
    """The study, if it holds a series that was judged: a shared UID alone must not lend a reading an identity."""
    analysed = _spoken_of(reading)
    analysed |= {one.series_instance_uid for one in reading.measurements}
    analysed |= {one.series_instance_uid for one in reading.key_images}
    known = {series.series_instance_uid for series in study.series} if study else set()
    return study if analysed & known else None


def _spoken_of(reading: Reading) -> set[str]:
    """Series that findings and masks lie on."""
    found = {uid for result in reading.results for uid in result.series_instance_uids}
    found |= {one.series_instance_uid for one in reading.marked}
    return found | {one.head.series_instance_uid for one in reading.segmentations}


def _write(exporter: Exporter, export_set: ExportSet, folder: Path) -> Written:
    given = export_set if exporter.assessment else clinical_only(export_set)
    written = exporter.write(given, folder)
    exporter.check(given, folder, written)
    return written


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place at the end, or vanishes."""
    target = target.absolute()
    temporary: Path | None = None
    try:
        if target.exists() and not _may_replace(target):
            raise ExportRefusedError("error.export.not_empty", folder=target.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        yield temporary
        _replace(temporary, target)
    except OSError as error:
        raise _refusal(error, target) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _may_replace(target: Path) -> bool:
    return target.is_dir() and (not any(target.iterdir()) or is_earlier_export(target))


def _replace(made: Path, target: Path) -> None:
    """Swap folders; the old one is removed only after the new one stands."""
    made.chmod(0o755)
    if not target.exists():
        made.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent)) / "was"
    target.rename(old)
    try:
        made.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old.parent, ignore_errors=True)


def _refusal(error: OSError, target: Path) -> ExportRefusedError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ExportRefusedError("error.export.disk_full", folder=target.name)
    return ExportRefusedError(
        "error.export.cannot_write", folder=target.name, reason=error.strerror or type(error).__name__
    )


def _report(target: Path, written: dict[str, Written]) -> ExportReport:
    files = tuple(target / name for part in written.values() for name in part.files)
    remarks = tuple(dict.fromkeys(words for part in written.values() for words in part.remarks))
    return ExportReport(target, (*files, target / "manifest.json"), _most(written), remarks)


def _most(written: dict[str, Written]) -> int:
    """How many findings went out; of formats that hold something else, how many of that, where there are no others."""
    of_findings = [part.findings for name, part in written.items() if name not in OTHER_THINGS]
    return max(of_findings or [part.findings for part in written.values()], default=0)


def _events(
    items: Sequence[tuple[Reading, Study | None]], report: ExportReport, export_set: ExportSet, reader: str
) -> list[Exported]:
    files = tuple((file.name, digest(file)) for file in report.files)
    return [
        Exported(
            reading.study_instance_uid,
            export_set.formats,
            files,
            export_set.identified,
            len(reading.judgements),
            reader,
        )
        for reading, _ in items
        if has_words(reading)
    ]


def tool_version() -> str:
    """The version of this program."""
    try:
        return version("overread")
    except PackageNotFoundError:  # a checkout that was not installed
        project = tomllib.loads((resource_dir().parent / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
