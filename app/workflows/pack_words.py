"""Short words for the manifest's lists: `to_range from_min=-1000 min=0` is one step, `key=x; tensor=y` one output.

Each flag has a table: a word, where in the manifest's object it goes, and how it is read. What cannot be understood is
noted as a fault and left out, so that everything that is wrong is said at once.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inference.errors import Problem

Reader = Callable[[str], Any]
Table = Mapping[str, tuple[str, Reader]]
_OF = re.compile(r"^([A-Za-z0-9_-]+)\s*:\s+(.*)$", re.DOTALL)  # `lungs: threshold at=0.5`


@dataclass(slots=True)
class Faults:
    """What is wrong so far; flags: those whose answers were not understood."""

    problems: list[Problem] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def note(self, key: str, name: str, **facts: str) -> None:
        """One thing wrong with an answer."""
        told = Problem(f"pack.fault.{key}", {"flag": flag_of(name), **facts})
        self.flags.add(name)
        if told not in self.problems:
            self.problems.append(told)


def flag_of(name: str) -> str:
    """The option of a question."""
    return f"--{name.replace('_', '-')}"


def whole(words: str) -> int:
    """A whole number."""
    return int(words)


def several(read: Callable[[str], Any]) -> Reader:
    """Numbers with commas or `x` between them, in brackets or without."""
    return lambda words: [read(part) for part in words.strip("[]() ").replace("x", ",").split(",")]


def names(words: str) -> list[str]:
    """Words with commas between them."""
    return [part.strip() for part in words.split(",") if part.strip()]


def yes(words: str) -> bool:
    """Raises ValueError."""
    try:
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[words.lower()]
    except KeyError as error:
        raise ValueError(words) from error


def code(words: str) -> dict[str, str]:
    """`SCT/36118008/Pneumothorax`. Raises ValueError."""
    scheme, value, meaning = words.split("/", 2)
    return {"scheme": scheme, "value": value, "meaning": meaning}


def region(words: str) -> dict[str, Any]:
    """`map:label`, or the map alone for its first channel. Raises ValueError."""
    name, _, label = words.partition(":")
    return {"map": name, "label": int(label or 0)}


def labels(words: str) -> dict[str, str]:
    """`1=lungs,2=heart`. Raises ValueError."""
    return {str(int(number)): name for number, name in (part.split("=", 1) for part in names(words))}


def numbers_or_names(words: str) -> Any:
    """What JSON makes of it, numbers with commas, or the words themselves: the value of a step's word."""
    try:
        return json.loads(words)
    except ValueError:
        pass
    try:
        return [float(part) for part in words.strip("[]").split(",")] if "," in words else words
    except ValueError:
        return words


