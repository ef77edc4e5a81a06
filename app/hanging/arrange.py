"""A protocol that fits, at one of its stages, as a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.hanging.match import Match
from app.state.model import Arrangement, Hung, Viewport

if TYPE_CHECKING:
    from app.hanging.protocol import Place, Stage


def arrangement(found: Match, stage_number: int) -> Arrangement:
    """The screen of one stage, from 0; a place whose optional set is missing stays empty.

    The first place that shows something is the active one.
    """
    stage = found.protocol.stages[stage_number]
    viewports = [
        Viewport(f"v{number}", _hung(found, place), place.sync)
        for number, place in enumerate(stage.places, start=1)
    ]
    viewports += [Viewport(f"v{n}") for n in range(len(viewports) + 1, stage.layout.count + 1)]
    active = next((v.viewport_id for v in viewports if v.hung), "v1")
    return Arrangement(
        stage.layout, tuple(viewports), active, protocol_id=found.protocol.id, stage=stage_number
    )


def useful_stages(found: Match) -> tuple[int, ...]:
    """Numbers of the stages that show something: those of missing priors are stepped over."""
    return tuple(
        number for number, stage in enumerate(found.protocol.stages) if _shows_something(found, stage)
    )


def _shows_something(found: Match, stage: Stage) -> bool:
    return any(place.show and found.chosen.get(place.show) for place in stage.places)


def _hung(found: Match, place: Place) -> Hung | None:
    one = found.chosen.get(place.show) if place.show else None
    if one is None:
        return None
    window = place.window if isinstance(place.window, str) else ",".join(f"{part:g}" for part in place.window)
    return Hung(one.study_instance_uid, one.display_set_id, place.plane, window)
