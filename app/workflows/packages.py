"""Model packages of this user: list, check, install, pack."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from app.analysis.packages import open_package, refused
from app.domain.errors import ModelRefusedError
from app.support.i18n import text_with
from app.support.paths import resource_dir, user_paths
from inference.catalog import PackageEntry, find_packages
from inference.client import ModelClient
from inference.errors import PackageError, Problem

BESIDE = ("docs/README.md", "docs/data_license.txt", "LICENSE")


def all_packages() -> tuple[PackageEntry, ...]:
    """Every package of the user and of the product, sound or not."""
    return find_packages((user_paths().models, resource_dir() / "models"))


def check(folder: Path) -> dict[str, Any]:
    """Load and run the golden test; facts for a sentence. Raises ModelRefusedError."""
    bundle = open_package(str(folder), ())
    client = ModelClient()
    try:
        answer = client.golden(bundle)
    finally:
        client.close()
    if isinstance(answer, Problem):
        why = text_with(answer.key, answer.facts)
        raise ModelRefusedError("error.model.golden_failed", package=bundle.key, why=why)
    worst = max(answer["cases"], key=lambda case: case["difference"] / case["allowed"])
    facts = {"package": bundle.key, "device": answer["provider"], "difference": f"{worst['difference']:.2g}"}
    if worst["difference"] > worst["allowed"]:
        raise ModelRefusedError("error.model.golden", **facts, allowed=f"{worst['allowed']:g}")
    return {**facts, "files": sum(path.is_file() for path in folder.rglob("*"))}


def install(folder: Path) -> Path:
    """Check, then copy to the user's models; a failed copy leaves nothing. Raises ModelRefusedError, OSError."""
    check(folder)
    bundle = open_package(str(folder), ())
    target = user_paths().models / bundle.key
    if target.exists():
        raise ModelRefusedError("error.model.exists", package=bundle.key, folder=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".installing-") as parts:
        copied = Path(parts) / bundle.key
        shutil.copytree(folder, copied)
        open_package(str(copied), ())  # what was checked is what was copied
        copied.rename(target)
    return target


def pack(onnx_file: Path, manifest_file: Path, out: Path) -> Path:
    """A package from a graph and a manifest; card, licences and golden test lie beside the manifest.

    Raises ModelRefusedError with all that is still missing, OSError.
    """
    from inference.packing import lay_out

    source = manifest_file.parent
    try:
        manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
        golden = [case[name] for case in manifest["viewer"]["golden"] for name in ("input", "expected")]
        files = {name: source / name for name in (*BESIDE, *golden)}
        folder = lay_out(onnx_file, manifest, files, out)
    except (KeyError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise ModelRefusedError("error.model.manifest", file=manifest_file.name, what=what) from error
    except PackageError as error:
        raise refused(error) from error
    open_package(str(folder), ())
    return folder
