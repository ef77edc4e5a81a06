"""Runners found by listing."""

from __future__ import annotations

import app.workflows.runners
from app.domain.errors import ModelRefusedError
from app.support.plugins import load_plugins
from app.workflows.runner_types import Runner


def runner_named(name: str) -> Runner:
    """The runner of that name. Raises ModelRefusedError with the names that there are."""
    found: dict[str, Runner] = load_plugins(app.workflows.runners, "RUNNER")
    if name not in found:
        raise ModelRefusedError("error.run.no_such_runner", runner=name, known=", ".join(sorted(found)))
    return found[name]
