"""Which of several runs on one study is the one to look at."""

from __future__ import annotations

from app.domain.finding import AnalysisResult
from app.domain.volume import Space


def latest_per_package(results: tuple[AnalysisResult, ...]) -> tuple[AnalysisResult, ...]:
    """Of runs of the same package on the same pictures only the last, latest first; every imported object stands.

    Several films may be of one series, such as four mammograms: they are told apart by their pixels. A run that never
    saw pixels gives way to a later one of its series, and takes no other film's result away.
    """
    last: dict[tuple[object, ...], AnalysisResult] = {}
    for result in results:
        imported = result.imported.sop_instance_uid if result.imported else ""
        of_series = (result.package.name, result.series_instance_uids, imported)
        film = result.pixel_sha256 if result.space is Space.IMAGE else ""
        if film:
            last.pop((*of_series, ""), None)
        last[(*of_series, film)] = result
    return tuple(reversed(last.values()))
