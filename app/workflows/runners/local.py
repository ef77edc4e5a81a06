"""This machine: the child process of the window or command, one run at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.analysis.run_package import Arrays
from app.domain.finding import AnalysisResult
from app.domain.volume import CancelToken, Progress
from app.workflows.run_model import Session, run_on
from app.workflows.runner_types import Bench, Parameters, Stack

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.client import ModelClient


@dataclass(frozen=True, slots=True)
class LocalBench:
    """A package and the child that runs it."""

    client: ModelClient
    bundle: Bundle
    parameters: Parameters

    def run(
        self, stack: Stack, progress: Progress | None, cancel: CancelToken
    ) -> tuple[AnalysisResult, Arrays]:
        """Read the pictures if need be, and run."""
        session = Session(self.client, self.bundle, self.parameters.providers, progress, cancel)
        return run_on(session, stack.study, stack.display_set, stack.volume, stack.views)


@dataclass(frozen=True, slots=True)
class LocalRunner:
    """One child process; it stays warm between steps, and is ended by its owner or by itself when idle."""

    name: str = "local"

    @contextmanager
    def bench(
        self, client: Callable[[], ModelClient], bundle: Bundle, parameters: Parameters
    ) -> Iterator[Bench]:
        """Nothing is to be made ready: the first run starts the child."""
        yield LocalBench(client(), bundle, parameters)


RUNNER = LocalRunner()
