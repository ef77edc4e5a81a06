"""All shipped packages are whole, answer as they should, and say of themselves what was measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.client import ModelClient
from tests.support.starters import (
    CT,
    CXR,
    PACKAGES,
    SCRIPTS,
    ask,
    builder_of,
    card_of,
    manifest_of,
    metrics_of,
    session,
)

LARGEST_FILE = 2 * 1024 * 1024
every_package = pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)


@every_package
def test_package_passes_every_check_of_a_package(folder: Path) -> None:
    bundle = load_bundle(folder)
    assert bundle.key == folder.name


@every_package
def test_no_file_is_large(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    assert max(sizes.values()) < LARGEST_FILE, sizes


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    one = ModelClient()
    yield one
    one.close()


@every_package
def test_golden_case_passes_in_the_child_process(folder: Path, client: ModelClient) -> None:
    told = client.golden(load_bundle(folder))
    assert isinstance(told, dict), told
    assert [case["difference"] <= case["allowed"] for case in told["cases"]] == [True]


@every_package
def test_golden_input_is_made_up(folder: Path) -> None:
    wanted = builder_of(folder).golden_input()
    with np.load(folder / "tests/golden/in_0.npz", allow_pickle=False) as stored:
        assert set(stored.files) == set(wanted)
        for name, values in wanted.items():
            np.testing.assert_array_equal(stored[name], values)


@every_package
def test_changed_weights_fail_the_golden_case(folder: Path) -> None:
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(folder / "models/model.onnx"))
    floats = [one for one in model.graph.initializer if one.data_type == onnx.TensorProto.FLOAT]
    for one in floats:  # in a graph without training these are its thresholds
        one.CopyFrom(numpy_helper.from_array((numpy_helper.to_array(one) * 1.1).astype(np.float32), one.name))
    import onnxruntime

    graph = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    with np.load(folder / "tests/golden/in_0.npz", allow_pickle=False) as stored:
        found = ask(graph, **{name: stored[name] for name in stored.files})
    expected = json.loads((folder / "tests/golden/expected.json").read_text(encoding="utf-8"))["outputs"]
    away = max(
        float(np.abs(found[name].ravel() - np.array(one["values"])).max()) for name, one in expected.items()
    )
    atol = manifest_of(folder)["viewer"]["golden"][0]["atol"]["cpu"]
    assert away > atol


@every_package
def test_card_was_built_from_these_scripts(folder: Path) -> None:
    names = builder_of(folder).SCRIPTS
    digest = hashlib.sha256(b"".join((SCRIPTS / name).read_bytes() for name in names)).hexdigest()
    assert metrics_of(folder)["scripts_sha256"] == digest, "a script changed since: build the package again"
    assert digest in card_of(folder)


@every_package
def test_every_figure_of_the_manifest_stands_on_the_card(folder: Path) -> None:
    card = card_of(folder)
    for row in manifest_of(folder)["viewer"]["performance"]:
        shapes = {f"{row['value']:.{digits}f}" for digits in range(4)} | {f"{row['value']:g}"}
        assert any(shape in card for shape in shapes), row
        assert row["reference_standard"] or row.get("ci95"), row


@every_package
def test_card_says_what_it_does_not_see(folder: Path) -> None:
    card = card_of(folder)
    for words in manifest_of(folder)["viewer"]["known_failures"]:
        assert words.strip()
    assert "does not" in card or "not for any patient" in card


@every_package
def test_card_names_exact_versions_and_licences(folder: Path) -> None:
    card = card_of(folder)
    for name, number in metrics_of(folder)["made_with"].items():
        assert f"{name} {number}" in card
    assert "not for primary" in card
    assert "Apache-2.0" in card
    assert (folder / "docs/data_license.txt").read_text(encoding="utf-8").strip()


@every_package
def test_manifest_says_what_it_is_not_for_and_claims_no_probability(folder: Path) -> None:
    viewer = manifest_of(folder)["viewer"]
    assert viewer["regulatory"]["status"] == "research_only"
    assert "primary diagnosis" in viewer["regulatory"]["not_for"]
    assert viewer["calibration"] is None
    labels = json.dumps([viewer["outputs"], viewer["maps"]]).lower()
    assert "probab" not in labels


def test_ct_card_and_manifest_repeat_the_measured_figures() -> None:
    metrics, card = metrics_of(CT), card_of(CT)
    values = [row["value"] for row in manifest_of(CT)["viewer"]["performance"]]
    summary = metrics["summary"]
    assert values == [
        summary["largest_error_points"],
        summary["healthy_percent"],
        summary["lowest_lung_dice"],
        summary["real_baseline_percent"],
        summary["inserted_mean_error_points"]["glass"],
        summary["inserted_mean_error_points"]["solid"],
    ]
    for row in metrics["phantom"]:
        assert f"| {row['name']} |" in card
        assert f"| {row['error_points']:+.2f} |" in card
    assert f"at most {summary['healthy_percent']:.2f} %" in card
    assert f"at most {summary['real_baseline_percent']:.2f} %" in card


def test_cxr_card_and_manifest_repeat_the_measured_figures() -> None:
    found, card = metrics_of(CXR)["cross_validated"], card_of(CXR)
    performance = manifest_of(CXR)["viewer"]["performance"]
    shown = ("network", "thumbnail_16", "thumbnail_inner", "border_12px")
    wanted = [found[name]["all"] for name in shown]
    assert [(row["value"], row["ci95"]) for row in performance[: len(shown)]] == [
        (one["auc"], one["ci95"]) for one in wanted
    ]
    for looker in (*shown, "patient_number"):
        for part in ("all", "PA", "AP", "shared_numbers"):
            one = found[looker][part]
            assert f"{one['auc']:.3f} ({one['ci95'][0]:.3f}-{one['ci95'][1]:.3f})" in card


def test_cxr_card_says_by_how_much_it_beats_or_misses_others() -> None:
    """With the interval of the difference, and in words where that holds 0."""
    found, card = metrics_of(CXR)["cross_validated"], card_of(CXR)
    for one in (*found["paired"].values(), found["first_version"]):
        low, high = one["ci95"]
        assert f"{one['difference']:+.3f} ({low:+.3f} to {high:+.3f})" in card
    sure = found["first_version"]["ci95"][0] > 0
    assert ("The interval leaves out 0." if sure else "not shown to be better") in card


def test_cxr_card_gives_the_shortcut_baselines_before_anything_else() -> None:
    card = card_of(CXR)
    assert card.index("not for any patient") < card.index("16 x 16 thumbnail") < card.index("## What it does")


def test_operating_point_of_the_graph_is_that_of_the_figures() -> None:
    scale = metrics_of(CXR)["scale"]
    graph = session(CXR)
    film = np.random.default_rng(1).random((1, 1, 64, 64)).astype(np.float32)
    found: dict[str, Any] = ask(graph, film=film)
    expected = 1 / (1 + np.exp(scale["operating_logit"] - float(found["logit"][0, 0])))
    assert float(found["score"][0, 0]) == pytest.approx(expected, abs=1e-6)
