"""What of a reading a reader may see now: everything else is taken out, so that no surface can leak it.

The gate is a function from a reading to a smaller reading, applied before anything reaches the screen, a list, an
export or a report. A surface that forgets to ask about the policy therefore shows too little, never too much (RQ-17).
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.finding import Gate, Reading
from app.findings.policy import Asked, DisplayPolicy, Policies, is_visible, strictest

_GATES = {DisplayPolicy.ON_REQUEST: Gate.ON_REQUEST, DisplayPolicy.READ_FIRST: Gate.READ_FIRST}


def asked_by(reading: Reading, reader: str) -> Asked:
    """What this reader did about the AI results of the study."""
    return Asked(
        has_requested=reader in reading.requested,
        has_committed=any(commit.reader == reader for commit in reading.commits),
    )


def gate_of(reading: Reading, policies: Policies, reader: str) -> Gate:
    """The strictest gate that is still shut for this reader.

    The site's own policy counts also where there is no result yet: a reader begins an own first look before a model
    runs, not after.
    """
    asked = asked_by(reading, reader)
    held = {policies.of(result.package.name) for result in reading.results} | {policies.site}
    return _GATES.get(strictest(one for one in held if not is_visible(one, asked)), Gate.OPEN)


def shown_to(reading: Reading, policies: Policies, reader: str) -> Reading:
    """The reading as this reader may see it, with its gate.

    Before the commit of a read-first study, what other readers marked, measured and judged is withheld too: a first
    look is one's own.
    """
    asked = asked_by(reading, reader)
    gate = gate_of(reading, policies, reader)
    kept = tuple(r for r in reading.results if is_visible(policies.of(r.package.name), asked))
    ids = {result.result_id for result in kept}
    seen = replace(
        reading,
        results=kept,
        judgements=tuple(j for j in reading.judgements if j.finding.is_readers or j.finding.result_id in ids),
        gate=gate,
        segmentations=tuple(
            s for s in reading.segmentations if s.head.source is None or s.head.source.result_id in {"", *ids}
        ),
    )
    return _own_only(seen, reader) if gate is Gate.READ_FIRST else seen


def _own_only(reading: Reading, reader: str) -> Reading:
    marked = tuple(one for one in reading.marked if one.reader == reader)
    ids = {one.finding.finding_id for one in marked}
    return replace(
        reading,
        judgements=tuple(
            j for j in reading.judgements if not j.finding.is_readers or j.finding.finding_id in ids
        ),
        marked=marked,
        measurements=tuple(one for one in reading.measurements if one.reader == reader),
        key_images=tuple(one for one in reading.key_images if one.reader == reader),
        commits=tuple(one for one in reading.commits if one.reader == reader),
        segmentations=tuple(one for one in reading.segmentations if one.reader == reader),
        reads=tuple(one for one in reading.reads if one.reader == reader),
    )
