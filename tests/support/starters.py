"""The shipped model packages, the scripts that build them, and ways to ask their graphs."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "packaging" / "models"
MODELS = ROOT / "resources" / "models"
PACKAGES = tuple(sorted(folder for folder in MODELS.iterdir() if folder.is_dir()))


def shipped(name: str) -> Path:
    """The folder of the only version of a package that ships."""
    [folder] = [one for one in PACKAGES if one.name.rsplit("-", 1)[0] == name]
    return folder


CT = shipped("ct-dense-lung")
EMPHYSEMA = shipped("ct-emphysema")
LUNGS = shipped("cxr-lungs-heart")
ASYMMETRY = shipped("mg-asymmetry")
MAMMOGRAM = shipped("mg-density")
NODULES = shipped("ct-nodule-candidates")
CXR = shipped("cxr-opacity-starter")
Arrays = dict[str, NDArray[Any]]

if str(SCRIPTS) not in sys.path:  # the scripts import each other by bare name
    sys.path.append(str(SCRIPTS))


def builder_of(folder: Path) -> Any:  # Any: a script
    """The script that builds a package, by the package's name."""
    name = folder.name.rsplit("-", 1)[0].removesuffix("-starter")
    return importlib.import_module(f"build_{name.replace('-', '_')}")


def session(folder: Path) -> Any:  # Any: onnxruntime brings no types
    """The shipped graph on the CPU with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        str(folder / "models/model.onnx"), options, providers=["CPUExecutionProvider"]
    )


def ask(graph: Any, **given: NDArray[Any]) -> Arrays:  # Any: a session
    """All outputs by name."""
    names = [output.name for output in graph.get_outputs()]
    return dict(zip(names, graph.run(names, given), strict=True))


def manifest_of(folder: Path) -> dict[str, Any]:
    """configs/metadata.json as plain data."""
    return dict(json.loads((folder / "configs/metadata.json").read_text(encoding="utf-8")))


def metrics_of(folder: Path) -> dict[str, Any]:
    """docs/metrics.json as plain data."""
    return dict(json.loads((folder / "docs/metrics.json").read_text(encoding="utf-8")))


def card_of(folder: Path) -> str:
    """docs/README.md."""
    return (folder / "docs/README.md").read_text(encoding="utf-8")


def ask_ct(graph: Any, volume: NDArray[np.float32], spacing_mm: tuple[float, float, float]) -> Arrays:
    """The CT graph on one volume."""
    return ask(graph, hu=volume[None, None], spacing_mm=np.array(spacing_mm, dtype=np.float32))
