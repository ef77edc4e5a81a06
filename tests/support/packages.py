"""Packages of third-party networks, put together for one test from a manifest here and graphs of the shared set."""

from __future__ import annotations

import shutil
from pathlib import Path

from inference.hashes import write_sums
from tests.support.shared import shared_dir

GRAPHS = {
    "dlwpt-nodule": {
        "candidates": "dlwpt_nodule/nodule_candidates_unet2d.onnx",
        "classifier": "dlwpt_nodule/nodule_classifier_cnn3d.onnx",
    },
    "hybridgnet-cxr": {"model": "hybridgnet_unet_jsrt/cxr_lung_heart_clavicle_unet512.onnx"},
    "miniseg-covid-ct": {"model": "miniseg_covid_ct/miniseg_CT100_ens5.onnx"},
}
PACKAGES = Path(__file__).resolve().parents[1] / "packages"


def dlwpt_nodule(parent: Path) -> Path:
    """The two-stage nodule package in a folder under `parent`; skips without the shared networks."""
    return _put_together(parent, "dlwpt-nodule")


def hybridgnet_cxr(parent: Path) -> Path:
    """Lungs and heart on radiographs; skips without the shared networks."""
    return _put_together(parent, "hybridgnet-cxr")


def miniseg_covid_ct(parent: Path) -> Path:
    """Dense lung, slice by slice; skips without the shared networks."""
    return _put_together(parent, "miniseg-covid-ct")


def graph_words(name: str) -> list[str]:
    """The `--graph` options of a package here; skips without the shared networks."""
    return [
        word
        for graph, file in GRAPHS[name].items()
        for word in ("--graph", f"{graph}={shared_dir('models', *file.split('/'))}")
    ]


def pack_words(name: str, out: Path) -> list[str]:
    """`overread models pack` as a site would call it with the manifest that lies here."""
    manifest = PACKAGES / name / "configs/metadata.json"
    return ["models", "pack", "--out", str(out), *graph_words(name), "--manifest", str(manifest)]


def packed(name: str, out: Path) -> Path:
    """The package of that name made by the command itself; skips without the shared networks."""
    from app.cli.main import run

    assert run(pack_words(name, out)) == 0
    return out / f"{name}-1.0.0"


def _put_together(parent: Path, name: str) -> Path:
    """The folder of a manifest with graphs of the shared set under their names in the package."""
    files = {graph: shared_dir("models", *file.split("/")) for graph, file in GRAPHS[name].items()}
    folder = parent / f"{name}-1.0.0"
    shutil.copytree(PACKAGES / name, folder)
    (folder / "models").mkdir()
    for stem, file in files.items():
        shutil.copyfile(file, folder / "models" / f"{stem}.onnx")
    write_sums(folder)
    return folder
