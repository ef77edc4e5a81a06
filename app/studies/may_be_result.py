"""Which series of a study may be the result of a program: what is no acquired picture, told by SOP class alone."""

from __future__ import annotations

from dataclasses import replace

from app.domain.study import Series, Study
from app.studies.display_sets import LAID_OVER

SECONDARY_CAPTURE = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.7",
        "1.2.840.10008.5.1.4.1.1.7.1",
        "1.2.840.10008.5.1.4.1.1.7.2",
        "1.2.840.10008.5.1.4.1.1.7.3",
        "1.2.840.10008.5.1.4.1.1.7.4",
    }
)
"""Secondary Capture and its multi-frame kinds (PS3.4 B.5): services burn their contours into such pictures."""


def may_be_result(study: Study, series: Series) -> bool:
    """Whether a series of pictures may show what a program found: masks, maps, and captures beside acquired images.

    A study of captures alone (scanned film, a camera) is what was acquired.
    """
    if _is_capture(series):
        return any(
            not _is_capture(one) and not _is_laid_over(one) and _is_picture(one) for one in study.series
        )
    return _is_laid_over(series)


def _classes(series: Series) -> set[str]:
    return {one.sop_class_uid for one in series.instances}


def without_results(study: Study) -> Study:
    """The study as if no program had ever sent anything into it; the same object where there is nothing to leave out.

    What is no picture at all (reports, presentation states, key objects) is left out with the rest. A study that
    would be empty stays as it is: then nothing was acquired, and its objects are all that it is.
    """
    kept = tuple(one for one in study.series if _is_picture(one) and not may_be_result(study, one))
    if not kept or len(kept) == len(study.series):
        return study
    return replace(study, series=kept)


def _is_capture(series: Series) -> bool:
    return bool(_classes(series) & SECONDARY_CAPTURE)


def _is_laid_over(series: Series) -> bool:
    return bool(_classes(series) & LAID_OVER)


def _is_picture(series: Series) -> bool:
    return any(one.rows and one.columns for one in series.instances)
