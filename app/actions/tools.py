"""What the left button does."""

from __future__ import annotations

from app.actions.desk import Desk
from app.actions.registry import Action
from app.context import AppContext
from app.domain.measure_codes import MEASURE_TOOLS
from app.state.events import ToolChosen
from app.state.model import AppState

TOOL_IDS = ("window", "zoom", "pan", "scroll", "crosshair", "region", "glass")


def _tool(tool_id: str, group: str) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        ctx.store.apply(ToolChosen(tool_id))

    def checked(state: AppState) -> bool:
        return state.workspace.tool == tool_id

    return Action(f"tool.{tool_id}", "tools", run, group=group, checked=checked)


TOOLS = tuple(_tool(tool_id, "pointer") for tool_id in TOOL_IDS)
MEASURES = tuple(_tool(tool_id, "measure") for tool_id in MEASURE_TOOLS)
