"""A package from ONNX files: manifest, card, licence, hashes, and a golden test that is made by running them."""

from __future__ import annotations

import copy
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.analysis.packages import refused
from app.domain.errors import ModelRefusedError
from app.support.i18n import text, text_with

if TYPE_CHECKING:
    from inference.client import ModelClient

CARD, DATA_LICENCE, LICENCE = "docs/README.md", "docs/data_license.txt", "LICENSE"
ATOL = {"cpu": 1e-4, "cuda": 2e-3, "tensorrt": 2e-2}
SEED = 20260101
TRY_S = 300.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Files that the maker has; what is left out is written as a skeleton, or made by a run.

    golden, expected: input (.npz) and answer (.json) of a graph, by the graph's name. sizes: lengths of open axes by
    input.
    """

    card: Path | None = None
    licence: Path | None = None
    data_licence: Path | None = None
    golden: Mapping[str, Path] = field(default_factory=dict)
    expected: Mapping[str, Path] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def pack_model(
    client: ModelClient, graphs: Mapping[str, Path], manifest: dict[str, Any], beside: Beside, out: Path
) -> Path:
    """Write `out/<name>-<version>`; graphs by the names they get in it, such as model, or candidates and classifier.

    Raises ModelRefusedError with all that is wrong, OSError; then nothing is left.
    """
    from inference.bundle import load_bundle
    from inference.errors import PackageError
    from inference.packing import graph_files, lay_out

    made = copy.deepcopy(manifest)
    with tempfile.TemporaryDirectory(prefix="overread-pack-") as folder_of_trial:
        stage = Path(folder_of_trial)
        files = _written(stage, made, beside)
        try:
            for name, source in graph_files(graphs).items():
                (stage / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, stage / name)
            made["viewer"]["golden"], golden = _golden_of_all(client, stage, graphs, made, beside)
            folder = lay_out(graphs, made, {**files, **golden}, out)
        except PackageError as error:
            raise refused(error) from error
    try:
        load_bundle(folder)
    except PackageError as error:
        shutil.rmtree(folder)
        raise refused(error) from error
    return folder


def _written(stage: Path, manifest: dict[str, Any], beside: Beside) -> dict[str, Path]:
    """Card and licences: the maker's own, or skeletons that say what is still to be filled in."""
    licence = manifest["viewer"]["licence"]
    words = {
        CARD: _card(manifest),
        DATA_LICENCE: text("pack.data_licence", licence=licence["training_data"]),
        LICENCE: text("pack.licence", code=licence["code"], weights=licence["weights"]),
    }
    given = {CARD: beside.card, LICENCE: beside.licence, DATA_LICENCE: beside.data_licence}
    files: dict[str, Path] = {}
    for name, said in words.items():
        own = given.get(name)
        files[name] = own or stage / name
        if own is None:
            files[name].parent.mkdir(parents=True, exist_ok=True)
            files[name].write_text(said, encoding="utf-8")
    return files


def _card(manifest: dict[str, Any]) -> str:
    viewer = manifest["viewer"]
    return text_with(
        "pack.card",
        {
            "name": manifest["name"],
            "version": manifest["version"],
            "description": manifest["description"],
            "intended_use": manifest["intended_use"],
            "not_for": "\n".join(f"- {one}" for one in viewer["regulatory"]["not_for"]),
            "outputs": "\n".join(_output_line(one) for one in viewer["outputs"]),
            "data": viewer["licence"]["training_data"],
        },
    )


def _output_line(output: dict[str, Any]) -> str:
    threshold = output.get("threshold")
    tail = "" if threshold is None else f": {threshold:g} ({output.get('threshold_source', '')})"
    return f"- {output['label'].get('en', output['key'])}{tail}"


def _golden_of_all(
    client: ModelClient, stage: Path, graphs: Mapping[str, Path], manifest: dict[str, Any], beside: Beside
) -> tuple[list[dict[str, Any]], dict[str, Path]]:
    """A golden case for each graph: what the manifest says of it, and its files by where they lie in the package."""
    told = {one.get("model", "models/model.onnx"): one for one in manifest["viewer"].get("golden") or ()}
    cases: list[dict[str, Any]] = []
    files: dict[str, Path] = {}
    for at, name in enumerate(graphs):
        model = f"models/{name}.onnx"
        number = f"_{at}" if len(graphs) > 1 else ""
        case: dict[str, Any] = {
            "model": model,
            "input": f"tests/golden/in_{at}.npz",
            "expected": f"tests/golden/expected{number}.json",
            "atol": {**ATOL, **told.get(model, {}).get("atol", {})},
        }
        files[case["input"]], files[case["expected"]] = _golden(client, stage, case, manifest, beside)
        cases.append(case)
    return cases, files


def _golden(
    client: ModelClient, stage: Path, case: dict[str, Any], manifest: dict[str, Any], beside: Beside
) -> tuple[Path, Path]:
    """Run a graph in the child, and keep what went in and came out; an answer that the maker names must come out."""
    from inference.errors import Problem
    from inference.golden_make import expected_of

    name = Path(case["model"]).stem
    given = _given(beside.golden.get(name))
    wanted = {
        "model": case["model"],
        "ram_mb": int(manifest["viewer"]["resources"]["ram_mb"]),
        "providers": ["CPUExecutionProvider"],
        "seed": SEED,
        "inputs": list(given),
        "ranges": _ranges(manifest),
        "sizes": {tensor: list(sizes) for tensor, sizes in beside.sizes.items()},
    }
    answer = client.try_graph(stage, wanted, list(given.values()), TRY_S)
    if isinstance(answer, Problem):
        why = text_with(answer.key, answer.facts)
        raise ModelRefusedError("error.model.golden_failed", package=manifest["name"], why=why)
    told, arrays = answer
    count = len(told["inputs"])
    kept, expected = stage / f"{name}.npz", stage / f"{name}.json"
    np.savez_compressed(kept, **dict(zip(told["inputs"], arrays[:count], strict=True)))
    outputs = dict(zip(told["outputs"], arrays[count:], strict=True))
    if name in beside.expected:
        _hold_against(outputs, beside.expected[name], case, manifest["name"])
        return kept, beside.expected[name]
    expected.write_text(json.dumps(expected_of(outputs)) + "\n", encoding="utf-8")
    return kept, expected


def _hold_against(outputs: dict[str, Any], file: Path, case: dict[str, Any], package: str) -> None:
    """Raises ModelRefusedError where a graph answers otherwise than its maker says: it is another graph, or broken."""
    from inference.errors import RunRefusedError
    from inference.golden_compare import difference, expected_outputs

    try:
        strayed = difference(outputs, expected_outputs(file, file.name))
    except RunRefusedError as error:
        why = text_with(error.problem.key, error.problem.facts)
        raise ModelRefusedError("error.model.golden_failed", package=package, why=why) from error
    if not strayed <= case["atol"]["cpu"]:
        facts = {
            "model": case["model"],
            "difference": f"{strayed:.3g}",
            "allowed": f"{case['atol']['cpu']:g}",
        }
        raise ModelRefusedError("error.model.pack_golden", file=file.name, **facts)


def _given(file: Path | None) -> dict[str, Any]:
    """Arrays of the maker's own golden input. Raises ModelRefusedError."""
    if file is None:
        return {}
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, OSError, KeyError) as error:
        raise ModelRefusedError("error.model.golden_input", file=file.name) from error


def _ranges(manifest: dict[str, Any]) -> dict[str, list[float]]:
    inputs = manifest["network_data_format"]["inputs"]
    return {
        name: [float(value) for value in one["value_range"]]
        for name, one in inputs.items()
        if one.get("value_range")
    }
