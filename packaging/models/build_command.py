"""The command lines that the build scripts share: packages without trained weights, and packages with them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from package_files import ROOT, Package, library_versions, source_hash, write_package

LIBRARIES = ("numpy", "onnx", "onnxruntime-gpu")
Figures = dict[str, Any]


def build(
    what: str,
    key: str,
    scripts: Sequence[str],
    package_of: Callable[[Figures], Package],
    libraries: Sequence[str] = LIBRARIES,
) -> None:
    """Read the figures, add what the package was made with, and write it to `--out` / key.

    package_of gets the figures; they go into the package as docs/metrics.json.
    """
    parser = argparse.ArgumentParser(description=what.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--figures", type=Path, help="else those of the package that lies there already")
    options = parser.parse_args()
    folder = options.out / key
    figures = _figures(options.figures or folder / "docs/metrics.json", scripts, libraries)
    _write(folder, package_of(figures), figures)


def build_trained(
    what: str,
    key: str,
    scripts: Sequence[str],
    package_of: Callable[[Figures, Path], Package],
    libraries: Sequence[str] = LIBRARIES,
) -> None:
    """The same with weights: package_of also gets `--work`, the folder that training left. It may add figures."""
    parser = argparse.ArgumentParser(description=what.splitlines()[0])
    for name in ("work", "figures", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    figures = _figures(options.figures, scripts, libraries)
    figures["trained_with"] = _pinned_versions()
    _write(options.out / key, package_of(figures, options.work), figures)


def _figures(path: Path, scripts: Sequence[str], libraries: Sequence[str]) -> Figures:
    figures: Figures = json.loads(path.read_text(encoding="utf-8"))
    made_with = {"made_with": library_versions(*libraries), "scripts_sha256": source_hash(*scripts)}
    return figures | made_with


def _pinned_versions() -> str:
    """What the training environment was made of."""
    lines = (ROOT / "packaging/models/requirements.txt").read_text(encoding="utf-8").splitlines()
    return ", ".join(line.replace("==", " ") for line in lines if "==" in line)


def _write(folder: Path, package: Package, figures: Figures) -> None:
    kept = {"docs/metrics.json": json.dumps(figures, indent=2) + "\n"}
    write_package(folder, replace(package, extra=package.extra | kept))
