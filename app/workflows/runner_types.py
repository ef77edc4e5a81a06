"""What a place that runs models must offer: this machine does it in `runners/local.py`; a cluster is one more file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.analysis.run_package import Arrays
from app.analysis.run_views import Pictures
from app.domain.finding import AnalysisResult
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.studies.display_sets import DisplaySet

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.client import ModelClient

CPU = "CPUExecutionProvider"
PROVIDERS = ("CUDAExecutionProvider", CPU)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What changes an answer besides package and pixels; part of the key under which it is kept."""

    providers: tuple[str, ...] = PROVIDERS


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """What one step reads; volume, or the views of a package that takes several, spare reading the pictures again."""

    study: Study
    display_set: DisplaySet
    volume: Volume | None = None
    views: Pictures | None = None


class Bench(Protocol):
    """A package made ready on a runner. Every call ends as a result; raises Cancelled, ModelRefusedError, OSError."""

    def run(
        self, stack: Stack, progress: Progress | None, cancel: CancelToken
    ) -> tuple[AnalysisResult, Arrays]:
        """One package on one stack."""
        ...


class Runner(Protocol):
    """A place where packages run."""

    name: str

    def bench(
        self, client: Callable[[], ModelClient], bundle: Bundle, parameters: Parameters
    ) -> AbstractContextManager[Bench]:
        """Make a package ready; what was taken for it is given back at the end. client: this machine's own child."""
        ...
