"""The hanging protocols of this site: the reader's own folder first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.study import Study
from app.support.paths import resource_dir
from app.support.slow_imports import settle_pydantic
from app.workflows.hang import Screen, Sets
from app.workflows.hang_facts import priors_of
from app.workflows.showing import study_as_shown

if TYPE_CHECKING:
    from app.hanging.catalogue import Catalogue

PRIORS = 4  # as many earlier studies are looked through for something to hang beside (ours)


def own_folder(ctx: AppContext) -> Path:
    """Where the reader's own protocols lie."""
    return ctx.paths.settings / "hanging_protocols"


def catalogue(ctx: AppContext) -> Catalogue:
    """All protocols, read anew: files may come and go while the window is open."""
    settle_pydantic()  # files are checked by it, and it is slow to import
    from app.hanging.catalogue import read_catalogue

    return read_catalogue((own_folder(ctx), resource_dir() / "hanging_protocols"))


def screen_of(ctx: AppContext, study: Study, sets_of: Callable[[Study], Sets]) -> Screen:
    """A study with its latest priors, as the reader may know them: no withheld result chooses a protocol."""
    priors = priors_of(study, ctx.store.state.workspace.studies)[:PRIORS]
    return Screen(
        study_as_shown(ctx, study),
        sets_of(study),
        tuple((study_as_shown(ctx, one), sets_of(one)) for one in priors),
    )
