"""The labels of a collection: a CSV with the columns file, label and, if there is one, patient_id."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.support.i18n import text

LARGEST_CSV_BYTES = 256 * 1024 * 1024
_NEEDED = frozenset({"file", "label", "patient_id"})
ONE_OR_ZERO = {"1": True, "1.0": True, "0": False, "0.0": False}


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled study; group is its patient, or its file where the CSV names no patients."""

    name: str
    path: Path
    is_positive: bool
    group: str
    view: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # further columns, for figures of parts of the collection


@dataclass(frozen=True, slots=True)
class Labels:
    """Cases that can be used, and one plain sentence for each row that cannot."""

    cases: tuple[Case, ...]
    problems: tuple[str, ...]
    has_patients: bool


def read_labels(file: Path, images: Path, positive: str = "") -> Labels:
    """Read the CSV; positive is the label that counts as positive where labels are names and not 0 and 1.

    Raises StudyUnreadableError if the file or the images folder cannot be used at all.
    """
    rows = _rows(file)
    if not images.is_dir():
        raise StudyUnreadableError("error.labels.no_images_folder", folder=images.name)
    _check_labels(file, rows, positive)
    cases: dict[str, Case] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):  # line 1 has the names of the columns
        found = _case(row, images, positive, number)
        if isinstance(found, str):
            problems.append(found)
        elif found.name in cases:
            problems.append(text("evaluate.row.twice", line=number, file=found.name))
        else:
            cases[found.name] = found
    has_patients = any(row.get("patient_id", "") for row in rows)
    return Labels(tuple(cases.values()), tuple(problems), has_patients)


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        if not file.is_file():  # a device may have no end
            raise StudyUnreadableError("error.labels.cannot_open", file=file.name)
        if file.stat().st_size > LARGEST_CSV_BYTES:
            raise StudyUnreadableError("error.labels.no_csv", file=file.name)
        words = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StudyUnreadableError("error.labels.cannot_open", file=file.name) from error
    except UnicodeDecodeError as error:
        raise StudyUnreadableError("error.labels.no_csv", file=file.name) from error
    lines = words.splitlines()
    first = lines[0] if lines else ""
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        reader = csv.DictReader(lines, delimiter=delimiter)
        names = {name.strip().lower() for name in reader.fieldnames or ()}
        rows = [
            {
                k.strip().lower(): (v or "").strip()
                for k, v in row.items()
                if isinstance(k, str) and not isinstance(v, list)
            }
            for row in reader
        ]
    except csv.Error as error:
        raise StudyUnreadableError("error.labels.no_csv", file=file.name) from error
    for column in ("file", "label"):
        if column not in names:
            raise StudyUnreadableError("error.labels.no_column", file=file.name, column=column)
    return rows


def _check_labels(file: Path, rows: list[dict[str, str]], positive: str) -> None:
    """Names are only understood if it was said which of them is the positive one."""
    labels = {row["label"] for row in rows if row.get("label")}
    if positive and positive not in labels:
        shown = ", ".join(sorted(labels)[:5])
        raise StudyUnreadableError(
            "error.labels.unknown_positive", file=file.name, name=positive, labels=shown
        )
    if not positive and labels and not labels & set(ONE_OR_ZERO):
        shown = ", ".join(sorted(labels)[:5])
        raise StudyUnreadableError("error.labels.say_positive", file=file.name, labels=shown)


def _case(row: dict[str, str], images: Path, positive: str, line: int) -> Case | str:
    name, label = row.get("file", ""), row.get("label", "")
    if not name:
        return text("evaluate.row.no_file", line=line)
    if not label or (not positive and label not in ONE_OR_ZERO):
        return text("evaluate.row.unknown_label", line=line, file=name, label=label)
    path = images / name
    if not path.resolve().is_relative_to(images.resolve()):
        return text("evaluate.row.elsewhere", line=line, file=name)
    if not path.exists():
        return text("evaluate.row.missing", line=line, file=name)
    is_positive = label == positive if positive else ONE_OR_ZERO[label]
    facts = tuple((column, value) for column, value in row.items() if column not in _NEEDED)
    return Case(name, path, is_positive, row.get("patient_id", "") or name, row.get("view", ""), facts)
