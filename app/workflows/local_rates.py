"""How often a model was wrong here, measured on studies that readers have finished (RQ-13, RQ-16).

A study counts for a model once somebody has called it read, its latest run ended positive or negative, and every
finding above threshold has a verdict other than "later". Right positive: one of them was accepted, as it was or
edited. Wrong negative: a reader marked something under one of the model's own words. Studies that nobody opened are
left out and counted apart, else the figures would flatter (verification bias).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.analysis.statistics import Interval, Rate, rate
from app.domain.finding import AnalysisResult, Judgement, Reading, RunState, Verdict
from app.findings.latest import latest_per_package
from app.findings.order import margin

LEAST_STUDIES = 400  # RQ-13
LEAST_CLASS = 0.10  # each class's least share: RQ-13
OVERRIDE_LEAST = 50  # decisions from which a kind of finding is judged: RQ-16 (ours)
OVERRIDE_SHARE = 0.80  # share of rejections from which it is listed: RQ-16 (ours)
Package = tuple[str, str]  # name and version: a new version begins at nothing

_ACCEPTED = (Verdict.ACCEPTED, Verdict.EDITED)
_DECIDED = (*_ACCEPTED, Verdict.REJECTED)


@dataclass(slots=True)
class Counts:
    """Studies by what the model said and what the readers found."""

    right_positive: int = 0
    wrong_positive: int = 0
    right_negative: int = 0
    wrong_negative: int = 0
    not_read: int = 0
    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)  # key -> decided, rejected

    @property
    def n(self) -> int:
        """Studies that count."""
        return self.right_positive + self.wrong_positive + self.right_negative + self.wrong_negative

    @property
    def is_enough(self) -> bool:
        """Whether rates may stand beside a score."""
        with_disease = self.right_positive + self.wrong_negative
        rarer = min(with_disease, self.n - with_disease)
        return self.n >= LEAST_STUDIES and rarer >= LEAST_CLASS * self.n

    def false_discovery(self) -> Rate:
        """Of the model's positives, the share that was wrong."""
        return rate(self.wrong_positive, self.right_positive + self.wrong_positive)

    def false_omission(self) -> Rate:
        """Of the model's negatives, the share in which a reader found something."""
        return rate(self.wrong_negative, self.right_negative + self.wrong_negative)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A kind of finding that readers reject nearly always: its threshold is to be looked at."""

    package: str
    version: str
    key: str
    decided: int
    rejected: int
    share: float
    ci95: Interval | None


def local_counts(readings: Iterable[Reading]) -> dict[Package, Counts]:
    """Counts of each package and version over these readings."""
    found: dict[Package, Counts] = {}
    for reading in readings:
        for result in latest_per_package(reading.results):
            if result.imported is None and result.state in (RunState.POSITIVE, RunState.NEGATIVE):
                package = (result.package.name, result.package.version)
                _count(found.setdefault(package, Counts()), reading, result)
    return found


def overridden(counts: dict[Package, Counts]) -> tuple[Overridden, ...]:
    """Kinds that were rejected in more than 80 % of at least 50 decisions, most often rejected first."""
    listed = []
    for (package, version), one in counts.items():
        for key, (decided, rejected) in one.by_kind.items():
            if decided >= OVERRIDE_LEAST and rejected > OVERRIDE_SHARE * decided:
                share = rate(rejected, decided)
                listed.append(
                    Overridden(package, version, key, decided, rejected, rejected / decided, share.ci95)
                )
    return tuple(sorted(listed, key=lambda one: -one.share))


def _count(counts: Counts, reading: Reading, result: AnalysisResult) -> None:
    mine = [j for j in reading.judgements if j.finding.result_id == result.result_id]
    for judgement in mine:
        if judgement.verdict in _DECIDED:
            decided, rejected = counts.by_kind.get(judgement.finding.key, (0, 0))
            is_rejected = judgement.verdict is Verdict.REJECTED
            counts.by_kind[judgement.finding.key] = (decided + 1, rejected + is_rejected)
    if not reading.reads:
        counts.not_read += 1
        return
    if result.state is RunState.NEGATIVE:
        if _is_missed(reading, mine, result):
            counts.wrong_negative += 1
        else:
            counts.right_negative += 1
        return
    claimed = [j for j in mine if (margin(j.finding) or 0.0) >= 0]
    if not claimed or any(j.verdict not in _DECIDED for j in claimed):
        return
    if any(j.verdict in _ACCEPTED for j in claimed):
        counts.right_positive += 1
    else:
        counts.wrong_positive += 1


def _is_missed(reading: Reading, mine: list[Judgement], result: AnalysisResult) -> bool:
    """Whether a reader saw what the model is for: an own mark by its words, or a finding below threshold accepted."""
    if any(judgement.verdict in _ACCEPTED for judgement in mine):
        return True
    words = {f.label.casefold() for f in result.findings} | {f.key.casefold() for f in result.findings}
    words |= {result.package.name.casefold()}
    return any(
        any(one.finding.label.casefold() in word or word in one.finding.label.casefold() for word in words)
        for one in reading.marked
        if one.finding.label
    )
