#!/usr/bin/env python3
"""Measure `cxr-lungs-heart`: on masks it never saw, beside another network, on drawings, on what is no chest film.

    python packaging/models/measure_cxr_lungs.py --data ../shared/data --models ../shared/models --work WORK --out FILE

WORK holds what `train_cxr_lungs.py` left. Runs in the product's own environment, without PyTorch.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from ct_scans import dice
from cxr_films import list_hash
from draw_cxr_lungs import SEED
from drawn_chest import draw, painted_chest
from drawn_film import expose
from lungs_graph import SIZE, build_model, read_weights
from lungs_rules import largest, ratio_of
from measuring import asked_paths, write_figures
from numpy.typing import NDArray
from package_files import run_model
from PIL import Image

CHECKS = ("lungs_ok", "heart_ok", "order_ok", "sure_ok")
REPLICATES = 2000
FRESH = 40  # drawn films, numbered from a million on: training counts from 0
PEER = "hybridgnet_unet_jsrt/cxr_lung_heart_clavicle_unet512.onnx"
Answer = dict[str, Any]


def main() -> None:
    options = asked_paths(__doc__, "data", "models", "work", "out")
    model = build_model(
        read_weights(options.work / "lungs.npz"), "cxr-lungs-heart", "0.0.0"
    ).SerializeToString()
    nih = options.data / "cxr_nih_512"
    with np.load(options.work / "lungs.npz") as saved:
        held_out, kept = [str(one) for one in saved["held_out"]], int(saved["kept"])
    with np.load(options.work / "drawn.npz") as drawn:
        drawn_films = len(drawn["grey"])
    figures = {
        "training": {
            "kept": kept,
            "held_out": len(held_out),
            "drawn_films": drawn_films,
            "films_sha256": list_hash(nih, tuple(sorted(row["file"] for row in table(nih)))),
        },
        "masks": on_masks(model, options.data / "cxr_covid_hannover"),
        "peer": beside_peer(model, (options.models / PEER).read_bytes(), nih, held_out),
        "drawn": on_drawings(model),
        "odd": on_odd_pictures(model, nih, held_out),
    }
    write_figures(options.out, figures)


def table(folder: Path) -> list[dict[str, str]]:
    """labels.csv of a set."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def grey(path: Path, side: int = 0) -> NDArray[np.float32]:
    """A film as grey values; side squeezes it to a square first."""
    with Image.open(path) as image:
        flat = image.convert("L")
        return np.asarray(flat.resize((side, side), Image.Resampling.BOX) if side else flat, dtype=np.float32)


def ask(model: bytes, film: NDArray[np.float32]) -> Answer:
    """The graph on one film, with its three masks and whether it would say anything."""
    answer: Answer = run_model(model, {"film": film[None, None]})
    lungs = answer["lungs"][0, 0]
    answer["masks"] = np.stack([lungs == 1, lungs == 2, answer["heart"][0, 0] > 0])
    answer["said"] = all(float(answer[name][0]) > 0.5 for name in CHECKS)
    return answer


