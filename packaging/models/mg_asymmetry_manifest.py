"""What the product is told of `mg-asymmetry`: which films it compares, maps, numbers, thresholds, figures."""

from __future__ import annotations

from typing import Any

from manifest_parts import LICENCE, golden, measure, metadata, regulatory, resources, tensor_of
from mg_asymmetry_graph import HEAT_FROM, MARKED_SHARE, OUTLINE_DICE, PAIRS, VIEWS, figures
from mg_density_manifest import SOP_CLASSES

NAME = "mg-asymmetry"
VERSION = "1.0.0"
NOT_FOR = (
    "primary diagnosis",
    "finding or ruling out breast cancer: it is not a cancer detector",
    "masses, distortion and calcifications as such: it sees only where one side has more dense tissue",
    "what is the same on both sides, and what is new since an earlier study: it compares left with right alone",
    "small differences, and differences within dense tissue: see the card for how few it marks",
    "breasts after surgery, implants, spot and magnification views, tomosynthesis, images for processing",
)
SIDES = {"R": "right", "L": "left"}
PROJECTIONS = {"cc": "CC", "mlo": "MLO"}
MAP_TOP = 0.8  # larger differences look alike
MAP_LABEL = "Asymmetry map"
COMPARED_LABEL = "Compared part"


def manifest(told: dict[str, Any]) -> dict[str, Any]:
    """configs/metadata.json without what `package_files` computes."""
    said = {
        "changelog": {"1.0.0": "first release: right and left film of one projection, or of two"},
        "task": "left-right asymmetry of dense tissue on mammograms",
        "description": "Where one breast has more dense tissue than the other at its mirrored place: maps and numbers",
        "references": [],
        "intended_use": "Research and teaching: a second look at where the two sides differ; no screening",
        "network_data_format": {"inputs": _inputs(), "outputs": _outputs()},
        "eval_metrics": {"false_alarm_share_made": told["at_threshold"]["false_alarms"]["value"]},
        "viewer": _viewer(told),
    }
    return metadata(NAME, VERSION, said)


def _inputs() -> dict[str, Any]:
    found = {view.lower(): tensor_of("MG", "film", ["*", "*"]) for view in VIEWS}
    return found | {f"{view.lower()}_mm": tensor_of("MG", "spacing", [3]) for view in VIEWS}


def _outputs() -> dict[str, Any]:
    found = {f"{view.lower()}_heat": tensor_of("MG", "heat", ["*", "*"]) for view in VIEWS}
    found |= {
        f"{view.lower()}_compared": tensor_of("MG", "segmentation", ["*", "*"], "uint8") for view in VIEWS
    }
    return found | {name: tensor_of("MG", "number", [1]) for name in figures()}


def _viewer(told: dict[str, Any]) -> dict[str, Any]:
    bindings = [{"tensor": view.lower(), "view": view, "layout": "NCHW"} for view in VIEWS]
    bindings += [{"tensor": f"{view.lower()}_mm", "view": view, "source": "spacing_mm"} for view in VIEWS]
    return {
        "kind": "views",
        "regulatory": regulatory(NOT_FOR),
        "applicability": {
            "modality": ["MG"],
            "body_part": ["BREAST"],
            "sop_class_uids": list(SOP_CLASSES),
            "max_slices": 1,
        },
        "preprocess": [{"op": "invert_monochrome1"}],
        "inputs": bindings,
        "views": {"groups": [list(pair) for pair in PAIRS.values()]},
        "inference": {"mode": "simple"},
        "requires": [_pair_needed(pair) for pair in PAIRS],
        "maps": [_heat(view) for view in VIEWS] + [_compared(view) for view in VIEWS],
        "outputs": [_output(view, told) for view in VIEWS],
        "measures": [one for pair in PAIRS for one in _measures(pair)],
        "study_score": {"tensor": "asymmetry_score"},
        "explain": {"method": "none"},
        "calibration": None,
        "performance": performance(told),
        "known_failures": [
            "a film that is turned, folded or cut off otherwise than its partner looks unlike it",
            "the upper edge of an oblique view, where muscle was taken for dense tissue on one side",
            "biopsy clips, markers and writing over the breast on one side",
            "films with other exposure or processing on the two sides",
            "a film stored upside down whose header does not say so is compared as it lies",
        ],
        "resources": resources(3000),
        "golden": golden(5e-2, 2e-1),
        "licence": LICENCE,
    }


def _pair_needed(pair: str) -> dict[str, Any]:
    """Both films of a pair show a breast, and their outlines agree; else that pair is not compared."""
    english = (
        f"The two {PROJECTIONS[pair]} films were not compared: one of them shows no breast at an edge, or their "
        f"outlines overlap by less than {OUTLINE_DICE:.0%} when laid over each other, or one is much "
        "taller for its depth. They may be of unlike projection, cut off, magnified, or of a breast after surgery."
    )
    views = list(PAIRS[pair])
    return {"value": {"tensor": f"{pair}_ok"}, "at_least": 0.5, "reason": {"en": english}, "views": views}


def _heat(view: str) -> dict[str, Any]:
    return {
        "tensor": f"{view.lower()}_heat",
        "key": f"heat_{view}",
        "kind": "heat",
        "label": {"en": MAP_LABEL},
        "value_range": [0.0, MAP_TOP],
        "threshold": HEAT_FROM,
        "view": view,
    }


def _compared(view: str) -> dict[str, Any]:
    return {
        "tensor": f"{view.lower()}_compared",
        "key": f"compared_{view}",
        "kind": "labels",
        "label": {"en": COMPARED_LABEL},
        "names": {"1": COMPARED_LABEL},
        "view": view,
    }


def _output(view: str, told: dict[str, Any]) -> dict[str, Any]:
    at = told["at_threshold"]
    return {
        "key": f"more_dense_{view}",
        "label": {"en": "Denser than other side"},
        "score": {"tensor": f"{view.lower()}_score"},
        "threshold": at["threshold"],
        "threshold_source": (
            f"ours: reached by {at['wanted']:.0%} of made-up pairs without a blob (other seeds than those measured); "
            f"the score is what {MARKED_SHARE:.0%} of the compared part exceeds"
        ),
        "finding_site": "breast",
        "side": SIDES[view[0]],
        "report_when": "above",
        "heat": f"heat_{view}",
        "view": view,
    }


def _measures(pair: str) -> list[dict[str, Any]]:
    views = {"views": list(PAIRS[pair])}
    known = {"known": {"tensor": f"{pair}_index_known"}}
    known_cm2 = {"known": {"tensor": f"{pair}_cm2_known"}}
    return [
        measure(f"asymmetry_index_{pair}", f"{pair}_index", "%") | views | known,
        measure(f"asymmetry_marked_{pair}", f"{pair}_marked", "%") | views,
        measure(f"asymmetry_area_{pair}", f"{pair}_dense_cm2", "cm2") | views | known_cm2,
        measure(f"asymmetry_outline_{pair}", f"{pair}_outline", "%") | views,
    ]


def performance(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Only what `measure_mg_asymmetry.py` measured; the same numbers as on the card."""
    base = {
        "dataset": "made-up pairs of seeds that set nothing",
        "reference_standard": "what was drawn",
        "ci_method": "Wilson over pairs",
    }
    at = told["at_threshold"]
    rows = [base | {"metric": "share of pairs without a blob that are marked", **at["false_alarms"]}]
    for kind, one in at["sensitivity"].items():
        rows.append(base | {"metric": f"share of blobs marked at their place, {kind}", **one})
    return rows