BOUNDS: Table = {
    "sop_class": ("sop_class_uids", names),
    "photometric": ("photometric", names),
    "plane": ("plane", names),
    "min_slices": ("min_slices", whole),
    "max_slices": ("max_slices", whole),
    "spacing_mm": ("spacing_mm", several(float)),
    "slice_spacing_mm_max": ("slice_spacing_mm_max", float),
    "slice_thickness_mm_max": ("slice_thickness_mm_max", float),
    "needs_patient_space": ("needs_patient_space", yes),
    "needs_spacing": ("needs_spacing", yes),
}
RUN: Table = {
    "mode": ("mode", str),
    "roi": ("roi_size", several(int)),
    "overlap": ("overlap", float),
    "blend": ("blend", str),
    "padding": ("padding", str),
    "neighbours": ("neighbours", whole),
    "multiple_of": ("multiple_of", whole),
    "batch": ("batch", whole),
    "mirror": ("mirror", names),
}
STAGE: Table = {
    "kind": ("kind", str),
    "input": ("input.tensor", str),
    "output": ("output", str),
    "channel": ("channel", whole),
    "patch": ("patch", several(int)),
    **{word: (f"inference.{path}", read) for word, (path, read) in RUN.items()},
}
INPUT: Table = {
    "tensor": ("tensor", str),
    "source": ("source", str),
    "layout": ("layout", str),
    "view": ("view", str),
}
MAP: Table = {
    "tensor": ("tensor", str),
    "key": ("key", str),
    "kind": ("kind", str),
    "label": ("label.en", str),
    "label_ru": ("label.ru", str),
    "range": ("value_range", several(float)),
    "threshold": ("threshold", float),
    "names": ("names", labels),
    "view": ("view", str),
}
BOXES: Table = {
    "tensor": ("tensor", str),
    "scores": ("scores", str),
    "labels": ("labels", str),
    "form": ("form", str),
    "unit": ("unit", str),
    "iou": ("iou", float),
    "view": ("view", str),
}
VALUE: Table = {"tensor": ("tensor", str), "index": ("index", whole), "scale": ("scale", float)}
OUTPUT: Table = {
    "key": ("key", str),
    "label": ("label.en", str),
    "label_ru": ("label.ru", str),
    **{word: (f"score.{path}", read) for word, (path, read) in VALUE.items()},
    "threshold": ("threshold", float),
    "source": ("threshold_source", str),
    "transform": ("score_transform", str),
    "code": ("code", code),
    "site": ("finding_site", str),
    "side": ("side", str),
    "report": ("report_when", str),
    "region": ("region", region),
    "join": ("region.join", several(int)),
    "heat": ("heat", str),
    "view": ("view", str),
    "colour": ("colour", several(int)),
    "trained": ("trained", yes),
}
MEASURE: Table = {
    "key": ("key", str),
    "unit": ("unit", str),
    "of": ("of", str),
    **{word: (f"value.{path}", read) for word, (path, read) in VALUE.items()},
}
REGION_MEASURE: Table = {name: (name, str) for name in ("key", "op", "of", "to", "unit")}
REQUIREMENT: Table = {
    "at_least": ("at_least", float),
    "reason": ("reason.en", str),
    "reason_ru": ("reason.ru", str),
    **{word: (f"value.{path}", read) for word, (path, read) in VALUE.items()},
}
RANKING: Table = {"by": ("by", str), "merge_mm": ("merge_mm", float), "at_most": ("at_most", whole)}
EXPLAIN: Table = {
    "method": ("method", str),
    "heat": ("heat", str),
    "output": ("output", str),
    "grid": ("grid", several(int)),
    "reference_corr": ("reference_corr", float),
}
PERFORMANCE: Table = {
    "dataset": ("dataset", str),
    "metric": ("metric", str),
    "value": ("value", float),
    "ci95": ("ci95", several(float)),
    "ci_method": ("ci_method", str),
    "n": ("n", whole),
    "n_pos": ("n_pos", whole),
    "sites": ("sites", str),
    "reference": ("reference_standard", str),
    "overlap_with_training": ("overlap_with_training", yes),
}


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Into nested dictionaries, which are made where they are missing."""
    *parents, last = path.split(".")
    for name in parents:
        target = target.setdefault(name, {})
    target[last] = value


def told(words: str, table: Table, name: str, faults: Faults) -> dict[str, Any]:
    """`key=x; tensor=y` as the manifest's object; what is not understood is noted and left out."""
    made: dict[str, Any] = {}
    for part in (part.strip() for part in words.split(";") if part.strip()):
        word, equal, value = (one.strip() for one in part.partition("="))
        if not equal:
            faults.note("pair", name, words=part)
        elif word not in table:
            faults.note("word", name, word=word, known=", ".join(table))
        else:
            path, read = table[word]
            try:
                put(made, path, read(value))
            except ValueError:
                faults.note("value", name, word=word, value=value)
    return made


def of_what(words: str, known: Iterable[str]) -> tuple[str, str]:
    """`lungs: threshold at=0.5` as its part and the rest; the part is empty where none of the known is named."""
    found = _OF.match(words.strip())
    return (found[1], found[2]) if found and found[1] in set(known) else ("", words)


def step(words: str, name: str, faults: Faults) -> dict[str, Any]:
    """`resize rows=224 columns=224`: an operation and its arguments."""
    try:
        op, *rest = shlex.split(words) or [""]
    except ValueError:  # a quotation mark without its other half
        op, rest = words, []
    made: dict[str, Any] = {"op": op, "args": {}}
    for part in rest:
        word, equal, value = part.partition("=")
        if equal:
            made["args"][word] = numbers_or_names(value)
        else:
            faults.note("pair", name, words=part)
    return made
