"""What hangs where when a study is opened, and whole screens: planes, 3D, mammograms back to back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.study import Study
from app.hanging.arrange import arrangement, useful_stages
from app.hanging.match import Match, ranked
from app.state.model import Arrangement, Hung, Layout, Plane, Viewport
from app.studies.display_sets import DisplaySet
from app.workflows.hang_facts import case_of

if TYPE_CHECKING:
    from app.hanging.protocol import Protocol

Sets = Sequence[DisplaySet]
Arrange = Callable[[Study, DisplaySet], Arrangement]

# Right breast on the left of the screen, chest walls to the middle: the usual way to look at four views.
_MAMMOGRAMS = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


def first_to_hang(sets: Sequence[DisplaySet]) -> DisplaySet | None:
    """The display set to open with: a volume before single pictures, the one with most images, else the first."""
    if not sets:
        return None
    return max(sets, key=lambda one: (one.volumetric, len(one.frames) if one.volumetric else 0))


@dataclass(frozen=True, slots=True)
class Screen:
    """What there is to hang: a study, its display sets, and those of the patient's earlier studies, latest first."""

    study: Study
    sets: Sets
    priors: tuple[tuple[Study, Sets], ...] = ()


def fitting(screen: Screen, protocols: Sequence[Protocol]) -> tuple[Match, ...]:
    """The protocols that fit and show something, the best first."""
    found = ranked(protocols, case_of(screen.study, screen.sets, screen.priors))
    return tuple(one for one in found if useful_stages(one))


def opening(screen: Screen, before: Arrangement, protocols: Sequence[Protocol] = ()) -> Arrangement:
    """The screen of a freshly opened study: by the protocol that fits best, else its best series alone."""
    found = fitting(screen, protocols)
    if found:
        return arrangement(found[0], useful_stages(found[0])[0])
    study, sets = screen.study, screen.sets
    if {one.series.modality for one in sets} == {"MG"} and len(sets) > 1:
        return mammograms(study, sets)
    first = first_to_hang(sets)
    if first is None:
        return before
    hung = Hung(study.study_instance_uid, first.display_set_id)
    viewports = tuple(
        replace(v, hung=hung) if v.viewport_id == before.active_id else v for v in before.viewports
    )
    return replace(before, viewports=viewports, protocol_id="", stage=0)


def stage_by(now: Arrangement, found: Sequence[Match], step: int) -> Arrangement | None:
    """The next or previous useful stage of the protocol that hangs; None at its ends or where none hangs."""
    match = next((one for one in found if one.protocol.id == now.protocol_id), None)
    if match is None:
        return None
    stages = useful_stages(match)
    later = (
        [n for n in stages if n > now.stage] if step > 0 else [n for n in reversed(stages) if n < now.stage]
    )
    return arrangement(match, later[0]) if later else None


def other_protocol(now: Arrangement, found: Sequence[Match]) -> Arrangement | None:
    """The first screen of the next protocol that fits, round and round; None if there is no other."""
    ids = [one.protocol.id for one in found]
    following = ids.index(now.protocol_id) + 1 if now.protocol_id in ids else 0
    match = found[following % len(found)] if found else None
    if match is None or match.protocol.id == now.protocol_id:
        return None
    return arrangement(match, useful_stages(match)[0])


def mammograms(study: Study, sets: Sequence[DisplaySet]) -> Arrangement:
    """Two by two: right and left CC above, right and left MLO below; what has no such view comes where room is."""
    views = [one for one in sets if one.series.modality == "MG"]
    places: list[DisplaySet | None] = [_view(views, side, view) for side, view in _MAMMOGRAMS]
    rest = [one for one in views if one not in places]
    for number, place in enumerate(places):
        if place is None and rest:
            places[number] = rest.pop(0)
    return _four(study, [(one, Plane.STACK) if one else None for one in places])


def planes(study: Study, display_set: DisplaySet) -> Arrangement:
    """Axial, coronal, sagittal and 3D of one volume."""
    order = (Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, Plane.VOLUME)
    return _four(study, [(display_set, plane) for plane in order])


def volume(study: Study, display_set: DisplaySet) -> Arrangement:
    """3D alone."""
    hung = Hung(study.study_instance_uid, display_set.display_set_id, Plane.VOLUME)
    return Arrangement(Layout.ONE, (Viewport("v1", hung),), "v1")


def _view(sets: Sequence[DisplaySet], side: str, view: str) -> DisplaySet | None:
    for one in sets:
        instance = one.frames[0].instance
        if instance.laterality == side and instance.view_position.startswith(view):
            return one
    return None


def _four(study: Study, places: Sequence[tuple[DisplaySet, Plane] | None]) -> Arrangement:
    viewports = []
    for number, place in enumerate(places, start=1):
        hung = Hung(study.study_instance_uid, place[0].display_set_id, place[1]) if place else None
        viewports.append(Viewport(f"v{number}", hung))
    return Arrangement(Layout.FOUR, tuple(viewports), "v1")
