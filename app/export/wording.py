"""The words beside a finding on a picture: its name, score and threshold, and who found it."""

from __future__ import annotations

from app.domain.finding import AnalysisResult, Judgement
from app.export.own import is_own
from app.export.words import file_number, file_package_words, file_text


def caption(judgement: Judgement, result: AnalysisResult) -> str:
    """One line: a score never stands without its threshold, and is never called a probability."""
    finding = judgement.finding
    if is_own(result):
        return file_text("export.caption.own", label=file_package_words(judgement.shown_label))
    if finding.score is None:
        return file_text(
            "export.caption.plain", label=file_package_words(judgement.shown_label), model=model_words(result)
        )
    return file_text(
        "export.caption.scored",
        label=file_package_words(judgement.shown_label),
        score=file_number(finding.score),
        threshold="-" if finding.threshold is None else file_number(finding.threshold),
        model=model_words(result),
    )


def model_words(result: AnalysisResult) -> str:
    """Name and version of a model; who marked it where there is none."""
    if is_own(result):
        return file_text("export.caption.reader")
    return f"{result.package.name} {result.package.version}"
