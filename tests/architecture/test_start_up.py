"""Heavy libraries stay out of the way until they are needed: the window is up before any of them is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "vtkmodules",
    "onnxruntime",
    "onnx",
    "scipy",
    "skimage",
    "sklearn",
    "highdicom",
    "SimpleITK",
    "imagecodecs",
    "sqlalchemy",
    "pydantic",
)


def imported_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys; print(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "needed"),
    [
        ("app.cli.main", ()),
        ("app.ui.main_window", ()),
        ("inference.client", ("pydantic",)),
    ],  # it reads manifests
)
def test_importing_a_front_room_imports_nothing_heavy(module: str, needed: tuple[str, ...]) -> None:
    assert not imported_by(f"import {module}") & set(HEAVY) - set(needed)


def test_the_window_process_never_imports_the_runtime() -> None:
    assert "onnxruntime" not in imported_by("import inference.client, app.analysis")
