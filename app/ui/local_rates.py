"""The locally measured error rates that stand beside a score, counted on a thread when a study is opened."""

from __future__ import annotations

from collections.abc import Callable

from app.analysis.statistics import Rate
from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Finding, Reading
from app.domain.volume import CancelToken, Progress
from app.findings.order import margin
from app.jobs.job import Priority
from app.support.i18n import text
from app.workflows.local_rates import Counts, Package, local_counts

KIND = "rates"


class LocalRates:
    """Counted anew for each study that is opened; until then nothing is said."""

    def __init__(self, ctx: AppContext, counted: Callable[[], None]) -> None:
        self._ctx = ctx
        self._counted = counted
        self._counts: dict[Package, Counts] | None = None
        self._begun = False

    def words(self, finding: Finding) -> str:
        """Above threshold how often such a result was wrong here, below it how often something was missed."""
        reading = self._ctx.store.state.reading.reading
        result = (
            next((one for one in reading.results if one.result_id == finding.result_id), None)
            if reading
            else None
        )
        over = margin(finding)
        if result is None or over is None:
            return ""
        if self._counts is None:
            self._begin()
            return ""
        counts = self._counts.get((result.package.name, result.package.version))
        return rate_words(counts, is_positive=over >= 0)

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        journal = self._ctx.journal

        def count(_request: None, _progress: Progress, cancel: CancelToken) -> dict[Package, Counts]:
            from app.findings.replay import replay

            readings: list[Reading] = []
            for uid, entries in journal.by_study().items():
                cancel.check()
                try:
                    readings.append(replay(entries, uid))
                except OverreadError:
                    continue  # a study that cannot be understood counts nowhere; opening it says why
            return local_counts(readings)

        def done(counts: dict[Package, Counts]) -> None:
            self._counts = counts
            self._counted()

        self._ctx.jobs.submit(count, None, Priority.BACKGROUND, done, lambda _error: None, kind=KIND)


def rate_words(counts: Counts | None, *, is_positive: bool) -> str:
    """The rate with its interval where there are cases enough, else that it is not measured here (RQ-13)."""
    if counts is None or not counts.is_enough:
        return text("ui.local.none")
    found: Rate = counts.false_discovery() if is_positive else counts.false_omission()
    if found.value is None or found.ci95 is None:
        return text("ui.local.none")
    low, high = (f"{100 * end:.0f}" for end in found.ci95)
    share = f"{100 * found.value:.0f}"
    if is_positive:
        return text("ui.local.false_alarms", share=share, low=low, high=high, n=found.n)
    return text("ui.local.misses", share=share, low=low, high=high, n=found.n)
