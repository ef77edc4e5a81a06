"""What can be wrong with a package or a run: keys and facts, put into words by who shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, as a text key with its facts."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.key} ({listed})" if listed else self.key


class PackageError(Exception):
    """A package that may not be used: all that is wrong with it at once."""

    def __init__(self, folder: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"{folder}: {'; '.join(map(str, problems))}")
        self.folder = folder
        self.problems = tuple(problems)


class RunRefusedError(Exception):
    """Inside the child: this run ends as failed or not applicable, for this reason."""

    def __init__(self, problem: Problem, *, applicable: bool = True) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.applicable = applicable
