"""The only way by which a reading reaches the screen: as this reader may see it now.

Every workflow that tells the state about a reading takes it from here, so the state never holds what is withheld.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Gate, Reading, RunState
from app.domain.outcome import MEASURED, outcome_of
from app.domain.readers import role_named, signed
from app.domain.study import Study
from app.findings.order import priority_of
from app.findings.policy import DisplayPolicy, Policies, policies_for
from app.findings.visibility import shown_to
from app.settings.schema import Settings
from app.state.events import AiNoted
from app.state.model import AiNote, AppState
from app.state.reading_events import ReadingReplayed
from app.studies.may_be_result import without_results
from app.support.i18n import text

if TYPE_CHECKING:
    from app.studies.source_types import StudyHit

SAID_OF_WITHHELD = (RunState.FAILED, RunState.NOT_APPLICABLE)
"""States of a run that say nothing of the patient: they are told at once, for silence would look like health."""


RESULT_MODALITIES = frozenset({"SEG", "SR", "PR", "KO", "RTSTRUCT", "OT", "DOC"})
"""Modalities (PS3.3 C.7.3.1.1.1) of objects that programs send beside acquired images."""


def policies_of(settings: Settings) -> Policies:
    """What holds for the reader of these settings."""
    role = role_named(settings.role)
    return policies_for(role, settings.display_policy, settings.display_policy_by_package)


def as_shown(ctx: AppContext, reading: Reading) -> Reading:
    """A reading without what its policy withholds from this reader."""
    return seen_with(ctx.settings, reading)


def seen_with(settings: Settings, reading: Reading) -> Reading:
    """The same where there is no context: for commands."""
    return shown_to(reading, policies_of(settings), reader_of(settings))


def reader_of(settings: Settings) -> str:
    """Whose entries these are, as the journal names them."""
    return signed(settings.reader_name, role_named(settings.role))


def whole_reading(ctx: AppContext, study_instance_uid: str) -> Reading:
    """All of a study's reading that counts for this reader, the withheld included. Raises JournalError."""
    from app.workflows.review import reading_of

    return reading_of(ctx.journal, study_instance_uid, ctx.reader)


def shown_reading(ctx: AppContext, study_instance_uid: str) -> Reading:
    """The reading of a study as this reader may see it. Raises JournalError."""
    return as_shown(ctx, whole_reading(ctx, study_instance_uid))


def show_anew(ctx: AppContext) -> None:
    """Replay the open study: a result arrived from elsewhere, the reader or the policy changed. Raises JournalError."""
    uid = ctx.store.state.workspace.open_study_uid
    if uid:
        reading = whole_reading(ctx, uid)
        ctx.store.apply(ReadingReplayed(as_shown(ctx, reading)))
        note_ai(ctx, reading)


def note_ai(ctx: AppContext, reading: Reading) -> None:
    """Tell the worklist that models ran, and nothing of what they found. reading: whole, as the journal has it."""
    ctx.store.apply(AiNoted(note_of(ctx, reading)))


def note_of(ctx: AppContext, reading: Reading) -> AiNote:
    """What the worklist may know of a study. reading: whole, as the journal has it."""
    seen = as_shown(ctx, reading)
    ids = {result.result_id for result in seen.results}
    states = tuple(r.state for r in reading.results if r.result_id in ids or r.state in SAID_OF_WITHHELD)
    waits = seen.gate is not Gate.OPEN and len(states) < len(reading.results)
    open_to_all = policies_of(ctx.settings).withholds_nothing
    return AiNote(
        reading.study_instance_uid,
        states,
        waits=waits,
        read_by=seen.read_by,
        priority=priority_of(seen) if open_to_all else None,
    )


def commit(ctx: AppContext) -> Reading:
    """End the own first look at the open study; AI results are shown from now on.

    Raises OverreadError where nothing waits for it or the journal cannot be written; then nothing is shown.
    """
    from app.findings.events import ReadingCommitted

    return _pass(ctx, Gate.READ_FIRST, ReadingCommitted)


def request(ctx: AppContext) -> Reading:
    """Show the AI results of the open study that are shown on request only. Raises OverreadError as `commit` does."""
    from app.findings.events import ResultsRequested

    return _pass(ctx, Gate.ON_REQUEST, ResultsRequested)


def is_withheld(state: AppState, policies: Policies, study_instance_uid: str) -> bool:
    """Whether pictures and objects of a study that may be AI results stay out of sight.

    A study whose reading is not known (it hangs beside the open one, or the journal has not answered yet) is withheld
    wherever a policy withholds anything, be it that of a single package: an object does not say which it came from.
    """
    if policies.withholds_nothing:
        return False
    reading = state.reading.reading
    if reading is None or reading.study_instance_uid != study_instance_uid:
        return True
    return reading.gate is not Gate.OPEN


def study_as_shown(ctx: AppContext, study: Study) -> Study:
    """A study as lists, titles, searches and hanging protocols may know it: without what may be a program's result."""
    held = is_withheld(ctx.store.state, policies_of(ctx.settings), study.study_instance_uid)
    return without_results(study) if held else study


def hit_as_shown(ctx: AppContext, hit: StudyHit) -> StudyHit:
    """What a server names, without the modalities by which objects of programs betray themselves."""
    if policies_of(ctx.settings).withholds_nothing:
        return hit
    return replace(hit, modalities=tuple(one for one in hit.modalities if one not in RESULT_MODALITIES))


def state_words(result: AnalysisResult) -> str:
    """How a run ended: nothing found and so many findings never look alike, nor like a run that failed."""
    if result.state is RunState.NEGATIVE:
        return text("ai.state.measured" if outcome_of(result) == MEASURED else "ai.state.nothing")
    if result.state is RunState.POSITIVE:
        count = len(result.findings)
        return text("ai.state.findings", count=count) if count != 1 else text("ai.state.finding")
    return text(f"state.{result.state.value}")


def end_words(ctx: AppContext, result: AnalysisResult) -> str:
    """How a run ended, as far as the reader may know it."""
    package = f"{result.package.name} {result.package.version}"
    reading = ctx.store.state.reading.reading
    seen = reading is not None and any(one.result_id == result.result_id for one in reading.results)
    if not seen and result.state not in SAID_OF_WITHHELD and _withholds(ctx, result):
        return text("ui.gate.run_ended", package=package)
    return text("ui.run.ended", package=package, state=state_words(result))


def _withholds(ctx: AppContext, result: AnalysisResult) -> bool:
    """Of a study that is not open it is not known whether the reader has committed."""
    return policies_of(ctx.settings).of(result.package.name) is not DisplayPolicy.SHOWN


def _pass(ctx: AppContext, gate: Gate, event: type) -> Reading:
    state = ctx.store.state
    uid, reading = state.workspace.open_study_uid, state.reading.reading
    if reading is None or reading.gate is not gate:
        raise OverreadError("error.gate.nothing_waits")
    ctx.journal.append(event(uid, ctx.reader))
    whole = whole_reading(ctx, uid)
    seen = as_shown(ctx, whole)
    ctx.store.apply(ReadingReplayed(seen))
    note_ai(ctx, whole)
    return seen
