"""The first look held against the AI's findings: agreed, AI only, reader only.

Compared is what the reader had marked when the own reading was committed; what was marked later was marked with the
AI's findings in sight and says nothing of agreement.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from app.domain.finding import Commit, Finding, Marked, Place, PlaceKind, Reading

REACH_MM = 10.0  # two marks nearer than this are of the same thing (ours; a lung nodule is 3 to 30 mm)
SLACK_MM = 5.0  # a point this far beside a box still lies in it (ours: a hand that aims at an edge)


class Difference(Enum):
    """Who saw a finding."""

    AGREED = "agreed"
    AI_ONLY = "ai_only"
    READER_ONLY = "reader_only"


def commit_of(reading: Reading, reader: str) -> Commit | None:
    """The reader's first commit: later ones were made with the results in sight."""
    return next((one for one in reading.commits if one.reader == reader), None)


def differences(reading: Reading, reader: str) -> dict[str, Difference]:
    """Finding id -> who saw it, for the AI's findings above threshold and the reader's committed ones; {} before.

    Each finding is matched once, the nearest pair first. A finding of the AI that has no place cannot be matched and
    is left out, as is one below its own threshold: the model does not claim it.
    """
    commit = commit_of(reading, reader)
    if commit is None:
        return {}
    claimed = [
        (j.finding, result.series_instance_uids, result.frame_of_reference_uid)
        for result in reading.results
        for j in reading.judgements
        if j.finding.result_id == result.result_id and _is_claimed(j.finding)
    ]
    pairs = sorted(
        (away, finding.finding_id, own.finding.finding_id)
        for finding, series, frame in claimed
        for own in commit.marked
        if _same_space(own, finding.place, series, frame)
        and (away := distance_mm(own.finding.place, finding.place)) is not None
    )
    found: dict[str, Difference] = {}
    for _, theirs, mine in pairs:
        if theirs not in found and mine not in found:
            found[theirs] = found[mine] = Difference.AGREED
    for finding, _, _ in claimed:
        found.setdefault(finding.finding_id, Difference.AI_ONLY)
    for own in commit.marked:
        found.setdefault(own.finding.finding_id, Difference.READER_ONLY)
    return found


def distance_mm(one: Place, other: Place) -> float | None:
    """How far apart two places of the same thing are, else None: centres within reach, or one in the other's box."""
    if one.center is None or other.center is None:
        return None
    away = float(np.linalg.norm(np.subtract(one.center, other.center)))
    near = away <= REACH_MM or _holds(other, one) or _holds(one, other)
    return away if near else None


def _is_claimed(finding: Finding) -> bool:
    if finding.place.kind is PlaceKind.STUDY or finding.place.center is None:
        return False
    return finding.score is None or finding.threshold is None or finding.score >= finding.threshold


def _same_space(own: Marked, place: Place, series: tuple[str, ...], frame_of_reference_uid: str) -> bool:
    if own.finding.place.space is not place.space:
        return False
    mine = own.finding.place.frame
    if own.series_instance_uid in series:
        same_image = mine is None or place.frame is None or mine == place.frame
        return place.space.value == "patient" or same_image
    return bool(frame_of_reference_uid) and own.frame_of_reference_uid == frame_of_reference_uid


def _holds(box: Place, point: Place) -> bool:
    if box.box_min is None or box.box_max is None or point.center is None:
        return False
    low, high = np.asarray(box.box_min) - SLACK_MM, np.asarray(box.box_max) + SLACK_MM
    return bool((low <= point.center).all() and (point.center <= high).all())
