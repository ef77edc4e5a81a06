"""Measurements as a view holds them: points in mm of the picture's space, and the words beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import viewers.tools
from viewers.measuring import Measured, MeasureTool
from viewers.types import Point

DRAFT = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One measurement in the picture. index: the frame of the stack that it was made on; None: by position.

    shape_id is empty while it is being made. lines: what stands beside it.
    outline: the closed line of a region as it was drawn, where the plane under it may since have been turned.
    """

    shape_id: str
    tool_id: str
    points: tuple[Point, ...]
    lines: tuple[str, ...] = ()
    index: int | None = None
    selected: bool = False
    in_patient: bool = True
    outline: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the reader has drawn or moved: to be recorded by whoever owns the view.

    shape_id is empty for a new one. outline: closed lines of a region, in mm, as it was measured.
    """

    shape_id: str
    tool_id: str
    points: tuple[Point, ...]
    outline: tuple[Point, ...]
    measured: tuple[Measured, ...]
    index: int


@cache
def measure_tools() -> dict[str, MeasureTool]:
    """All tools by id, found by listing their folder."""
    import importlib
    import pkgutil

    names = [info.name for info in pkgutil.iter_modules(viewers.tools.__path__)]
    modules = [importlib.import_module(f"viewers.tools.{name}") for name in sorted(names)]
    tools: list[MeasureTool] = [module.TOOL for module in modules]
    return {tool.tool_id: tool for tool in tools}
