"""A foreign object as a result: whose it is, who made it, and what its maker does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.domain.errors import GeometryRefusedError, StudyUnreadableError
from app.domain.finding import AnalysisResult, ImportedFrom, PackageRef, RunState
from app.domain.objects import Algorithm, ObjectHead
from app.domain.study import Study
from app.domain.volume import Space
from app.studies.objects.findings.draft import Draft
from app.studies.objects.findings.of_report import with_result
from app.support.i18n import text, text_with

_SHA256 = re.compile(r"sha256\W*([0-9a-f]{64})", re.IGNORECASE)


def check_belongs(head: ObjectHead, study: Study) -> None:
    """Raise StudyUnreadableError unless the object is of this study and this patient; whose it is, is never said."""
    named = {reference.study_instance_uid for reference in head.references}
    if study.study_instance_uid not in {head.study_instance_uid, *named}:
        raise StudyUnreadableError("error.foreign.other_study", file=head.path.name)
    theirs, ours = head.patient, study.patient
    pairs = [
        (theirs.patient_id, ours.patient_id),
        (theirs.birth_date, ours.birth_date),
        (theirs.sex, ours.sex),
    ]
    if not (theirs.patient_id and ours.patient_id):
        pairs.append((_plain(theirs.name), _plain(ours.name)))
    elif theirs.issuer and ours.issuer:
        pairs.append((theirs.issuer, ours.issuer))
    if any(one and other and one != other for one, other in pairs):
        raise StudyUnreadableError("error.foreign.other_patient", file=head.path.name)


def result_of(head: ObjectHead, study: Study, draft: Draft, result_id: str) -> AnalysisResult:
    """The result that goes to the journal. Raises GeometryRefusedError where nothing of it lies on images here."""
    _check_frame(head, study, draft)
    algorithm = draft.algorithm or next(iter(head.maker.algorithms), None) or Algorithm("")
    version = algorithm.version or ("" if algorithm.name else head.maker.software)
    origin = _origin(head, algorithm, version)
    name = algorithm.name or head.maker.model or head.maker.manufacturer or head.class_name
    facts = (
        ("kind", head.class_name),
        ("maker", origin.manufacturer or text("foreign.not_stated")),
        ("model", name),
        ("version", version or text("foreign.not_stated")),
    )
    return AnalysisResult(
        result_id=result_id,
        package=PackageRef(name, version, _sha256(algorithm), head.maker.device_uid),
        state=draft.state,
        state_reason_key="foreign.came_from",
        state_reason_facts=facts,
        study_instance_uid=study.study_instance_uid,
        series_instance_uids=draft.series_instance_uids,
        frame_of_reference_uid=draft.frame_of_reference_uid,
        space=draft.space,
        study_score=None,
        findings=with_result(draft.findings, result_id),
        maps=draft.maps,
        measures=(),
        provider="",
        requested_providers=(),
        stamps=(),
        seconds=0.0,
        pixel_sha256="",
        not_for=(),
        warnings=tuple(_warnings(head, study, draft, origin)),
        imported=origin,
    )


def _origin(head: ObjectHead, algorithm: Algorithm, version: str) -> ImportedFrom:
    stated = {
        "maker": head.maker.manufacturer,
        "algorithm": algorithm.name,
        "version": version,
        "date": head.content_date,
    }
    return ImportedFrom(
        sop_instance_uid=head.sop_instance_uid,
        sop_class_uid=head.sop_class_uid,
        class_name=head.class_name,
        series_instance_uid=head.series_instance_uid,
        manufacturer=head.maker.manufacturer,
        model=head.maker.model,
        software=head.maker.software,
        algorithm=algorithm.name,
        algorithm_version=version,
        content_date=head.content_date,
        verification=head.verification,
        missing=tuple(key for key, value in stated.items() if not value),
    )


def _warnings(head: ObjectHead, study: Study, draft: Draft, origin: ImportedFrom) -> Iterator[str]:
    """Sentences: what is not stated, what was left out, and that nobody signed."""
    if origin.missing:
        words = ", ".join(text(f"foreign.missing.{key}") for key in origin.missing)
        yield text("foreign.missing_sentence", what=words)
    if head.verification == "UNVERIFIED":
        yield text("objects.unverified")
    if not (head.patient.patient_id or head.patient.name) and (
        study.patient.patient_id or study.patient.name
    ):
        yield text("foreign.no_patient")
    if draft.state is RunState.NEGATIVE:
        yield text("foreign.negative_for_what")
    for notice in draft.notices:
        yield text_with(notice.key, dict(notice.facts))


def _check_frame(head: ObjectHead, study: Study, draft: Draft) -> None:
    known = {series.frame_of_reference_uid for series in study.series if series.modality != head.modality}
    is_elsewhere = bool(draft.frame_of_reference_uid) and draft.frame_of_reference_uid not in known
    if draft.space is Space.PATIENT and is_elsewhere:
        raise GeometryRefusedError("error.foreign.other_frame", file=head.path.name)
    if not draft.series_instance_uids and (draft.findings or draft.maps):
        raise GeometryRefusedError("error.foreign.no_images", file=head.path.name)


def _sha256(algorithm: Algorithm) -> str:
    """Of a package of ours, which notes it among the parameters."""
    found = _SHA256.search(algorithm.parameters)
    return found.group(1).lower() if found else ""


def _plain(name: str) -> str:
    """A person name for comparing: no case, no empty components."""
    return "^".join(part.strip() for part in name.upper().split("=")[0].rstrip("^ ").split("^"))
