"""What must be known to make a package of ONNX files: the questions, and which of them are still open.

A question is an option of the command and, where nobody gave the option, asked on a terminal. What the manifest beside
it says already, and what the graphs tell by themselves, is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inference.ports import Ports

Answers = Mapping[str, tuple[str, ...]]
Graphs = Mapping[str, Ports]
KINDS = ("whole", "regions", "boxes", "stages", "views")
ALL = KINDS
MAMMOGRAM_VIEWS = frozenset({"LCC", "LMLO", "RCC", "RMLO"})
STAGES = ("candidates", "classifier")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked.

    path: where the answer stands in the manifest. needed: kinds of package that cannot be without; asked: kinds that
    it is asked for on a terminal, where an empty line leaves it open; many: any number of answers. panel: the heading
    it stands under in the help.
    """

    name: str
    path: str
    panel: str
    needed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    many: bool = False
    default: str = ""


_V = "viewer."
QUESTIONS = (
    Question("name", "name", "what", needed=ALL),
    Question("version", "version", "what", default="1.0.0"),
    Question("task", "task", "what", needed=ALL),
    Question("description", "description", "what"),
    Question("authors", "authors", "what", needed=ALL),
    Question("copyright", "copyright", "what"),
    Question("reference", "references", "what", many=True),
    Question("intended_use", "intended_use", "what", needed=ALL),
    Question("not_for", _V + "regulatory.not_for", "what", needed=ALL, many=True),
    Question("user", _V + "regulatory.users", "what", many=True),
    Question("licence_code", _V + "licence.code", "what", needed=ALL),
    Question("licence_weights", _V + "licence.weights", "what", needed=ALL),
    Question("licence_data", _V + "licence.training_data", "what", needed=ALL),
    Question("redistributable", _V + "licence.redistributable", "what"),
    Question("performance", _V + "performance", "what", many=True),
    Question("known_failure", _V + "known_failures", "what", many=True),
    Question("modality", _V + "applicability.modality", "takes", needed=ALL, many=True),
    Question("body_part", _V + "applicability.body_part", "takes", many=True),
    Question("view_position", _V + "applicability.view_position", "takes", many=True),
    Question("applies", _V + "applicability", "takes", many=True),
    Question("step", _V + "preprocess", "takes", asked=ALL, many=True),
    Question("input", _V + "inputs", "takes", many=True),
    Question("needed_view", _V + "views.needed", "takes", many=True),
    Question("kind", _V + "kind", "runs", asked=ALL, default="whole"),
    Question("mode", _V + "inference.mode", "runs", asked=("regions",), default="simple"),
    Question("roi", _V + "inference.roi_size", "runs"),
    Question("run", _V + "inference", "runs", many=True),
    Question("stage", _V + "stages", "runs", many=True),
    Question("output", _V + "outputs", "gives", needed=ALL, many=True),
    Question("map", _V + "maps", "gives", many=True),
    Question("boxes", _V + "boxes", "gives", needed=("boxes",), many=True),
    Question("post", _V + "postprocess", "gives", asked=("regions", "stages"), many=True),
    Question("measure", _V + "measures", "gives", many=True),
    Question("region_measure", _V + "region_measures", "gives", many=True),
    Question("require", _V + "requires", "gives", many=True),
    Question("study_score", _V + "study_score", "gives"),
    Question("ranking", _V + "ranking", "gives"),
    Question("explain", _V + "explain", "gives"),
    Question("ram_mb", _V + "resources.ram_mb", "bounds", default="4096"),
    Question("timeout_s", _V + "resources.timeout_s", "bounds", default="390"),
    Question("provider", _V + "resources.providers", "bounds", many=True, default="CPUExecutionProvider"),
)
BY_NAME = {one.name: one for one in QUESTIONS}
_FIRST = ("kind",)  # what else is asked depends on it


def kind_of(answers: Answers, base: Mapping[str, Any], graphs: Graphs) -> str:
    """The kind that is given, else the one that the graphs point at."""
    given = next((one for one in answers.get("kind", ()) if one), "") or str(said(base, _V + "kind") or "")
    if given:
        return given
    pictures = [port for ports in graphs.values() for port in ports.inputs if len(port.shape) > 2]
    if len(graphs) > 1 or answers.get("stage"):
        return "stages"
    if answers.get("boxes") or said(base, _V + "boxes"):
        return "boxes"
    return "views" if len(pictures) > 1 else "whole"


def missing(answers: Answers, base: Mapping[str, Any], graphs: Graphs) -> tuple[str, ...]:
    """Names of what is needed and neither answered nor in the manifest."""
    kind = kind_of(answers, base, graphs)
    return tuple(one.name for one in QUESTIONS if kind in one.needed and _is_open(one, answers, base))


def asked(
    answers: Answers, base: Mapping[str, Any], graphs: Graphs, ask: Callable[[Question], tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Answers with what is open asked for, in order, the kind of package first."""
    found = dict(answers)
    for one in sorted(QUESTIONS, key=lambda one: one.name not in _FIRST):
        kind = kind_of(found, base, graphs)
        wanted = kind in (*one.needed, *one.asked) or (one.name == "roi" and _needs_a_window(found, graphs))
        if wanted and _is_open(one, found, base):
            found[one.name] = ask(one)
    return found


def _needs_a_window(answers: Answers, graphs: Graphs) -> bool:
    """Whether it runs in windows and the graph takes more than one size of them."""
    shapes = [port.shape[2:] for ports in graphs.values() for port in ports.inputs]
    return "sliding_window" in answers.get("mode", ()) and not all(
        isinstance(length, int) for shape in shapes for length in shape
    )


def said(base: Mapping[str, Any], path: str) -> Any:
    """What a manifest says at a path; None where it says nothing."""
    found: Any = base
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _is_open(one: Question, answers: Answers, base: Mapping[str, Any]) -> bool:
    return not any(answers.get(one.name, ())) and said(base, one.path) in (None, "", [], {})
