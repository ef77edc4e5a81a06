"""What a picture is, as far as ink must know: which images and frames it has, and what may be drawn on which."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.finding import Place
from app.domain.volume import FrameRef, Space
from app.support.i18n import text


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a picture is, as far as ink must know."""

    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    in_patient: bool
    pictures: frozenset[str] = (
        frozenset()
    )  # UIDs of its images, where each has mm of its own; empty: not asked
    frames: tuple[FrameRef, ...] = ()  # of a stack of one plane; empty where a place tells its images apart
    members: frozenset[FrameRef] = frozenset()  # all its frames; empty: not asked


def is_on(sop_instance_uid: str, target: Target) -> bool:
    """Whether what was given in the mm of one image may be drawn here: on that image alone, whatever its series."""
    return not sop_instance_uid or not target.pictures or sop_instance_uid in target.pictures


def frames_of(named: FrameRef | None, target: Target) -> frozenset[int] | None:
    """Which frames of a stack of one plane are meant, from 0; frame 0 means all of its image. None: as it lies.

    What was made in the patient on another series lies by its place, whatever frames that has.
    """
    if named is None or not target.frames:
        return None
    of_image = [n for n, one in enumerate(target.frames) if one.sop_instance_uid == named.sop_instance_uid]
    if not of_image and target.in_patient:
        return None
    return frozenset(n for n in of_image if named.frame in (0, target.frames[n].frame))


def of_all_frames(frames: frozenset[int] | None, target: Target, in_patient: bool) -> str:
    """That something is drawn on every frame because it names none; '' elsewhere."""
    anywhere = frames is None and bool(target.frames) and not in_patient
    return text("ui.mark.all_frames") if anywhere else ""


def place_is_on(place: Place, target: Target) -> bool:
    """Whether the image that a place names is this one, where images have mm of their own."""
    own = place.frame.sop_instance_uid if place.frame and place.space is Space.IMAGE else ""
    return is_on(own, target)
