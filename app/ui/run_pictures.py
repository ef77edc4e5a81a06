"""On which pictures of the open study a model ran: four mammograms look alike on cards that do not say."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.finding import AnalysisResult
from app.domain.study import Instance, Series, Study
from app.studies.breast_views import with_breast_view
from app.support.i18n import text
from app.ui import words


def run_pictures(result: AnalysisResult, study: Study | None) -> str:
    """Side, view and series of a result; '' where the study has nothing else, and where it took several films."""
    if study is None or len(result.series_instance_uids) != 1 or result.imported is not None:
        return ""
    [uid] = result.series_instance_uids
    series = next((one for one in study.series if one.series_instance_uid == uid), None)
    if series is None or sum(len(one.instances) for one in study.series) == 1:
        return ""
    film = _film(result, series)
    side = ""
    if film is not None:
        told = with_breast_view(film) if series.modality == "MG" else film
        side = " ".join(part for part in (told.laterality, told.view_position) if part)
    return ", ".join(part for part in (side, words.series_title(series)) if part)


def films_left(result: AnalysisResult, results: Iterable[AnalysisResult], study: Study | None) -> str:
    """Mammograms of the study that no run of the package has looked at, as one sentence; '' where there are none.

    Of packages that take one film at a time alone: "nothing found" on one says nothing of the others.
    """
    if study is None or result.imported is not None or len(result.series_instance_uids) != 1:
        return ""
    films = {
        one.sop_instance_uid: with_breast_view(one)
        for series in study.series
        if series.modality == "MG"
        for one in series.instances
        if one.frames == 1
    }
    looked_at = {uid for one in results if one.package.name == result.package.name for uid in _named(one)}
    if not _named(result) & set(films):
        return ""
    left = sorted(
        " ".join(part for part in (film.laterality, film.view_position) if part) or "?"
        for uid, film in films.items()
        if uid not in looked_at
    )
    return text("ui.run.films_left", films=", ".join(left)) if left else ""


def _named(result: AnalysisResult) -> set[str]:
    """Images that the maps and findings of a result name."""
    named = {one.sop_instance_uid for one in result.maps if one.sop_instance_uid}
    return named | {
        one.place.frame.sop_instance_uid for one in result.findings if one.place.frame is not None
    }


def _film(result: AnalysisResult, series: Series) -> Instance | None:
    """The one image that a result names, or that there is."""
    named = _named(result)
    found = [one for one in series.instances if one.sop_instance_uid in named] or list(series.instances)
    return found[0] if len(found) == 1 else None
