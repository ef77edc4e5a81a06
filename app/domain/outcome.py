"""How a run came out in one word: its state, or that it only measured."""

from __future__ import annotations

from app.domain.finding import AnalysisResult, RunState

MEASURED = "measured"


def outcome_of(result: AnalysisResult) -> str:
    """The state's own word, or MEASURED where it looked for nothing and gave numbers alone: no negative finding."""
    is_measure = result.state is RunState.NEGATIVE and result.study_score is None and bool(result.measures)
    return MEASURED if is_measure else result.state.value
