"""How viewports are looked at, taken down and brought back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.ui.contents import Content, PlaneContent, StackContent
from app.ui.flat import FlatContent
from app.ui.solid import VolumeContent
from app.workflows.session import Look

if TYPE_CHECKING:
    from viewers.types import ViewState
    from viewers.volume_camera import CameraPose


def look_of(content: Content) -> Look | None:
    """Of what has a picture; None as long as there is none."""
    if isinstance(content, VolumeContent):
        return _look_of_volume(content)
    if content.view.start_window is None:
        return None
    state = content.state
    look = Look(
        index=content.slices.index if isinstance(content, StackContent) else 0,
        window=(state.window.center, state.window.width),
        table=state.table,
        scale=state.scale,
        pan_px=state.pan_px,
        fitted=state.fitted,
        quarter_turns=state.quarter_turns,
        flip_horizontal=state.flip_horizontal,
        flip_vertical=state.flip_vertical,
        invert=state.invert,
        colors=state.colors,
        edges=state.edges,
        between=state.between.value,
    )
    return _with_plane(look, content) if isinstance(content, PlaneContent) else look


def _with_plane(look: Look, content: PlaneContent) -> Look:
    planes = content.planes
    return replace(
        look,
        point=planes.position,
        slab=(planes.slab.mode.value, planes.slab.thickness_mm),
        basis=tuple(planes.basis.ravel().tolist()) if planes.is_oblique else None,
    )


def _look_of_volume(content: VolumeContent) -> Look | None:
    view = content.volume_view
    return None if view.volume is None else Look(eye=eye_of(view.pose), preset=view.preset_id)


def eye_of(pose: CameraPose) -> tuple[float, ...]:
    """Middle, direction to the eye, up, half of the height: ten numbers."""
    return (*pose.middle.tolist(), *pose.toward_eye.tolist(), *pose.up.tolist(), pose.half_height_mm)


def begin_at(content: Content, look: Look) -> None:
    """Ask for the image first, so that it is the first to be decoded."""
    if isinstance(content, StackContent):
        content.slices.show_index(look.index)


def put_look(content: Content, look: Look) -> bool:
    """Look at it as before; false as long as it has no picture."""
    if isinstance(content, VolumeContent):
        return _put_on_volume(content, look)
    if content.view.start_window is None or not content.is_settled or content.view.picture is None:
        return bool(content.failure)
    from viewers.types import WindowLevel

    if isinstance(content, PlaneContent):
        _put_on_plane(content, look)
    content.view.show_state(_state(content, look))
    if look.table is not None:
        content.view.use_table(look.table)
    elif look.window is not None:
        content.view.set_window(WindowLevel(*look.window))
    return True


def _state(content: FlatContent, look: Look) -> ViewState:
    from viewers.colormaps import false_color_names
    from viewers.types import Interpolation

    between = content.state.between
    with suppress(ValueError):  # of another version, or none kept
        between = Interpolation(look.between)
    return replace(
        content.state,
        scale=look.scale,
        pan_px=look.pan_px,
        fitted=look.fitted,
        quarter_turns=look.quarter_turns,
        flip_horizontal=look.flip_horizontal,
        flip_vertical=look.flip_vertical,
        invert=look.invert,
        colors=look.colors if look.colors in false_color_names() else "",
        edges=look.edges,
        between=between,
    )


def _put_on_plane(content: PlaneContent, look: Look) -> None:
    from viewers.slabs import Slab, SlabMode

    planes = content.planes
    basis = np.asarray(look.basis or (), dtype=np.float64)
    if basis.size and np.allclose(basis.reshape(3, 3).T @ basis.reshape(3, 3), np.eye(3), atol=1e-6):
        planes.set_basis(basis.reshape(3, 3))
    if look.point is not None:
        planes.jump_to(look.point)
    if look.slab is not None:
        with suppress(ValueError):
            planes.set_slab(Slab(SlabMode(look.slab[0]), max(look.slab[1], 0.0)))


def _put_on_volume(content: VolumeContent, look: Look) -> bool:
    view = content.volume_view
    if view.volume is None:
        return bool(content.failure)
    if look.preset in view.preset_ids:
        view.set_preset(look.preset)
    if look.eye is not None:
        from viewers.volume_camera import CameraPose

        told = np.asarray(look.eye, dtype=np.float64)
        middle, toward_eye, up, half = told[:3], told[3:6], told[6:9], float(told[9])
        if half > 0 and np.allclose(
            [toward_eye @ toward_eye, up @ up, up @ toward_eye], [1, 1, 0], atol=1e-6
        ):
            view.set_pose(CameraPose(middle, toward_eye, up, half))
    return True
