"""The columns of CSV and JSONL: name, type and meaning, which are the data dictionary of every export."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the data dictionary describes it."""

    name: str
    kind: str
    meaning: str


COLUMNS = (
    Column("record", "text", "finding, or run for a model run without findings"),
    Column("ai", "text", "present, or absent where a reader marked what no model found"),
    Column("study_uid", "uid", "study; a stand-in unless the export is identified"),
    Column("series_uids", "uid list", "analysed series, separated by a space"),
    Column("patient", "text", "patient id; a stand-in unless the export is identified"),
    Column("patient_name", "text", "name; only in an identified export"),
    Column("modality", "text", "modalities of the study, separated by a space"),
    Column("result_id", "uid", "model run"),
    Column(
        "finding_id",
        "uid",
        "finding (Tracking Unique Identifier); the same in every export with the same key",
    ),
    Column("model", "text", "model package"),
    Column("model_version", "text", "version of the package"),
    Column("model_sha256", "text", "hash of the package"),
    Column("provider", "text", "what the model ran on"),
    Column("seconds", "number, s", "duration of the run"),
    Column(
        "state",
        "text",
        "positive, negative, not_applicable, failed, inconsistent; the last three are never negative",
    ),
    Column("state_reason", "text", "why, for a state that is not plain"),
    Column("state_reason_words", "text", "the same in words"),
    Column("defects", "text", "defect letters of the run, separated by a space"),
    Column("study_score", "number", "score of the whole study; not a probability"),
    Column(
        "measures",
        "text",
        "numbers of the whole run: name=value unit (UCUM), what it stands for in brackets, separated by semicolons",
    ),
    Column("key", "text", "the model's name of the finding"),
    Column("model_label", "text", "the model's word for it"),
    Column("label", "text", "the word that stands: the reader's where there is one"),
    Column("code", "text", "code value of the model's finding"),
    Column("code_scheme", "text", "coding scheme designator"),
    Column("score", "number", "score of the finding; not a probability"),
    Column("threshold", "number", "threshold of that score"),
    Column("site", "text", "anatomic site"),
    Column("side", "text", "left, right, both, or empty"),
    Column("place", "text", "study, point, box or region"),
    Column("space", "text", "patient: x y z are LPS mm; image: mm in the plane"),
    Column("center_x_mm", "number, mm", "centre, x"),
    Column("center_y_mm", "number, mm", "centre, y"),
    Column("center_z_mm", "number, mm", "centre, z"),
    Column("box_min_x_mm", "number, mm", "lower corner, x"),
    Column("box_min_y_mm", "number, mm", "lower corner, y"),
    Column("box_min_z_mm", "number, mm", "lower corner, z"),
    Column("box_max_x_mm", "number, mm", "upper corner, x"),
    Column("box_max_y_mm", "number, mm", "upper corner, y"),
    Column("box_max_z_mm", "number, mm", "upper corner, z"),
    Column("image_uid", "uid", "image nearest to the centre"),
    Column("frame", "number", "frame of that image, from 1"),
    Column("quantities", "text", "name=value unit (UCUM), separated by semicolons"),
    Column("verdict", "text", "unreviewed, accepted, edited, rejected, deferred"),
    Column("assessment", "text", "accepted, modified, rejected; empty where nothing was decided"),
    Column("reason", "text", "reason of a rejection"),
    Column("reader", "text", "who decided; a stand-in unless the export is identified"),
    Column("decided_at", "time", "when; only in an identified export"),
    Column("decided_after_s", "number, s", "from the end of the run to the decision"),
    Column("notice", "text", "always the same words"),
)
