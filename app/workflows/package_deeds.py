"""What the inventory page does to a package: accepted, paused, let run again."""

from __future__ import annotations

from enum import Enum

from app.context import AppContext
from app.domain.volume import CancelToken, Progress
from app.jobs.package_events import ACCEPTANCE, PAUSED, RESUMED, PackageEvent
from app.workflows.inventory import InventoryRow


class Deed(Enum):
    """Each is an event of the package's history."""

    ACCEPT = ACCEPTANCE
    PAUSE = PAUSED
    RESUME = RESUMED


def do(given: tuple[AppContext, InventoryRow, Deed, str], _progress: Progress, _cancel: CancelToken) -> None:
    """Write it down, with these words and the reader's name."""
    ctx, row, deed, words = given
    facts = {"result" if deed is Deed.ACCEPT else "why": words}
    ctx.runtime.packages.add(
        PackageEvent(row.name, row.version, row.sha256, deed.value, facts, by=ctx.reader)
    )
