"""What is needed of a model package to name its findings: read once from its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.codes import Code
from app.domain.finding import PackageRef


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """One thing the model looks for: its words per language, code, threshold and where it sits."""

    key: str
    labels: Mapping[str, str] = field(default_factory=dict)
    code: Code | None = None
    threshold: float | None = None
    site: str = ""

    def label(self, language: str) -> str:
        """In that language, else English, else the key."""
        return self.labels.get(language) or self.labels.get("en") or self.key


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """Which model, what it looks for, and what it is not for.

    study_threshold: the threshold that the study's own score is judged by, where it has one.
    """

    package: PackageRef
    outputs: Mapping[str, OutputFacts] = field(default_factory=dict)
    not_for: tuple[str, ...] = ()
    study_threshold: float | None = None

    def output(self, key: str) -> OutputFacts:
        """The facts of a key; a key that the manifest does not list names itself."""
        return self.outputs.get(key) or OutputFacts(key)
