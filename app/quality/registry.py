"""One row per run for a registry that compares sites (RQ-54): study, result, decision, demographics in bands.

The classes of data are those that Assess-AI of the American College of Radiology asks for, except the text of the
report. Studies and readers carry the stand-ins of the export key; dates are weeks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from app.domain.finding import RunState
from app.export.cells import harmless
from app.export.deidentify import Pseudonyms
from app.quality.records import Call
from app.quality.weeks import week_of

CONCORDANT, DISCORDANT, NOT_JUDGED = "concordant", "discordant", "not judged"


def concordance(call: Call) -> str:
    """Whether the reader said what the model said; what did not end positive or negative is never concordant."""
    if call.state not in (RunState.POSITIVE, RunState.NEGATIVE) or call.reader_says is None:
        return NOT_JUDGED
    return CONCORDANT if (call.state is RunState.POSITIVE) == call.reader_says else DISCORDANT


_COLUMNS: dict[str, Callable[[Call, Pseudonyms], str]] = {
    "study": lambda c, n: n.uid(c.study),
    "week": lambda c, n: week_of(c.at),
    "site": lambda c, n: n.reader(f"site {c.origin.site}").replace("reader-", "site-"),
    "modality": lambda c, n: c.origin.modality,
    "scanner_maker": lambda c, n: c.origin.maker,
    "scanner": lambda c, n: c.origin.scanner,
    "scanner_software": lambda c, n: c.origin.scanner_software,
    "protocol": lambda c, n: c.origin.protocol,
    "age_band": lambda c, n: c.origin.age_band,
    "sex": lambda c, n: c.origin.sex,
    "model": lambda c, n: c.model,
    "model_version": lambda c, n: c.version,
    "ai_state": lambda c, n: c.state.value,
    "ai_score": lambda c, n: "" if c.score is None else f"{c.score:.7g}",
    "ai_defects": lambda c, n: " ".join(c.defects),
    "final_decision": lambda c, n: {True: "present", False: "absent", None: ""}[c.reader_says],
    "right_place": lambda c, n: "yes" if c.is_right_place else "no",
    "concordance": lambda c, n: concordance(c),
    "readers": lambda c, n: " ".join(n.reader(reader) for reader in c.readers),
}
COLUMNS = tuple(_COLUMNS)


def rows_of(calls: Sequence[Call], names: Pseudonyms) -> list[dict[str, str]]:
    """The rows, in the order of the journal."""
    return [{name: made(call, names) for name, made in _COLUMNS.items()} for call in calls]


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    """UTF-8 text with a header row; no cell is a formula."""
    stream = io.StringIO(newline="")
    table = csv.writer(stream)
    table.writerow(COLUMNS)
    table.writerows([harmless(row[name]) for name in COLUMNS] for row in rows)
    return stream.getvalue()
