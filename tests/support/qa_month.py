"""A made-up month of a department: what every model said, what every reader did, and the truth behind it.

The plain rows are made first and the journal from them, so that a test can count the rows with other libraries and
compare. Nothing here uses the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.domain.finding import AnalysisResult, PackageRef, RejectReason, RunState, Verdict
from app.findings.events import Event, Exposed, FindingMarked, ReadingCommitted, ResultArrived, VerdictGiven
from app.findings.journal import Journal
from app.quality.records import Origin
from tests.support.findings import FRAME_OF_REFERENCE, SERIES, nodule, result_of

MODELS = (("north-nodules", "1.0.0"), ("north-nodules", "2.0.0"), ("south-pneumonia", "3.1.0"))
READERS = ("anna", "boris", "clara")
SITES = ("first hospital", "second hospital")
SCANNERS = ("Aiko One", "Bora Two", "Ciel Three")
REASONS = tuple(RejectReason)
KEPT = ("accepted", "edited")


@dataclass(frozen=True, slots=True)
class Word:
    """One reader's word on one finding of one study."""

    study: str
    finding: str
    key: str
    model: int
    site: str
    scanner: str
    reader: str
    verdict: str
    reason: str
    seconds: float | None
    stands: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One model run, and what its readers made of the study."""

    study: str
    model: int
    site: str
    scanner: str
    state: str
    score: float
    at: datetime
    reader_says: bool | None
    place: bool
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """All of it; script: the events of the journal with their moments."""

    words: tuple[Word, ...]
    runs: tuple[Run, ...]
    script: tuple[tuple[datetime, Event], ...]
    origins: dict[str, Origin]

    def journal(self, file: Path) -> Journal:
        """The journal that this month would have left."""
        times = iter(at.isoformat(timespec="microseconds") for at, _ in self.script)
        journal = Journal(file, clock=lambda: next(times))
        journal.append_many([event for _, event in self.script])
        return journal


@dataclass(slots=True)
class _Maker:
    draws: np.random.Generator
    words: list[Word]
    runs: list[Run]
    script: list[tuple[datetime, Event]]

    def at(self, moment: datetime, event: Event) -> None:
        self.script.append((moment, event))


def make_month(studies: int = 1800, seed: int = 4) -> Month:
    """About 2,000 decisions of three readers on three model versions; the same seed makes the same month."""
    maker = _Maker(np.random.default_rng(seed), [], [], [])
    start = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
    origins = {}
    for number in range(studies):
        study = f"1.2.826.0.1.3680043.8.498.5{number:06d}"
        site, scanner = SITES[number % 2], SCANNERS[int(maker.draws.integers(3))]
        origins[study] = Origin(site=site, maker=scanner.split()[0], scanner=scanner, modality="CT")
        _study(maker, number, study, (site, scanner), start + timedelta(minutes=32 * number))
    return Month(tuple(maker.words), tuple(maker.runs), tuple(maker.script), origins)


def _study(maker: _Maker, number: int, study: str, origin: tuple[str, str], at: datetime) -> None:
    draws = maker.draws
    model, is_sick = number % 3, bool(draws.random() < 0.35)
    failed = draws.random() < 0.02
    score = float(np.clip(draws.normal(0.62 if is_sick else 0.38, 0.15), 0.01, 0.99))
    state = "failed" if failed else "positive" if score > 0.5 else "negative"
    result = _result(model, number, study, state, score, int(draws.integers(1, 4)))
    maker.at(at, ResultArrived(result))
    fate = draws.random()
    opened = fate > 0.08  # some studies nobody opens
    reader = READERS[int(draws.integers(3))]
    says: bool | None = None
    place, who = False, tuple[str, ...]()
    if opened:
        who = (reader,)
        maker.at(at + timedelta(minutes=1), Exposed(study, "presence", (result.result_id,), "shown", reader))
        if state == "positive":
            says, place, who = _judge(maker, result, model, origin, (study, reader, is_sick), at)
        elif state == "negative":
            maker.at(at + timedelta(minutes=2), ReadingCommitted(study, reader))
            says = False
            if is_sick and draws.random() < 0.7:
                mark = FindingMarked(study, nodule(9, result=""), SERIES, FRAME_OF_REFERENCE, reader)
                maker.at(at + timedelta(minutes=3), _own(mark, number))
                says = True
    maker.runs.append(Run(study, model, *origin, state, score, at, says, place, who))


def _own(mark: FindingMarked, number: int) -> FindingMarked:
    from dataclasses import replace

    return replace(mark, finding=replace(mark.finding, finding_id=f"2.25.70{number}"))


def _result(model: int, number: int, study: str, state: str, score: float, count: int) -> AnalysisResult:
    name, version = MODELS[model]
    key = ("nodule", "nodule", "pneumonia")[model]
    found = []
    for place in range(count if state == "positive" else 0):
        from dataclasses import replace

        kind = "artefact_prone" if place == 2 else key
        label = f"{kind} CT-{(number + place) % 5}" if model == 2 else kind
        found.append(replace(nodule(1), finding_id=f"2.25.4{number:06d}{place}", key=kind, label=label))
    return result_of(
        *found,
        result=f"2.25.3{number:06d}",
        study=study,
        package=PackageRef(name, version, f"{model}" * 64, f"2.25.9{model}"),
        state=RunState(state),
        study_score=score,
    )


def _judge(
    maker: _Maker,
    result: AnalysisResult,
    model: int,
    origin: tuple[str, str],
    who: tuple[str, str, bool],
    at: datetime,
) -> tuple[bool | None, bool, tuple[str, ...]]:
    """One to three readers go through the findings; a later reader's word stands."""
    study, reader, is_sick = who
    draws = maker.draws
    others = [name for name in READERS if name != reader]
    readers = [reader, *others[: int(draws.choice([0, 1, 2], p=[0.6, 0.2, 0.2]))]]
    final: dict[str, str] = {}
    for turn, name in enumerate(readers):
        moment = at + timedelta(minutes=1 + 20 * turn)
        if turn:
            maker.at(moment, Exposed(study, "categorical", (result.result_id,), "shown", name))
        for finding in result.findings:
            seconds = float(np.round(draws.lognormal(2.2, 0.6), 3))
            away = draws.random() < 0.02
            moment += timedelta(seconds=seconds + (700 if away else 0))
            verdict, reason = _verdict(draws, finding.key, is_sick=is_sick)
            label = f"{finding.label[:-1]}3" if verdict == "edited" else ""
            code = None if not reason else RejectReason(reason)
            event = VerdictGiven(study, finding.finding_id, Verdict(verdict), code, label, None, name)
            maker.at(moment, event)
            final[finding.finding_id] = verdict
            maker.words.append(
                Word(study, finding.finding_id, finding.key, model, *origin, name, verdict, reason,
                     None if away else seconds, turn == len(readers) - 1)
            )  # fmt: skip
    place = any(verdict in KEPT for verdict in final.values())
    return place, place, (readers[-1],)  # whose word stands


def _verdict(draws: np.random.Generator, key: str, *, is_sick: bool) -> tuple[str, str]:
    kept = 0.05 if key == "artefact_prone" else 0.9 if is_sick else 0.25
    if draws.random() < kept:
        return ("edited" if draws.random() < 0.15 else "accepted"), ""
    return "rejected", REASONS[int(draws.integers(len(REASONS)))].value


Pick = Callable[[Word], str]
