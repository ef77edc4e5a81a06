"""The message of the city programme: the fields of its bus, and what must not contradict what.

Fields as integrations written for that bus use them (requirements, section 1.5). In an export of verdicts the message
says what the reader let stand: a pathology is there if a finding of the run was accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.domain.finding import AnalysisResult, Judgement, PlaceKind, RunState
from app.domain.volume import Space
from app.export.segments import place_of
from app.export.words import (
    file_number,
    file_package_words,
    file_reason,
    file_text,
    notice_words,
    useful_number,
)

STAMPS = ("pre_start", "pre_end", "main_start", "main_end", "post_start", "post_end")
SIDES = ("left", "right", "both")
_DONE = (RunState.POSITIVE, RunState.NEGATIVE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is sent; pathology_flag and norma are None where the run failed: never a quiet normal."""

    study_uid: str
    series_uid: str
    pathology_flag: bool | None
    confidence: float | None
    most_dangerous: str
    localization: dict[str, float]
    status: str
    seconds: float
    stamps: dict[str, str | None]
    report: str
    conclusion: str
    norma: bool | None
    service: dict[str, str]
    notice: str

    def as_json(self) -> dict[str, Any]:
        """The fields under the names of the bus."""
        return {
            "studyIUID": self.study_uid,
            "seriesIUID": self.series_uid,
            "pathologyFlag": self.pathology_flag,
            "confidenceLevel": self.confidence,
            "most_dangerous_pathology_type": self.most_dangerous,
            "pathology_localization": self.localization,
            "processing_status": self.status,
            "time_of_processing": self.seconds,
            "stamps": self.stamps,
            "report": self.report,
            "conclusion": self.conclusion,
            "norma": self.norma,
            "service": self.service,
            "notice": self.notice,
        }


def message_of(result: AnalysisResult, kept: tuple[Judgement, ...], series_uid: str) -> Message:
    """The message about one run, of the findings that stand."""
    is_done = result.state in _DONE
    flag = bool(kept) if is_done else None
    worst = max(kept, key=lambda one: one.finding.score or 0.0, default=None)
    stamps = dict(result.stamps)
    return Message(
        study_uid=result.study_instance_uid,
        series_uid=series_uid,
        pathology_flag=flag,
        confidence=confidence_of(result),
        most_dangerous=file_package_words(worst.shown_label) if worst else "",
        localization=localization_of(worst) if worst else {},
        status="Success" if is_done else "Failure",
        seconds=round(result.seconds, 3),
        stamps={name: stamps.get(name) for name in STAMPS},
        report=report_words(result, kept),
        conclusion=conclusion_words(result, kept),
        norma=None if flag is None else not flag,
        service={
            "name": result.package.name,
            "version": result.package.version,
            "sha256": result.package.sha256,
            "purpose": file_text("city.purpose"),
        },
        notice=notice_words(),
    )


def confidence_of(result: AnalysisResult) -> float | None:
    """The study's score between 0 and 1; None where there is none, never a guess."""
    score = result.study_score
    return None if score is None or not 0.0 <= score <= 1.0 else float(f"{score:.7g}")


def localization_of(judgement: Judgement) -> dict[str, float]:
    """Corners of the box, LPS mm in the patient or mm in the plane; of a place without a box its centre twice."""
    place = place_of(judgement)
    low, high = place.box_min or place.center, place.box_max or place.center
    if place.kind is PlaceKind.STUDY or low is None or high is None:
        return {}
    axes = "xy" if place.space is Space.IMAGE else "xyz"
    found: dict[str, float] = {}
    for number, axis in enumerate(axes):
        found[f"{axis}_min"], found[f"{axis}_max"] = round(low[number], 3), round(high[number], 3)
    return found


def report_words(result: AnalysisResult, kept: tuple[Judgement, ...]) -> str:
    """What stands, in sentences."""
    lines = [_finding_words(one) for one in kept]
    if result.state not in _DONE:
        reason = file_reason(result.state_reason_key, result.state_reason_facts)
        lines.append(
            file_text("city.failed", state=file_text(f"state.{result.state.value}"), reason=reason).strip()
        )
    return " ".join([*lines, *_not_for(result)])


def _finding_words(judgement: Judgement) -> str:
    """What, on which side, how large; score and threshold together."""
    finding = judgement.finding
    what = [file_package_words(judgement.shown_label)]
    what += [file_text(f"city.side.{finding.side}")] if finding.side in SIDES else []
    what += [
        f"{useful_number(one.value)} {file_text('unit.mm')}"
        for one in judgement.shown_quantities
        if one.key == "diameter" and one.unit.value == "mm"
    ]
    score, threshold = (
        "-" if one is None else file_number(one) for one in (finding.score, finding.threshold)
    )
    return file_text("city.finding", label=", ".join(what), score=score, threshold=threshold)


def _not_for(result: AnalysisResult) -> list[str]:
    what = "; ".join(map(file_package_words, result.not_for))
    return [file_text("city.not_for", what=what)] if what else []


def nothing_found(result: AnalysisResult) -> tuple[str, ...]:
    """What stands below the picture of a run that found nothing: by whom, what that means, and what it does not."""
    lines = [
        file_text("city.negative", name=result.package.name, version=result.package.version),
        file_text("city.conclusion.absent"),
    ]
    return (*lines, *_not_for(result), file_text("city.negative_note"))


def report_more(message: Message, result: AnalysisResult) -> tuple[str, ...]:
    """What the report of the message says besides the findings: purpose, conclusion, warnings, times, the manual."""
    begun, ended = message.stamps.get("pre_start"), message.stamps.get("post_end")
    lines = [message.service["purpose"], message.report, message.conclusion]
    lines += [file_text("city.times", begun=begun, ended=ended)] if begun and ended else []
    lines += [file_text("city.warnings", what="; ".join(result.warnings))] if result.warnings else []
    lines.append(file_text("city.manual", name=result.package.name, version=result.package.version))
    return tuple(line for line in lines if line)


def conclusion_words(result: AnalysisResult, kept: tuple[Judgement, ...]) -> str:
    """One sentence that says what the flag says."""
    if result.state not in _DONE:
        return file_text("city.conclusion.failed")
    return file_text("city.conclusion.present") if kept else file_text("city.conclusion.absent")


def contradictions(message: Message, kept: tuple[Judgement, ...]) -> tuple[str, ...]:
    """What in a message speaks against itself; such a message is not sent (RQ-07)."""
    failed = message.status != "Success"
    wanted = conclusion_key(message.pathology_flag)
    rules = {
        "flag_and_norma": not failed and message.pathology_flag == message.norma,
        "failed_with_flag": failed and (message.pathology_flag is not None or message.norma is not None),
        "flag_and_findings": not failed and message.pathology_flag != bool(kept),
        "flag_and_conclusion": message.conclusion != file_text(wanted),
        "place_without_pathology": bool(message.localization) and not message.pathology_flag,
        "type_without_pathology": bool(message.most_dangerous) and not message.pathology_flag,
        "no_study": not message.study_uid or not message.series_uid,
    }
    return tuple(name for name, is_broken in rules.items() if is_broken)


def conclusion_key(flag: bool | None) -> str:
    """The text that belongs to a flag."""
    return {True: "city.conclusion.present", False: "city.conclusion.absent", None: "city.conclusion.failed"}[
        flag
    ]
