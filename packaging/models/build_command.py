"""The command line that the build scripts of packages without trained weights share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from package_files import Package, library_versions, source_hash, write_package

LIBRARIES = ("numpy", "onnx", "onnxruntime-gpu")


def build(
    what: str,
    key: str,
    scripts: Sequence[str],
    package_of: Callable[[dict[str, Any]], Package],
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
    figures = json.loads((options.figures or folder / "docs/metrics.json").read_text(encoding="utf-8"))
    figures["made_with"] = library_versions(*libraries)
    figures["scripts_sha256"] = source_hash(*scripts)
    package = package_of(figures)
    kept = {"docs/metrics.json": json.dumps(figures, indent=2) + "\n"}
    write_package(folder, replace(package, extra=package.extra | kept))
