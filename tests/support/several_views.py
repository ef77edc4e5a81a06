"""A package that takes four mammograms in one run, one that gives boxes, and a made-up study for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from pydicom.uid import DigitalMammographyXRayImageStorageForPresentation

from tests.support.dicom_files import ct_dataset, write
from tests.support.tiny_package import FLOAT, TinyPackage

VIEWS = ("LCC", "LMLO", "RCC", "RMLO")


def views_graph() -> onnx.ModelProto:
    """Of each view: its brightest pixel as score, itself as heat; the study's score is the largest."""
    nodes: list[onnx.NodeProto] = []
    outputs: list[tuple[str, list[int | str]]] = [("study", [1])]
    for view in VIEWS:
        name = view.lower()
        nodes.append(helper.make_node("ReduceMax", [name], [f"{name}_score"], axes=[1, 2, 3], keepdims=0))
        nodes.append(helper.make_node("Identity", [name], [f"{name}_heat"]))
        outputs += [(f"{name}_score", [1]), (f"{name}_heat", [1, 1, "r", "c"])]
    nodes.append(helper.make_node("Max", [f"{view.lower()}_score" for view in VIEWS], ["study"]))
    graph = helper.make_graph(
        nodes,
        "views",
        [helper.make_tensor_value_info(view.lower(), FLOAT, [1, 1, "r", "c"]) for view in VIEWS],
        [helper.make_tensor_value_info(name, FLOAT, dims) for name, dims in outputs],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def views_package(
    folder: Path, needed: tuple[str, ...] = ("LCC", "RCC"), changed: dict[str, Any] | None = None
) -> Path:
    """Write it; changed: what the manifest says besides, by dotted keys."""
    tensor = {"type": "image", "format": "magnitude"}
    names = [view.lower() for view in VIEWS]
    changes: dict[str, Any] = {
        "name": "four-views",
        "network_data_format.inputs": dict.fromkeys(names, tensor),
        "network_data_format.outputs": {
            "study": tensor,
            **{f"{name}_{what}": tensor for name in names for what in ("score", "heat")},
        },
        "viewer.kind": "views",
        "viewer.applicability": {"modality": ["MG"]},
        "viewer.preprocess": [
            {"op": "to_range", "args": {"from_min": 0, "from_max": 1000, "min": 0, "max": 1}}
        ],
        "viewer.inputs": [{"tensor": view.lower(), "view": view} for view in VIEWS],
        "viewer.views": {"needed": list(needed)},
        "viewer.study_score": {"tensor": "study"},
        "viewer.maps": [
            {
                "tensor": f"{view.lower()}_heat",
                "key": f"heat_{view}",
                "kind": "heat",
                "label": {"en": view},
                "view": view,
                "threshold": 0.2,
            }
            for view in VIEWS
        ],
        "viewer.outputs": [
            {
                "key": f"spot_{view}",
                "label": {"en": "Spot"},
                "score": {"tensor": f"{view.lower()}_score"},
                "threshold": 0.5,
                "threshold_source": "test",
                "heat": f"heat_{view}",
                "view": view,
            }
            for view in VIEWS
        ],
    }
    package = TinyPackage(model=views_graph(), changes=changes | (changed or {}))
    made = package.write(folder)
    golden: dict[str, Any] = {name: np.ones((1, 1, 2, 2), np.float32) for name in names}
    np.savez(made / "tests/golden/in_0.npz", **golden)
    (made / "tests/golden/expected.json").write_text(
        '{"outputs": {"study": {"shape": [1], "values": [1.0]}}}'
    )
    from inference.hashes import write_sums

    write_sums(made)
    return made


PAIRED: dict[str, Any] = {
    "viewer.views": {"groups": [["RCC", "LCC"], ["RMLO", "LMLO"]]},
    "viewer.measures": [
        {"key": "top_cc", "value": {"tensor": "lcc_score"}, "unit": "1", "views": ["RCC", "LCC"]},
        {"key": "top_mlo", "value": {"tensor": "lmlo_score"}, "unit": "1", "views": ["RMLO", "LMLO"]},
        {"key": "known", "value": {"tensor": "study"}, "unit": "1", "known": {"tensor": "rcc_score"}},
    ],
}


def write_mammogram(
    folder: Path,
    spots: dict[str, tuple[int, int]],
    views: tuple[str, ...] = VIEWS,
    told: dict[str, dict[str, Any]] | None = None,
) -> Path:
    """One series of one film a view, 20 x 30 pixels of 0.1 mm; spots: where a bright pixel lies (row, column).

    told: other header elements, by view.
    """
    given = told or {}
    for number, view in enumerate(views, start=1):
        pixels = np.full((20, 30), 100, "<u2")
        pixels[-1, -1] = 99  # a film with one value alone has nothing on it, and no model is run on it
        if view in spots:
            pixels[spots[view]] = 900
        header = ct_dataset(
            SOPClassUID=DigitalMammographyXRayImageStorageForPresentation,
            Modality="MG",
            BodyPartExamined="BREAST",
            ImageLaterality=view[0],
            ViewPosition=view[1:],
            InstanceNumber=number,
            SOPInstanceUID=f"1.2.8.{number}",
            StudyInstanceUID="1.2.8",
            SeriesInstanceUID="1.2.8.100",
            Rows=20,
            Columns=30,
            PixelRepresentation=0,
            RescaleSlope=None,
            RescaleIntercept=None,
            PixelSpacing=None,
            ImagerPixelSpacing=[0.1, 0.1],
            ImagePositionPatient=None,
            ImageOrientationPatient=None,
            FrameOfReferenceUID=None,
            SliceThickness=None,
            WindowCenter=500,
            WindowWidth=1000,
            PixelData=pixels.tobytes(),
            PatientOrientation=["A", "F"],
        )
        for keyword, words in given.get(view, {}).items():
            setattr(header, keyword, words)
        write(header, folder / f"{view}.dcm")
    return folder


def boxes_package(folder: Path, boxes: Sequence[Sequence[float]], scores: list[float], **told: Any) -> Path:
    """A detector that always gives these boxes, whatever it is shown."""
    constants = [
        numpy_helper.from_array(
            np.array(boxes, np.float32).reshape(-1, len(boxes[0]) if boxes else 4), "given"
        ),
        numpy_helper.from_array(np.array(scores, np.float32), "sure"),
        numpy_helper.from_array(np.array(0.0, np.float32), "nought"),
    ]
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["top"], keepdims=0),
        helper.make_node("Mul", ["top", "nought"], ["none"]),
        helper.make_node("Add", ["given", "none"], ["boxes"]),
        helper.make_node("Add", ["sure", "none"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "boxes",
        [helper.make_tensor_value_info("x", FLOAT, ["n", 1, "r", "c"])],
        [
            helper.make_tensor_value_info("boxes", FLOAT, None),
            helper.make_tensor_value_info("scores", FLOAT, None),
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    tensor = {"type": "image", "format": "magnitude"}
    changes: dict[str, Any] = {
        "network_data_format.outputs": {"boxes": tensor, "scores": tensor},
        "viewer.kind": "boxes",
        "viewer.maps": [],
        "viewer.boxes": [{"tensor": "boxes", "scores": "scores", **told}],
        "viewer.outputs": [
            {
                "key": "mass",
                "label": {"en": "Mass"},
                "score": {"tensor": "scores"},
                "threshold": 0.5,
                "threshold_source": "test",
            }
        ],
    }
    made = TinyPackage(model=model, changes=changes).write(folder)
    values = {"shape": [len(scores)], "values": [float(np.float32(one)) for one in scores]}
    import json

    from inference.hashes import write_sums

    (made / "tests/golden/expected.json").write_text(json.dumps({"outputs": {"scores": values}}))
    write_sums(made)
    return made
