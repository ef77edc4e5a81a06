"""What quality assurance counts: one record per decision of a reader, one per model run on a study."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.finding import RejectReason, RunState, Verdict

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a study came from and of whom, as far as its files say so; bands and classes only, nobody's name.

    scanner: maker and model in one. age_band: ten years, such as 60-69.
    """

    site: str = UNKNOWN
    maker: str = UNKNOWN
    scanner: str = UNKNOWN
    scanner_software: str = UNKNOWN
    protocol: str = UNKNOWN
    modality: str = UNKNOWN
    age_band: str = UNKNOWN
    sex: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reader said last of one finding of a model. stands: nobody judged it later.

    at: ISO-8601. seconds: from the reader's step before (results shown, or the verdict before) to this verdict; None
    where that is not known or so long that the reader was away.
    """

    study: str
    finding_id: str
    key: str
    model: str
    version: str
    reader: str
    verdict: Verdict
    is_modified: bool
    reason: RejectReason | None
    score: float | None
    model_label: str
    reader_label: str
    at: str
    seconds: float | None
    was_away: bool
    stands: bool
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Call:
    """What a model said of a study, and what became of it. readers: whose word that is.

    reader_says: whether the finding is there; None where nobody has judged or read it, which is counted apart and
    never as agreement. is_right_place: a finding of the model was accepted, not only something else found there.
    """

    study: str
    result_id: str
    model: str
    version: str
    state: RunState
    score: float | None
    at: str
    reader_says: bool | None
    is_right_place: bool
    readers: tuple[str, ...]
    defects: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class Records:
    """All of it, in the order of the journal."""

    decisions: tuple[Decision, ...] = ()
    calls: tuple[Call, ...] = ()
