"""What is on the screen, kept on the disk while one reads, so that a crash takes nothing of it.

Each window keeps a file of its own, named for its process; a file whose process is gone is what a crash left. A window
that is closed takes its file away.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from app.jobs.workers import is_dead, own_name
from app.state.model import AppState, Arrangement, Hung, Layout, Plane, Viewport
from app.support.whole_files import write_whole

VERSION = 1
FOLDER = "sessions"
LARGEST_FILE = 1 << 20
TRIES = 2  # so often a session is brought back that ends in a crash each time
_NAME = re.compile(r"(\d+)_([\d.]+)_(.*)_\d+\.json")
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Look:
    """How a viewport is looked at. index: image of a stack, from 0. point: of planes, LPS mm. Else as in the views.

    slab: mode and whole thickness in mm. basis: of a plane that was turned, row by row. eye: of 3D, as `eye_of` in
    `app.ui.looking` lays it out; preset: its colouring.
    """

    index: int = 0
    point: tuple[float, float, float] | None = None
    window: tuple[float, float] | None = None
    table: int | None = None
    scale: float = 1.0
    pan_px: tuple[float, float] = (0.0, 0.0)
    fitted: bool = True
    quarter_turns: int = 0
    flip_horizontal: bool = False
    flip_vertical: bool = False
    invert: bool = False
    colors: str = ""
    edges: bool = False
    between: str = ""
    slab: tuple[str, float] | None = None
    basis: tuple[float, ...] | None = None
    eye: tuple[float, ...] | None = None
    preset: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """What a window shows. study_words: how the study is called if it is gone. tries: crashes in a row after restoring.

    torn: zones in windows of their own.
    """

    study_uid: str = ""
    study_words: str = ""
    arrangement: Arrangement = field(default_factory=Arrangement)
    looks: Mapping[str, Look] = field(default_factory=dict)
    tool: str = "window"
    panels_shown: bool = True
    geometry: str = ""
    torn: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0


def session_of(state: AppState, looks: Mapping[str, Look], study_words: str) -> Session:
    """Of the state now; where nothing is open, an empty one."""
    workspace = state.workspace
    return Session(
        workspace.open_study_uid,
        study_words,
        workspace.arrangement,
        looks,
        workspace.tool,
        workspace.panels_shown,
    )


def own_file(data: Path) -> Path:
    """A file name of this process that no other window has."""
    process = own_name().replace(":", "_")  # no file name has a colon everywhere
    return data / FOLDER / f"{process}_{next(_numbers)}.json"


def left_behind(data: Path) -> tuple[Path, ...]:
    """Sessions of processes that are gone, the latest first."""
    try:
        files = [one for one in (data / FOLDER).iterdir() if _is_dead(one)]
        return tuple(sorted(files, key=lambda one: one.stat().st_mtime, reverse=True))
    except OSError:
        return ()


def save(file: Path, session: Session) -> None:
    """Whole or not at all. Raises OSError."""
    write_whole(file, as_json(session))


def load(file: Path) -> Session | None:
    """A session, or None where the file is none."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        if file.stat().st_size <= LARGEST_FILE:
            return _session(json.loads(file.read_text(encoding="utf-8")))
    return None


def as_json(session: Session) -> str:
    """The file's text."""
    told: dict[str, Any] = asdict(session)
    arrangement = told["arrangement"]
    arrangement["layout"] = session.arrangement.layout.value
    for viewport in arrangement["viewports"]:
        if viewport["hung"] is not None:
            viewport["hung"]["plane"] = viewport["hung"]["plane"].value
    return json.dumps({"version": VERSION, **told}, ensure_ascii=False)


def without_missing(session: Session, known: set[str]) -> Session:
    """Places whose study is not known any more stay empty."""
    viewports = tuple(
        one if one.hung is None or one.hung.study_instance_uid in known else replace(one, hung=None)
        for one in session.arrangement.viewports
    )
    return replace(session, arrangement=replace(session.arrangement, viewports=viewports))


def _is_dead(file: Path) -> bool:
    told = _NAME.fullmatch(file.name)
    return told is not None and is_dead(":".join(told.groups()))


def _session(told: dict[str, Any]) -> Session:
    """Checked one by one: a file of another version, or a damaged one, raises."""
    if told["version"] != VERSION:
        raise ValueError("another version")
    return Session(
        study_uid=_text(told["study_uid"]),
        study_words=_text(told["study_words"]),
        arrangement=_arrangement(told["arrangement"]),
        looks={_text(key): _look(one) for key, one in told["looks"].items()},
        tool=_text(told["tool"]),
        panels_shown=told["panels_shown"] is True,
        geometry=_text(told["geometry"]),
        torn={_text(key): _text(one) for key, one in told["torn"].items()},
        tries=int(told["tries"]),
    )


def _arrangement(told: dict[str, Any]) -> Arrangement:
    viewports = tuple(
        Viewport(
            _text(one["viewport_id"]),
            None if one["hung"] is None else _hung(one["hung"]),
            _text(one["sync"]),
        )
        for one in told["viewports"]
    )
    layout = Layout(told["layout"])
    if len({one.viewport_id for one in viewports}) != layout.count:
        raise ValueError("viewports do not fill the layout")
    ids = {one.viewport_id for one in viewports}
    if told["active_id"] not in ids or told["maximised_id"] not in {"", *ids}:
        raise ValueError("a viewport that is not there")
    return Arrangement(
        layout,
        viewports,
        _text(told["active_id"]),
        _text(told["maximised_id"]),
        _text(told["protocol_id"]),
        int(told["stage"]),
    )


def _hung(told: dict[str, Any]) -> Hung:
    return Hung(
        _text(told["study_instance_uid"]),
        _text(told["display_set_id"]),
        Plane(told["plane"]),
        _text(told["window"]),
    )


def _look(told: dict[str, Any]) -> Look:
    point, window = told["point"], told["window"]
    center, width = window if window is not None else (0.0, 1.0)
    x_mm, y_mm, z_mm = point if point is not None else (0.0, 0.0, 0.0)
    across, down = told["pan_px"]
    return Look(
        index=int(told["index"]),
        point=None if point is None else (_number(x_mm), _number(y_mm), _number(z_mm)),
        window=None if window is None else (_number(center), _number(width)),
        table=None if told["table"] is None else int(told["table"]),
        scale=max(_number(told["scale"]), 1e-6),
        pan_px=(_number(across), _number(down)),
        fitted=told["fitted"] is True,
        quarter_turns=int(told["quarter_turns"]) % 4,
        flip_horizontal=told["flip_horizontal"] is True,
        flip_vertical=told["flip_vertical"] is True,
        invert=told["invert"] is True,
        **_later(told),
    )


def _later(told: dict[str, Any]) -> dict[str, Any]:
    """What sessions of earlier versions lack."""
    slab = told.get("slab")
    return {
        "colors": _text(told.get("colors", "")),
        "edges": told.get("edges") is True,
        "between": _text(told.get("between", "")),
        "slab": None if slab is None else (_text(slab[0]), _number(slab[1])),
        "basis": _row(told.get("basis"), 9),
        "eye": _row(told.get("eye"), 10),
        "preset": _text(told.get("preset", "")),
    }


def _row(told: Any, count: int) -> tuple[float, ...] | None:  # Any: whatever JSON holds
    if told is None:
        return None
    if len(told) != count:
        raise ValueError("another count of numbers")
    return tuple(_number(one) for one in told)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(value: float) -> float:
    if not math.isfinite(float(value)):
        raise ValueError("no number")
    return float(value)
