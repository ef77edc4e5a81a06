"""Which of several runs on one study is the one to look at."""

from __future__ import annotations

from app.domain.finding import AnalysisResult


def latest_per_package(results: tuple[AnalysisResult, ...]) -> tuple[AnalysisResult, ...]:
    """Of runs of the same package on the same series only the last, latest first; every imported object stands."""
    last = {
        (
            result.package.name,
            result.series_instance_uids,
            result.imported.sop_instance_uid if result.imported else "",
        ): result
        for result in results
    }
    return tuple(reversed(last.values()))
