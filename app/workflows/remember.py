"""Make a protocol of the present screen, try it on known studies, keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress
from app.hanging.example import Example, protocol_from
from app.hanging.match import match, ranked
from app.hanging.protocol import Protocol, as_json
from app.jobs.job import Priority
from app.studies.display_sets import display_sets
from app.support.whole_files import write_whole
from app.workflows.hang import Sets
from app.workflows.hang_facts import case_of, priors_of
from app.workflows.protocols import PRIORS, catalogue, own_folder, screen_of

STUDIES_TRIED = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """Of `count` studies: how many it would hang as the first choice, and how many of these with no place empty."""

    count: int
    best: int
    full: int


@dataclass(frozen=True, slots=True)
class _Request:
    protocol: Protocol
    others: tuple[Protocol, ...]
    studies: tuple[Study, ...]
    known: tuple[Study, ...]


def draft(
    ctx: AppContext, title: str, windows: Mapping[str, str], sets_of: Callable[[Study], Sets]
) -> Protocol:
    """A protocol of what hangs now. Raises OverreadError if nothing hangs or no rule fits."""
    workspace = ctx.store.state.workspace
    study = workspace.open_study
    if study is None or not any(v.hung for v in workspace.arrangement.viewports):
        raise OverreadError("error.hanging.nothing_hangs")
    screen = screen_of(ctx, study, sets_of)
    try:
        return protocol_from(
            title.strip(),
            Example(workspace.arrangement, windows),
            case_of(screen.study, screen.sets, screen.priors),
        )
    except ValueError as error:
        raise OverreadError("error.hanging.does_not_fit") from error


def start_trial(ctx: AppContext, protocol: Protocol, done: Callable[[Trial], None]) -> None:
    """On a thread: what the protocol would hang of the latest studies of the list."""
    known = ctx.store.state.workspace.studies
    latest = tuple(sorted(known, key=lambda one: (one.date, one.time), reverse=True)[:STUDIES_TRIED])
    request = _Request(protocol, catalogue(ctx).protocols, latest, known)
    ctx.jobs.submit(_try, request, Priority.BACKGROUND, done, kind="trial")


def keep(ctx: AppContext, protocol: Protocol) -> Path:
    """Write it into the reader's folder, whole or not at all. Raises OverreadError."""
    file = own_folder(ctx) / f"{protocol.id}.json"
    try:
        write_whole(file, as_json(protocol) + "\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OverreadError("error.hanging.not_written", file=file.name, reason=reason) from error
    return file


def _try(request: _Request, progress: Progress, cancel: CancelToken) -> Trial:
    best = full = 0
    others = tuple(one for one in request.others if one.id != request.protocol.id)
    for number, study in enumerate(request.studies, start=1):
        cancel.check()
        priors = priors_of(study, request.known)[:PRIORS]
        case = case_of(study, display_sets(study), tuple((one, display_sets(one)) for one in priors))
        found = match(request.protocol, case)
        first = next(iter(ranked((request.protocol, *others), case)), None)
        if found is not None and first is not None and first.protocol.id == request.protocol.id:
            best += 1
            full += all(found.chosen.values())
        progress(number / len(request.studies), "")
    return Trial(len(request.studies), best, full)
