"""Makes `tests/reference_numbers/monai.json`: what MONAI itself answers on made-up input.

MONAI is no part of this project; this runs in an environment of its own that has it:

    python -m venv /tmp/monai && /tmp/monai/bin/pip install monai torch
    PYTHONPATH=. /tmp/monai/bin/python tests/support/monai_numbers.py

The numbers are ours: of our own pictures and formulas. `tests/unit/inference/test_against_monai.py` compares with them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import monai
import numpy as np
import torch
from monai.data.box_utils import box_iou, non_max_suppression
from monai.inferers import SlidingWindowInferer, sliding_window_inference
from monai.transforms import (
    FillHoles,
    KeepLargestConnectedComponent,
    NormalizeIntensity,
    Orientation,
    RemoveSmallObjects,
    Resize,
    ScaleIntensityRange,
    ScaleIntensityRangePercentiles,
    Spacing,
)

from tests.support.reference_inputs import (
    SHIFT,
    TURNED,
    WINDOW_CASES,
    ball,
    blob_mask,
    boxes,
    kept,
    network,
    picture,
    smooth,
)

FILE = Path(__file__).resolve().parents[1] / "reference_numbers" / "monai.json"
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
STRAIGHT = np.array([[0, 0, 0.9, -20], [0, 0.9, 0, -25], [3.0, 0, 0, 5], [0, 0, 0, 1.0]])


def main() -> None:
    """Write the file."""
    told = {
        "made_with": {"monai": monai.__version__, "torch": torch.__version__.partition("+")[0]},
        "windows": {one.key: windows(one) for one in WINDOW_CASES},
        "values": values(),
        "resize": resize(),
        "orient": orient(),
        "spacing": spacing(),
        "pipeline": pipeline(),
        "masks": masks(),
        "boxes": {str(d): {f"{t:g}": suppressed(d, t) for t in (0.1, 0.3, 0.5)} for d in (2, 3)},
        "overlaps": {str(d): kept(np.asarray(box_iou(*[boxes(d)[0]] * 2))) for d in (2, 3)},
    }
    FILE.parent.mkdir(exist_ok=True)
    lines = (f"{json.dumps(name)}: {json.dumps(one, separators=(',', ':'))}" for name, one in told.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def windows(one: Any) -> dict[str, Any]:
    """The whole answer, channels first."""

    def predictor(given: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(network(given[:, 0].numpy()))

    given = torch.from_numpy(picture(one.shape))[None, None]
    return kept(
        sliding_window_inference(given, one.size, 4, predictor, one.overlap, mode=one.blend)[0].numpy()
    )


def values() -> dict[str, Any]:
    """Steps that change values alone."""
    given = torch.from_numpy(picture((5, 12, 11)) * 600)[None]
    return {
        "range": kept(ScaleIntensityRange(-400, 500, 0, 1, clip=True)(given).numpy()[0]),
        "range_open": kept(ScaleIntensityRange(-400, 500, -1, 1, clip=False)(given).numpy()[0]),
        "percentiles": kept(ScaleIntensityRangePercentiles(5, 95, 0, 1, clip=True)(given).numpy()[0]),
        "normalize": kept(NormalizeIntensity()(given).numpy()[0]),
        "normalize_given": kept(NormalizeIntensity(subtrahend=120.0, divisor=80.0)(given).numpy()[0]),
    }


def resize() -> dict[str, Any]:
    """Of slices, linearly and by area; torch takes area exactly where pixels divide evenly."""
    given = torch.from_numpy(picture((3, 12, 18)))  # its slices as channels
    found = {
        f"linear {rows}x{columns}": Resize((rows, columns), mode="bilinear", align_corners=False)(given)
        for rows, columns in ((20, 31), (7, 11), (12, 18))
    }
    found["area 6x6"] = Resize((6, 6), mode="area")(given)
    return {name: kept(one.numpy()) for name, one in found.items()}


def orient() -> dict[str, Any]:
    """To slices from the feet to the head, rows from front to back, columns from right to left."""
    made = monai.data.MetaTensor(torch.from_numpy(picture((4, 6, 5)))[None], affine=LPS_TO_RAS @ TURNED)
    found = Orientation(axcodes="SPL", labels=(("L", "R"), ("P", "A"), ("I", "S")))(made)
    return {**kept(found.numpy()[0]), "affine": (LPS_TO_RAS @ found.affine.numpy()).tolist()}


def spacing() -> dict[str, Any]:
    """A field in mm on a stack of 3 mm slices, brought to other voxels; with the affine that says where they lie."""
    index = np.moveaxis(np.indices((14, 40, 44)), 0, -1)
    given = smooth(index @ STRAIGHT[:3, :3].T + STRAIGHT[:3, 3]).astype(np.float32)
    made = monai.data.MetaTensor(torch.from_numpy(given)[None], affine=LPS_TO_RAS @ STRAIGHT)
    found = {}
    for wanted in ((1.5, 1.5, 1.5), (5.0, 1.8, 1.8), (2.0, 0.6, 0.6)):
        one = Spacing(pixdim=wanted, mode="bilinear", padding_mode="border")(made)
        told = {**kept(one.numpy()[0]), "affine": (LPS_TO_RAS @ one.affine.numpy()).tolist()}
        found["x".join(f"{part:g}" for part in wanted)] = told
    return found


def pipeline() -> dict[str, Any]:
    """A whole bundle: orientation, spacing, range, windows, softmax, threshold; where its mask lies, and how large.

    The network moves what it sees, so that an axis that is turned the wrong way shows.
    """
    scan = monai.data.MetaTensor(
        torch.from_numpy(ball().astype(np.float32))[None], affine=LPS_TO_RAS @ TURNED
    )
    ready = Orientation(axcodes="RAS", labels=(("L", "R"), ("P", "A"), ("I", "S")))(scan)
    ready = Spacing(pixdim=(1.0, 1.0, 2.0), mode="bilinear", padding_mode="border")(ready)
    ready = ScaleIntensityRange(-500, 500, 0, 1, clip=True)(ready)
    tap = torch.zeros((1, 1, 5, 5, 5))
    tap[(0, 0, *(2 - moved for moved in SHIFT))] = 1.0

    def network_of_axes(given: torch.Tensor) -> torch.Tensor:
        found = torch.nn.functional.conv3d(given, tap, padding=2)
        return torch.cat([torch.zeros_like(found), 20 * (found - 0.5)], dim=1).softmax(1)

    inferer = SlidingWindowInferer((16, 16, 8), sw_batch_size=2, overlap=0.5, mode="gaussian")
    mask = inferer(ready[None], network_of_axes)[0, 1].numpy() > 0.5
    affine = LPS_TO_RAS @ ready.affine.numpy()
    middle = affine[:3, :3] @ np.argwhere(mask).mean(axis=0) + affine[:3, 3]
    volume = mask.sum() * abs(float(np.linalg.det(affine[:3, :3]))) / 1000
    return {"center_lps_mm": [round(float(one), 3) for one in middle], "volume_ml": round(float(volume), 4)}


def masks() -> dict[str, Any]:
    """Voxels that stay, as flat places; pieces are those that touch by faces, as here."""
    given = torch.from_numpy(blob_mask().astype(np.float32))[None]
    steps = {
        "largest": KeepLargestConnectedComponent(connectivity=1),
        "largest_two": KeepLargestConnectedComponent(connectivity=1, num_components=2),
        "at_least_12": RemoveSmallObjects(min_size=12, connectivity=1),
        "filled": FillHoles(),
    }
    return {name: np.flatnonzero(step(given.clone()).numpy()).tolist() for name, step in steps.items()}


def suppressed(dimensions: int, limit: float) -> list[int]:
    """Boxes that stay, best first."""
    corners, scores = boxes(dimensions)
    found = non_max_suppression(corners.astype(np.float32), scores.astype(np.float32), limit)
    return [int(one) for one in np.asarray(found)]


if __name__ == "__main__":
    main()
