"""Call a study read, or take that back: never with findings left over in silence."""

from __future__ import annotations

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Gate, Reading
from app.findings.chain import Entry
from app.findings.order import without_verdict
from app.findings.study_events import StudyMarkedRead, StudyReopened
from app.settings.schema import Settings
from app.state.reading_events import FindingSelected, ReadingReplayed
from app.support.clock import utc_now
from app.workflows.showing import as_shown, note_ai, seen_with, whole_reading

HUNDREDTH = 0.01


def must_judge_above(settings: Settings) -> float:
    """How far above its own threshold a score lies from which a finding must not stay without a verdict."""
    return settings.must_judge_above * HUNDREDTH


def mark_read(ctx: AppContext, *, anyway: bool = False) -> Reading:
    """Enter that the open study is read; returns the reading as this reader sees it.

    Raises OverreadError where the own first look is not committed yet, or where findings that the site wants judged
    have no verdict: then the foremost of them is turned to. With `anyway` the study is closed all the same, and the
    entry names those findings. Nothing is written when it raises.
    """
    uid = ctx.store.state.workspace.open_study_uid
    if not uid:
        raise OverreadError("error.read.no_study")
    try:
        ctx.journal.append_if(lambda entries: _decide(ctx, entries, anyway=anyway), uid)
    except _LeftOverError as error:
        ctx.store.apply(FindingSelected(error.first))
        raise OverreadError(error.key, **error.facts) from error
    return _show(ctx, uid)


def is_read_by(ctx: AppContext) -> bool:
    """Whether this reader has called the open study read, as it stands now."""
    reading = ctx.store.state.reading.reading
    return reading is not None and reading.read_by == ctx.reader != ""


def reopen(ctx: AppContext) -> Reading:
    """Take the open study back among those that are not read. Raises OverreadError where it is not called read."""
    uid = ctx.store.state.workspace.open_study_uid
    if not uid or not whole_reading(ctx, uid).reads:
        raise OverreadError("error.read.not_read")
    ctx.journal.append(StudyReopened(uid, ctx.reader))
    return _show(ctx, uid)


def next_unread(ctx: AppContext) -> str:
    """The study after the open one in the worklist that nobody has called read; '' where none is left."""
    workspace = ctx.store.state.workspace
    uids = list(dict.fromkeys(study.study_instance_uid for study in workspace.listed))
    here = uids.index(workspace.open_study_uid) if workspace.open_study_uid in uids else -1
    circle = (*uids[here + 1 :], *uids[: max(here, 0)])
    return next((uid for uid in circle if not workspace.note(uid).read_by), "")


class _LeftOverError(OverreadError):
    """Findings without a verdict; first is the one to go to."""

    first: str = ""


def _decide(ctx: AppContext, entries: list[Entry], *, anyway: bool) -> StudyMarkedRead:
    from app.findings.replay import replay

    uid = ctx.store.state.workspace.open_study_uid
    seen = seen_with(ctx.settings, replay(entries, uid, ctx.reader))
    if seen.gate is Gate.READ_FIRST:
        raise OverreadError("error.read.commit_first")
    left = without_verdict(seen, must_judge_above(ctx.settings))
    if left and not anyway:
        error = _LeftOverError("error.read.left_over", count=len(left), first=left[0].shown_label)
        error.first = left[0].finding.finding_id
        raise error
    return StudyMarkedRead(
        uid,
        tuple(result.result_id for result in seen.results),
        tuple(judgement.finding.finding_id for judgement in left),
        ctx.reader,
    )


def _show(ctx: AppContext, uid: str) -> Reading:
    whole = whole_reading(ctx, uid)
    seen = as_shown(ctx, whole)
    ctx.store.apply(ReadingReplayed(seen, utc_now()))
    note_ai(ctx, whole)
    return seen
