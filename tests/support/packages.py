"""Packages of third-party networks, put together for one test from a manifest here and graphs of the shared set."""

from __future__ import annotations

import shutil
from pathlib import Path

from inference.hashes import write_sums
from tests.support.shared import shared_dir

PACKAGES = Path(__file__).resolve().parents[1] / "packages"


def dlwpt_nodule(parent: Path) -> Path:
    """The two-stage nodule package in a folder under `parent`; skips without the shared networks."""
    graphs = shared_dir("models", "dlwpt_nodule")
    folder = parent / "dlwpt-nodule-1.0.0"
    shutil.copytree(PACKAGES / "dlwpt-nodule", folder)
    (folder / "models").mkdir()
    shutil.copyfile(graphs / "nodule_candidates_unet2d.onnx", folder / "models" / "candidates.onnx")
    shutil.copyfile(graphs / "nodule_classifier_cnn3d.onnx", folder / "models" / "classifier.onnx")
    write_sums(folder)
    return folder
