"""Trainees: lists of flagged cases, what a finished case is worth, figures and who may see them (RQ-55 to 57)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.analysis.froc import Froc, Marks, froc
from app.analysis.statistics import Auc, Rate, auc, rate
from app.domain.errors import TrainingError
from app.domain.finding import Reading
from app.domain.readers import PRACTICE_MARK, Role, is_practice, plain_name, role_named, signed
from app.domain.teaching import Case, Feedback, TeachingList
from app.findings.events import event_of
from app.findings.journal import Journal
from app.findings.matching import GetMask, no_mask
from app.findings.replay import replay
from app.findings.study_events import RoleGiven
from app.findings.teaching import KEY_OBJECTS, blind_marks, case_of, draw, feedback, reasons_of
from app.findings.teaching_events import CaseListed, TeachingListMade
from app.settings.schema import Settings
from app.workflows.compare import masks_from
from app.workflows.compare_readers import readings_by_reader

LEAST_GROUP = 5  # trainees behind a figure of a group (RQ-57; ours)


@dataclass(frozen=True, slots=True)
class Answered:
    """A case that a trainee has finished: committed blind, then called read."""

    case: Case
    feedback: Feedback
    reading: Reading


@dataclass(frozen=True, slots=True)
class Figures:
    """What a trainee's finished cases add up to. Rates are refused under 20 cases; the counts stand all the same.

    roc: (false alarm share, hit share) of the cases by the highest confidence of the first look, from (0, 0) to (1, 1).
    resistance: of the cases in which the AI was wrong, the share that the trainee answered right all the same.
    """

    cases: int
    wrong_ai: int
    right_blind: int
    right_final: int
    resistance: Rate
    auc: Auc
    roc: tuple[tuple[float, float], ...]
    froc: Froc


def flagged(journal: Journal, taught: Iterable[str] = (), get_mask: GetMask = no_mask) -> tuple[Case, ...]:
    """Every finished study that teaches something. taught: uids of studies with a key object selection for teaching."""
    wanted = set(taught)
    found = []
    for uid, entries in journal.by_study().items():
        reading = replay(entries, uid)
        reasons = reasons_of(reading, tuple(readings_by_reader(entries, uid).values()), get_mask)
        case = case_of(reading, (*reasons, *((KEY_OBJECTS,) if uid in wanted else ())), get_mask)
        if case is not None:
            found.append(case)
    return tuple(found)


def make_list(
    journal: Journal, settings: Settings, title: str, size: int, seed: int, cases: Sequence[Case]
) -> TeachingList:
    """Draw a list and enter it in the journal; only a tutor may. Raises TrainingError, JournalError.

    Cases without a reason are drawn too: a list of odd cases alone would tell the trainee that there is something.
    """
    check_tutor(journal, settings)
    try:
        drawn = draw(cases, size, seed)
    except ValueError as error:
        wrong = sum(one.ai_wrong for one in cases)
        raise TrainingError("error.training.few_cases", size=size, cases=len(cases), wrong=wrong) from error
    list_id, who = uuid.uuid4().hex[:8], settings.reader_name
    uids = tuple(one.study_instance_uid for one in drawn)
    listed = [
        CaseListed(one.study_instance_uid, list_id, one.reasons, one.reference, one.ai_wrong, who)
        for one in drawn
    ]
    journal.append_many([*listed, TeachingListMade(list_id, title, seed, uids, who)])
    return TeachingList(list_id, title, seed, drawn, who)


def lists_of(journal: Journal) -> tuple[TeachingList, ...]:
    """All lists, in the order of making."""
    cases: dict[tuple[str, str], Case] = {}
    found = []
    for entry in journal.entries_of(CaseListed.__name__, TeachingListMade.__name__):
        event = event_of(entry.event_type, entry.payload)
        if isinstance(event, CaseListed):
            key = (event.list_id, event.study_instance_uid)
            cases[key] = Case(event.study_instance_uid, event.reasons, event.reference, event.ai_wrong)
        elif isinstance(event, TeachingListMade):
            held = tuple(cases[event.list_id, uid] for uid in event.cases if (event.list_id, uid) in cases)
            found.append(TeachingList(event.list_id, event.title, event.seed, held, event.reader, entry.at))
    return tuple(found)


def answers(
    journal: Journal, trainee: str, cases: Iterable[Case], results: Path | None = None
) -> tuple[Answered, ...]:
    """The cases that a trainee has finished, with feedback. trainee: the plain name."""
    reader = signed(plain_name(trainee), Role.TRAINEE)
    found = []
    for case in cases:
        reading = replay(journal.entries(case.study_instance_uid), case.study_instance_uid, reader)
        if reading.reads and any(one.reader == reader for one in reading.commits):
            get_mask = masks_from(results, [reading]) if results else no_mask
            found.append(Answered(case, feedback(case, reading, reader, get_mask), reading))
    return tuple(found)


def figures(answered: Sequence[Answered], trainee: str) -> Figures:
    """Personal ROC, FROC and resistance of the first looks and the final answers."""
    reader = signed(plain_name(trainee), Role.TRAINEE)
    looks = [(one.case, blind_marks(one.case, one.reading, reader)) for one in answered]
    highest = [(case.is_positive, max((sure for sure, _ in marks), default=0.0)) for case, marks in looks]
    wrong = [one for one in answered if one.case.ai_wrong]
    return Figures(
        cases=len(answered),
        wrong_ai=len(wrong),
        right_blind=sum(one.feedback.was_right_blind for one in answered),
        right_final=sum(one.feedback.is_right for one in answered),
        resistance=rate(sum(one.feedback.is_right for one in wrong), len(wrong)),
        auc=auc([sure for sick, sure in highest if sick], [sure for sick, sure in highest if not sick]),
        roc=roc_points(highest),
        froc=froc([Marks(len(case.reference), marks) for case, marks in looks]),
    )


def roc_points(scored: Sequence[tuple[bool, float]]) -> tuple[tuple[float, float], ...]:
    """The ROC curve of (is positive, score); empty where a class is missing. Equal scores fall together."""
    sick, well = sum(one for one, _ in scored), sum(not one for one, _ in scored)
    if not sick or not well:
        return ()
    points = [(0.0, 0.0)]
    for threshold in sorted({score for _, score in scored}, reverse=True):
        hits = sum(one and score >= threshold for one, score in scored)
        alarms = sum(not one and score >= threshold for one, score in scored)
        points.append((alarms / well, hits / sick))
    return tuple(points)


def trainees(journal: Journal) -> tuple[str, ...]:
    """Plain names of everybody who has practised, in order of first entry."""
    readers = dict.fromkeys(entry.reader for entry in journal.entries() if is_practice(entry.reader))
    return tuple(plain_name(one) for one in readers)


def personal(journal: Journal, settings: Settings, trainee: str, results: Path | None = None) -> Figures:
    """A trainee's figures over all lists, for the trainee and for tutors only. Raises TrainingError."""
    check_may_see(journal, settings, trainee)
    return figures(answers(journal, trainee, _all_cases(journal), results), trainee)


