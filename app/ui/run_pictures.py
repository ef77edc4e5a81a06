"""On which pictures of the open study a model ran: four mammograms look alike on cards that do not say."""

from __future__ import annotations

from app.domain.finding import AnalysisResult
from app.domain.study import Instance, Series, Study
from app.studies.breast_views import with_breast_view
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


def _film(result: AnalysisResult, series: Series) -> Instance | None:
    """The one image that a result names, or that there is."""
    named = {one.sop_instance_uid for one in result.maps if one.sop_instance_uid}
    named |= {one.place.frame.sop_instance_uid for one in result.findings if one.place.frame is not None}
    found = [one for one in series.instances if one.sop_instance_uid in named] or list(series.instances)
    return found[0] if len(found) == 1 else None
