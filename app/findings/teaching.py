"""Which studies teach something, how cases are drawn, and what a trainee's answers are worth.

Hits are judged as everywhere: by overlap, or by distance where there is none (see `app.findings.matching`). A second
mark on a lesion that is hit already is neither a hit nor false.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence

from app.domain.comparison import Comparison, ResultSet, SetKind, SetMark
from app.domain.finding import Finding, Reading, Verdict
from app.domain.teaching import Case, Feedback, FeedbackRow, RowKind
from app.findings.latest import latest_per_package
from app.findings.matching import GetMask, compare, may_match, no_mask
from app.findings.order import margin
from app.findings.reveal import commit_of
from app.findings.set_marks import mark_of, mark_of_reader

LEAST_WRONG = 0.2  # share of cases in which the AI is wrong, mixed in on purpose (RQ-56; ours)
STANDING = (Verdict.ACCEPTED, Verdict.EDITED)
REJECTED, MISSED, DIFFER, KEY_OBJECTS = "rejected", "missed", "differ", "key_objects"


def claims(reading: Reading) -> tuple[SetMark, ...]:
    """What the latest runs claim: findings with a place, at or above their threshold."""
    return tuple(
        mark_of(reading, finding)
        for result in latest_per_package(reading.results)
        for finding in result.findings
        if finding.place.center is not None and (margin(finding) or 0.0) >= 0
    )


def standing(reading: Reading) -> tuple[SetMark, ...]:
    """What stands of a reading: accepted, edited, and marked by readers."""
    return tuple(
        mark_of(reading, one.finding, one)
        for one in reading.judgements
        if one.verdict in STANDING and (one.place or one.finding.place).center is not None
    )


def case_of(reading: Reading, reasons: Iterable[str] = (), get_mask: GetMask = no_mask) -> Case | None:
    """The case that a study makes; None where no reader has called it read, so that nobody knows what is true."""
    if not reading.reads:
        return None
    reference = standing(reading)
    told = _hold(reading, reference, claims(reading), get_mask)
    is_wrong = bool(told.missed or _false(told, get_mask))
    return Case(reading.study_instance_uid, tuple(reasons), reference, is_wrong)


def reasons_of(
    reading: Reading, by_reader: Sequence[Reading] = (), get_mask: GetMask = no_mask
) -> tuple[str, ...]:
    """Why a study is worth a trainee's time: a rejected finding, one the AI missed, readers who do not agree."""
    found = []
    if any(one.verdict is Verdict.REJECTED for one in reading.judgements):
        found.append(REJECTED)
    told = _hold(reading, standing(reading), claims(reading), get_mask)
    if told.missed:
        found.append(MISSED)
    verdicts: dict[str, set[bool]] = {}
    for one in by_reader:
        for judgement in one.judgements:
            if not judgement.finding.is_readers and judgement.verdict in (*STANDING, Verdict.REJECTED):
                verdicts.setdefault(judgement.finding.finding_id, set()).add(judgement.verdict in STANDING)
    if any(len(said) > 1 for said in verdicts.values()):
        found.append(DIFFER)
    return tuple(found)


def draw(cases: Sequence[Case], size: int, seed: int, least_wrong: float = LEAST_WRONG) -> tuple[Case, ...]:
    """So many cases by chance, at least a fifth of them with a wrong AI, mixed. Raises ValueError without enough."""
    wrong = sorted((one for one in cases if one.ai_wrong), key=_uid)
    right = sorted((one for one in cases if not one.ai_wrong), key=_uid)
    needed = math.ceil(least_wrong * size - 1e-9)
    if size < 1 or len(cases) < size or len(wrong) < needed:
        raise ValueError(
            f"{size} cases with {needed} wrong ones cannot be drawn of {len(cases)} with {len(wrong)}"
        )
    chance = random.Random(seed)
    taken = chance.sample(wrong, needed)
    rest = sorted((one for one in (*wrong, *right) if one not in taken), key=_uid)
    taken += chance.sample(rest, size - needed)
    chance.shuffle(taken)
    return tuple(taken)


def feedback(case: Case, reading: Reading, reader: str, get_mask: GetMask = no_mask) -> Feedback:
    """A trainee's answers held against the reference. reading: the trainee's own practice."""
    commit = commit_of(reading, reader)
    first = tuple(mark_of_reader(one) for one in commit.marked) if commit else ()
    sets = {
        "blind": _hold(reading, case.reference, first, get_mask),
        "final": _hold(reading, case.reference, standing(reading), get_mask),
        "ai": _hold(reading, case.reference, claims(reading), get_mask),
    }
    hit = {name: {one.left.finding_id for one in told.matched if one.left} for name, told in sets.items()}
    rows = [
        FeedbackRow(
            RowKind.REFERENCE, mark.finding_id, mark.label, *(mark.finding_id in hit[n] for n in sets)
        )
        for mark in case.reference
    ]
    false = {name: {mark.finding_id: mark for mark in _false(told, get_mask)} for name, told in sets.items()}
    for finding_id, mark in {**false["blind"], **false["final"], **false["ai"]}.items():
        is_ais = finding_id in false["ai"]
        kind = RowKind.AI_FALSE if is_ais else RowKind.FALSE_MARK
        rows.append(
            FeedbackRow(
                kind,
                finding_id,
                mark.label,
                finding_id in false["blind"],
                finding_id in false["final"],
                is_ais,
            )
        )
    return Feedback(case, tuple(rows))


def blind_marks(
    case: Case, reading: Reading, reader: str, get_mask: GetMask = no_mask
) -> tuple[tuple[float, int | None], ...]:
    """(confidence, number of the lesion that it hits or None) of each mark of the first look; 1 where none was said."""
    commit = commit_of(reading, reader)
    found: list[tuple[float, int | None]] = []
    for one in commit.marked if commit else ():
        mark = mark_of_reader(one)
        near = [n for n, lesion in enumerate(case.reference) if may_match(lesion, mark, get_mask)]
        found.append((confidence(one.finding), near[0] if near else None))
    return tuple(found)


def confidence(finding: Finding) -> float:
    """How sure the reader was of an own mark, 0 to 1; who says nothing is sure."""
    return 1.0 if finding.score is None else finding.score


def _hold(
    reading: Reading, reference: tuple[SetMark, ...], marks: tuple[SetMark, ...], get_mask: GetMask
) -> Comparison:
    uid = reading.study_instance_uid
    left = ResultSet("reference", SetKind.READER, "", uid, reference)
    return compare(left, ResultSet("answer", SetKind.READER, "", uid, marks), get_mask)


def _false(told: Comparison, get_mask: GetMask) -> list[SetMark]:
    """Marks of the right set that are on no lesion at all."""
    lesions = told.left.marks
    return [
        one.right
        for one in told.extra
        if one.right and not any(may_match(lesion, one.right, get_mask) for lesion in lesions)
    ]


def _uid(case: Case) -> str:
    return case.study_instance_uid
