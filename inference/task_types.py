"""What a task is given, and the shape of a task plug-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from inference.manifest import Manifest
from inference.types import ModelInput, ModelOutput

Feeds = dict[str, NDArray[Any]]


class RunsFeeds(Protocol):
    """A loaded graph."""

    def run(self, feeds: Feeds) -> Feeds:
        """All outputs by name."""
        ...


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run: the package, its input, and ways to load graphs and to tell how far it is."""

    manifest: Manifest
    folder: Path
    given: ModelInput
    open_graph: Callable[[Path], RunsFeeds]
    progress: Callable[[float, str], None]

    def graph(self, name: str) -> RunsFeeds:
        """Load one of the package's graphs."""
        return self.open_graph(self.folder / name)


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of package; run raises RunRefusedError where it cannot answer."""

    kind: str
    run: Callable[[RunContext], ModelOutput]
