"""Who found it, on what, when and with what: the drawer below the list of findings (RQ-04, RQ-05)."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.finding import AnalysisResult, Judgement
from app.state.model import AppState
from app.support.i18n import text
from app.support.titles import package_words
from app.ui import words

SHOWN_OF_HASH = 16


def provenance_words(
    state: AppState, series_words: Callable[[str], str], self_test: Callable[[AnalysisResult], str]
) -> str:
    """The selected finding's run in lines of text; '' where nothing is selected.

    series_words: number and description of a series by its uid. self_test: how the package's own test ended here.
    """
    reading = state.reading.reading
    judgement = reading.judgement(state.reading.selected_id) if reading else None
    if reading is None or judgement is None:
        return ""
    if judgement.finding.is_readers:
        return text("ui.provenance.readers", reader=judgement.reader, at=_moment(judgement.at))
    result = next((one for one in reading.results if one.result_id == judgement.finding.result_id), None)
    if result is None:
        return ""
    return "\n".join(_lines(result, judgement, series_words, self_test))


def _lines(
    result: AnalysisResult,
    judgement: Judgement,
    series_words: Callable[[str], str],
    self_test: Callable[[AnalysisResult], str],
) -> list[str]:
    said = [text("ui.run.not_primary")]
    said.append(
        text(
            "ui.provenance.package",
            package=result.package.name,
            version=result.package.version,
            hash=result.package.sha256[:SHOWN_OF_HASH],
        )
    )
    said += [text("ui.provenance.series", series=series_words(uid)) for uid in result.series_instance_uids]
    if result.pixel_sha256:
        said.append(text("ui.provenance.pixels", hash=result.pixel_sha256[:SHOWN_OF_HASH]))
    if result.imported is None:
        said.append(_run(result))
        said.append(self_test(result))
    if result.not_for:
        said.append(text("ui.run.not_for", list="; ".join(map(package_words, result.not_for))))
    if judgement.at:
        said.append(text("ui.provenance.verdict", reader=judgement.reader, at=_moment(judgement.at)))
    return said


def _run(result: AnalysisResult) -> str:
    started = _moment(dict(result.stamps).get("main_start", ""))
    asked = words.device(result.requested_providers[0]) if result.requested_providers else ""
    used = words.device(result.provider)
    device = used if asked in ("", used) else text("ui.provenance.device_other", device=used, asked=asked)
    took = words.seconds(result.seconds)
    if not started:
        return text("ui.provenance.run_undated", seconds=took, device=device)
    return text("ui.provenance.run", at=started, seconds=took, device=device)


def _moment(stamp: str) -> str:
    """An ISO moment as it is read: to the second, without the zone's tail."""
    return stamp[:19].replace("T", " ")