def group(journal: Journal, settings: Settings, results: Path | None = None) -> dict[str, float | int]:
    """Figures of all trainees together, never of fewer than five; for tutors and QA staff. Raises TrainingError."""
    if role_named(settings.role) not in (Role.TUTOR, Role.QA):
        raise TrainingError("error.training.group_role")
    cases = _all_cases(journal)
    each = [
        figures(done, one) for one in trainees(journal) if (done := answers(journal, one, cases, results))
    ]
    if len(each) < LEAST_GROUP:
        raise TrainingError("error.training.small_group", least=LEAST_GROUP, trainees=len(each))
    total, wrong = sum(one.cases for one in each), sum(one.wrong_ai for one in each)
    return {
        "trainees": len(each),
        "cases": total,
        "right_blind": sum(one.right_blind for one in each) / total,
        "right_final": sum(one.right_final for one in each) / total,
        "wrong_ai": wrong,
        "resistance": sum(one.resistance.successes for one in each) / wrong if wrong else 0.0,
    }


def check_may_see(journal: Journal, settings: Settings, trainee: str) -> None:
    """Raise TrainingError unless it is the trainee who asks, or a tutor (RQ-57)."""
    role = role_named(settings.role)
    if role is Role.TRAINEE and plain_name(settings.reader_name) == plain_name(trainee):
        return
    if role is Role.TUTOR:
        check_tutor(journal, settings)
        return
    raise TrainingError("error.training.private")


def check_tutor(journal: Journal, settings: Settings) -> None:
    """Raise TrainingError unless who asks is a tutor: by the settings, and by the journal once it names any."""
    named = tutors(journal)
    if role_named(settings.role) is not Role.TUTOR or (named and settings.reader_name not in named):
        raise TrainingError("error.training.tutor_only")


def tutors(journal: Journal) -> frozenset[str]:
    """Readers whom the journal names as tutors."""
    standing: dict[str, str] = {}
    for entry in journal.entries_of(RoleGiven.__name__):
        event = event_of(entry.event_type, entry.payload)
        if isinstance(event, RoleGiven):
            standing[event.name] = event.role
    return frozenset(name for name, role in standing.items() if role == Role.TUTOR.value)


def name_role(journal: Journal, settings: Settings, name: str, role: Role) -> None:
    """Give a reader a role in the journal; only a tutor may. Raises TrainingError for a name that marks practice."""
    check_tutor(journal, settings)
    if not name.strip() or name.endswith(PRACTICE_MARK):
        raise TrainingError("error.training.no_name", name=name)
    journal.append(RoleGiven(name.strip(), role.value, settings.reader_name))


def _all_cases(journal: Journal) -> tuple[Case, ...]:
    """Each study once, as the first list that holds it has it: what came later may have been learnt from the first."""
    found: dict[str, Case] = {}
    for listed in lists_of(journal):
        for case in listed.cases:
            found.setdefault(case.study_instance_uid, case)
    return tuple(found.values())
