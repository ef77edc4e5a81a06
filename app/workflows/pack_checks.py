"""All that keeps answers from becoming a package, said at once and in the words of the options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.errors import ModelRefusedError
from app.support.i18n import text_with
from app.workflows.pack_answers import QUESTIONS, Answers, Graphs, missing
from app.workflows.pack_manifest import manifest_of
from app.workflows.pack_words import Faults, flag_of
from inference.errors import PackageError, Problem

if TYPE_CHECKING:
    from pydantic import ValidationError

    from inference.ports import Ports

OPEN = ("missing", "too_short")  # kinds of refusal that options may still heal
NO_UID = "2.25.1"  # while the hash that makes the real one is not known


class PackingRefusedError(ModelRefusedError):
    """No package; problems: each thing wrong as one sentence."""

    def __init__(self, package: str, problems: Sequence[str]) -> None:
        first = problems[0].rstrip(".")
        super().__init__("error.model.pack_wrong", package=package, count=len(problems), first=first)
        self.problems = tuple(problems)


def refuse_all(package: str, problems: Iterable[Problem]) -> None:
    """Raises ModelRefusedError: of one problem its own sentence, of several their number and the first."""
    found = list(dict.fromkeys(text_with(one.key, one.facts) for one in problems))
    if len(found) == 1:
        raise ModelRefusedError("error.model.pack_one", what=found[0].rstrip("."))
    if found:
        raise PackingRefusedError(package, found)


def checked_manifest(answers: Answers, graphs: Mapping[str, Path], base: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of answers. Raises ModelRefusedError with all that is missing, misunderstood or not so."""
    ports, unreadable = ports_of_all(graphs)
    refuse_all(_name(answers, base), unreadable)
    faults = Faults()
    made = manifest_of(answers, ports, base, faults)
    lacking = missing(answers, base, ports)
    problems = list(faults.problems)
    if lacking:
        problems.insert(0, Problem("error.model.pack_missing", {"flags": ", ".join(map(flag_of, lacking))}))
    problems += _of_the_manifest(made, graphs, {*lacking, *faults.flags})
    problems += _of_the_files(graphs)
    refuse_all(_name(answers, base), problems)
    return made


def ports_of_all(graphs: Mapping[str, Path]) -> tuple[Graphs, list[Problem]]:
    """What goes in and comes out of each graph, and which file is none."""
    from inference.ports import ports_of

    found: dict[str, Ports] = {}
    problems: list[Problem] = []
    for name, file in graphs.items():
        try:
            found[name] = ports_of(file)
        except PackageError as error:
            problems += error.problems
    return found, problems


def check_part(file: str, part: Mapping[str, Any], answers: Answers) -> None:
    """A part of a manifest: whatever it says must be sayable, unless an option stands above it.

    Raises ModelRefusedError.
    """
    from pydantic import ValidationError

    from inference.manifest import Manifest

    try:
        Manifest.model_validate(part)
    except ValidationError as error:
        answered = {name for name, words in answers.items() if any(words)}
        told = (one for one in _told(error) if one.facts["type"] not in OPEN)
        refuse_all(
            file,
            (
                one
                for one in told
                if one.key != "pack.fault.form" or _question_of(one.facts["where"]) not in answered
            ),
        )


def _of_the_manifest(made: dict[str, Any], graphs: Mapping[str, Path], told: set[str]) -> Iterator[Problem]:
    """What the schema and the references within refuse; nothing about options that are missing or not understood."""
    from pydantic import ValidationError

    from inference.bundle_checks import check_references
    from inference.manifest import Manifest

    viewer = {"device_uid": NO_UID, **made["viewer"], "onnx": [_some_facts(name) for name in graphs]}
    try:
        read = Manifest.model_validate({**made, "viewer": viewer})
    except ValidationError as error:
        yield from (one for one in _told(error) if not _is_told(one.facts["where"], told))
        return
    if not told:
        yield from check_references(read)


def _of_the_files(graphs: Mapping[str, Path]) -> Iterator[Problem]:
    """What no package may hold, whatever its manifest says; weights of two graphs that would lie in one place."""
    from inference.graph_checks import check_file
    from inference.manifest import OnnxFacts
    from inference.packing import graph_facts

    beside: dict[str, str] = {}
    for name, file in graphs.items():
        facts = OnnxFacts.model_validate(graph_facts(file, f"models/{name}.onnx"))
        yield from check_file(file, facts)
        data = facts.external_data
        if data and beside.setdefault(data, name) != name:
            yield Problem("pack.fault.same_weights", {"file": data, "one": beside[data], "other": name})


def _told(error: ValidationError) -> Iterator[Problem]:
    """Each refusal of the schema, with the option that it is about."""
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        where = ".".join(str(part) for part in one["loc"])
        name = _question_of(where)
        flag = flag_of(name) if name else "--manifest"
        what = str(one["msg"]).removeprefix("Value error, ")
        facts = {"flag": flag, "where": where, "what": what, "type": str(one["type"])}
        if name and facts["type"] == "string_pattern_mismatch":  # a pattern is no word to a reader
            yield Problem("pack.fault.form", {**facts, "form": text_with(f"pack.ask.{name}", {})})
        else:
            yield Problem("pack.fault.manifest", facts)


def _some_facts(name: str) -> dict[str, Any]:
    """As the packing will fill them in: for the schema alone."""
    file = f"models/{name}.onnx"
    return {"file": file, "opset": 17, "ir_version": 8, "op_types": [], "sha256": "0" * 64}


def _is_told(where: str, told: set[str]) -> bool:
    """Whether a place of the manifest is that of a question which is said to be open or wrong, or holds one."""
    paths = [one.path for one in QUESTIONS if one.name in told]
    return _question_of(where) in told or any(path.startswith(f"{where}.") for path in paths)


def _question_of(where: str) -> str:
    """The question whose answer stands at a place of the manifest: the one that names it most closely."""
    fitting = [one for one in QUESTIONS if where == one.path or where.startswith(f"{one.path}.")]
    return max(fitting, key=lambda one: len(one.path)).name if fitting else ""


def _name(answers: Answers, base: Mapping[str, Any]) -> str:
    return next((one for one in answers.get("name", ()) if one), "") or str(base.get("name") or "-")