def with_interval(values: list[float], patients: list[str]) -> dict[str, Any]:
    """Mean and its 95 % interval from a bootstrap over patients."""
    numbers, names = np.array(values), np.array(patients)
    groups = [np.flatnonzero(names == name) for name in np.unique(names)]
    rng = np.random.default_rng(SEED)
    drawn = [
        float(
            numbers[np.concatenate([groups[at] for at in rng.integers(len(groups), size=len(groups))])].mean()
        )
        for _ in range(REPLICATES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"mean": round(float(numbers.mean()), 3), "ci95": [round(float(low), 3), round(float(high), 3)]}


def on_masks(model: bytes, folder: Path) -> dict[str, Any]:
    """Dice with masks of real films, all of the mask and outside our own heart; also of those it would speak on."""
    rows = []
    for row in (one for one in table(folder) if one["lung_mask_file"]):
        answer = ask(model, grey(folder / row["file"]))
        lungs, heart = answer["masks"][0] | answer["masks"][1], answer["masks"][2]
        true = grey(folder / row["lung_mask_file"], SIZE) > 127
        rows.append((dice(lungs, true), dice(lungs & ~heart, true & ~heart), answer["said"], row))
    patients = [row["patient_id"] for *_, row in rows]
    said = [place for place, one in enumerate(rows) if one[2]]
    found: dict[str, Any] = {
        "n": len(rows),
        "patients": len(set(patients)),
        "said": len(said),
        "all": with_interval([one[0] for one in rows], patients),
        "outside_heart": with_interval([one[1] for one in rows], patients),
        "lowest_outside_heart": round(min(one[1] for one in rows), 3),
    }
    if said:
        found["said_outside_heart"] = with_interval(
            [rows[at][1] for at in said], [patients[at] for at in said]
        )
    for view in ("pa", "ap"):
        some = [(one[1], row["patient_id"]) for one in rows if (row := one[3])["projection"] == view]
        found[view] = with_interval([one for one, _ in some], [name for _, name in some]) | {"n": len(some)}
    return found


def beside_peer(model: bytes, peer: bytes, folder: Path, names: list[str]) -> dict[str, Any]:
    """Agreement with another network on films of patients that training never saw. Neither is the truth."""
    rows = {row["file"]: row for row in table(folder)}
    lungs, hearts, differences, patients = [], [], [], []
    said = 0
    for name in names:
        answer = ask(model, grey(folder / name))
        said += answer["said"]
        other = peer_masks(peer, grey(folder / name, 512))
        if not answer["said"] or not other[0].any() or not other[1].any():
            continue
        ours = answer["masks"]
        lungs.append(dice(ours[0] | ours[1], other[0]))
        hearts.append(dice(ours[2], other[1]))
        differences.append(ratio_of(ours) - ratio_of(np.stack([other[0], other[0], other[1]])))
        patients.append(rows[name]["patient_id"])
    spread = 1.96 * float(np.std(differences))
    return {
        "n": len(patients),
        "films": len(names),
        "said": said,
        "lungs": with_interval(lungs, patients),
        "heart": with_interval(hearts, patients),
        "ratio_difference": with_interval(differences, patients),
        "ratio_limits": [
            round(float(np.mean(differences)) - spread, 3),
            round(float(np.mean(differences)) + spread, 3),
        ],
    }


def peer_masks(peer: bytes, film: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Lungs with clavicles (the two largest pieces), and heart, on our grid."""
    chance = next(iter(run_model(peer, {"image": film[None, None] / 255.0}).values()))[0]
    picked = chance.argmax(axis=0)
    size = np.arange(SIZE) * 512 // SIZE + 1
    small = picked[np.ix_(size, size)]
    lungs = np.isin(small, (1, 3))
    first = largest(lungs)
    return first | largest(lungs & ~first), largest(small == 2)


def on_drawings(model: bytes) -> dict[str, Any]:
    """Dice of each part and error of the ratio on drawn films whose outlines are known."""
    chest = painted_chest(1)
    parts: dict[str, list[float]] = {"right lung": [], "left lung": [], "heart": []}
    errors, said = [], 0
    for number in range(1_000_000, 1_000_000 + FRESH):
        rng = np.random.default_rng((SEED, number))
        drawn = draw(chest, rng)
        answer = ask(model, expose(drawn, rng).astype(np.float32))
        said += answer["said"]
        if not answer["said"]:
            continue
        for part, one, true in zip(parts, answer["masks"], drawn.masks, strict=True):
            parts[part].append(dice(one, true))
        errors.append(abs(ratio_of(answer["masks"]) - ratio_of(drawn.masks)))
    names = [str(place) for place in range(len(errors))]
    return {
        "n": len(errors),
        "films": FRESH,
        "said": said,
        "ratio_error": with_interval(errors, names),
        **{part: with_interval(values, names) for part, values in parts.items()},
    }


def on_odd_pictures(model: bytes, folder: Path, names: list[str]) -> list[dict[str, Any]]:
    """How often it says that it cannot tell, on what it is not for."""
    films = [grey(folder / name) for name in names[:40]]
    rng = np.random.default_rng(SEED)
    odd = {
        "frontal films as they are": films,
        "upside down": [one[::-1] for one in films],
        "turned by 90 degrees": [one.T[::-1] for one in films],
        "grey scale inverted": [255.0 - one for one in films],
        "mirrored (right and left exchanged)": [one[:, ::-1] for one in films],
        "a quarter of a film": [one[:256, :256] for one in films],
        "noise": [rng.normal(0, 1, (128, 128)).astype(np.float32) for _ in films],
        "shuffled quarters": [np.vstack([one[256:], one[:256]]) for one in films],
    }
    rows = []
    for kind, some in odd.items():
        said = sum(ask(model, np.ascontiguousarray(one, dtype=np.float32))["said"] for one in some)
        rows.append({"kind": kind, "n": len(some), "refused": len(some) - said})
    return rows


if __name__ == "__main__":
    main()
