#!/usr/bin/env python3
"""Measure the opacity starter as it ships: every figure from ONNX graphs that read the films as the product does.

    python packaging/models/measure_cxr_opacity.py --data ../shared/data --work FOLDER --out metrics.json

FOLDER of the work holds what `train_cxr_opacity.py` left. Runs in the product's own environment, without PyTorch.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from cxr_figures import (
    auc,
    auc_with_interval,
    baseline_scores,
    borders,
    number_scores,
    proportion,
    shared_numbers,
    thumbnails,
    youden_point,
)
from cxr_films import FOLDS, Films, list_hash, read_films
from cxr_graph import CELLS, Scale, build_model, read_weights
from numpy.typing import NDArray
from package_files import ROOT, run_model
from PIL import Image

sys.path.insert(0, str(ROOT))
Floats = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    folder = options.data / "cxr_nih_512"
    films = read_films(folder)
    with np.load(options.work / "out_of_fold.npz") as saved:
        folds, torch_logits = saved["folds"], saved["logits"]
    cams = out_of_fold_maps(films, folder, folds, options.work)
    logits = cams.mean(axis=(1, 2)).astype(float)
    scale = scale_of(films, cams, logits)
    figures: dict[str, Any] = {
        "data": describe_data(films, folder),
        "training": training_facts(options.work),
        "cross_validated": cross_validated(films, folds, logits),
        "operating_point": operating_point(films, logits, scale),
        "scale": {"operating_logit": scale.operating_logit, "top_logit": scale.top_logit},
        "onnx_against_torch": round(float(np.abs(logits - torch_logits).max()), 4),
    }
    figures["heat"] = pointing(films, cams, options.data / "cxr_nih_1024")
    final = build_model(read_weights(options.work / "final.npz"), scale, "x", "0").SerializeToString()
    figures["outside"] = outside_look(final, options.data / "cxr_covid_hannover")
    figures["phantom"] = phantom_look(final)
    figures["mirrored"] = mirrored(final, folder, films)
    options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def read_film(path: Path) -> Floats:
    """One film at its own size."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.float32)


def ask(model: bytes, film: Floats) -> dict[str, NDArray[Any]]:
    """Answers of the graph to one film."""
    return run_model(model, {"film": film[None, None]})


def out_of_fold_maps(films: Films, folder: Path, folds: NDArray[np.int64], work: Path) -> Floats:
    """The class activation map of every film, by the network that saw none of its patient's films."""
    cams = np.zeros((len(films), CELLS, CELLS), dtype=np.float32)
    for fold in range(FOLDS):
        model = build_model(read_weights(work / f"fold_{fold}.npz"), Scale(), "x", "0").SerializeToString()
        for place in np.flatnonzero(folds == fold):
            cams[place] = ask(model, read_film(folder / films.names[place]))["cam"][0, 0]
    return cams


def scale_of(films: Films, cams: Floats, logits: NDArray[np.float64]) -> Scale:
    """Operating point by Youden's index, top of the heat at the 99th percentile of cells of positive films."""
    return Scale(
        round(youden_point(films.labels, logits), 4),
        round(float(np.percentile(cams[films.labels == 1], 99)), 4),
    )


def describe_data(films: Films, folder: Path) -> dict[str, Any]:
    """Which films, exactly."""
    kinds = {
        f"{name} {view}": int(((films.labels == label) & (films.views == view)).sum())
        for label, name in ((0, "normal"), (1, "pneumonia"))
        for view in ("PA", "AP")
    }
    patients = {"patients": len(np.unique(films.patients))}
    return {"films": len(films), **patients, **kinds, "list_sha256": list_hash(folder, films.names)}


def training_facts(work: Path) -> dict[str, Any]:
    """Seeds, epochs and seconds of each network."""
    facts: dict[str, Any] = {}
    for name in (*(f"fold_{fold}" for fold in range(FOLDS)), "final"):
        with np.load(work / f"{name}.npz") as saved:
            facts[name] = {key: float(saved[key]) for key in ("seed", "epochs", "seconds")}
    return facts


def cross_validated(films: Films, folds: NDArray[np.int64], logits: NDArray[np.float64]) -> dict[str, Any]:
    """The network and its shortcut baselines, on all films and within what could give the source away."""
    low, high = shared_numbers(films)
    shared = (films.patients >= low) & (films.patients <= high)
    scores = {
        "network": logits,
        "thumbnail_16": baseline_scores(films, folds, thumbnails),
        "border_12px": baseline_scores(films, folds, borders),
        "patient_number": number_scores(films),
    }
    chosen = {"all": None, "PA": films.views == "PA", "AP": films.views == "AP", "shared_numbers": shared}
    result: dict[str, Any] = {
        name: {part: auc_with_interval(films, values, use) for part, use in chosen.items()}
        for name, values in scores.items()
    }
    result["per_fold"] = [round(auc(films.labels[folds == k], logits[folds == k]), 3) for k in range(FOLDS)]
    result["shared_number_span"] = [low, high]
    return result


def operating_point(films: Films, logits: NDArray[np.float64], scale: Scale) -> dict[str, Any]:
    """Sensitivity and specificity at the cut, with Wilson intervals; chosen on the same films, so on the kind side."""
    above = logits >= scale.operating_logit
    sick = films.labels == 1
    return {
        "sensitivity": proportion(int((above & sick).sum()), int(sick.sum())),
        "specificity": proportion(int((~above & ~sick).sum()), int((~sick).sum())),
    }


def pointing(films: Films, cams: Floats, folder: Path) -> dict[str, Any]:
    """How often the hottest cell's centre lies in a hand-drawn pneumonia box, beside chance; out-of-fold maps."""
    boxes: dict[str, list[tuple[float, ...]]] = {}
    with (folder / "boxes.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["finding"] in ("Pneumonia", "Infiltrate", "Infiltration"):
                stem = Path(row["file"]).stem
                boxes.setdefault(stem, []).append(tuple(float(row[key]) / 1024 for key in "xywh"))
    stems = [Path(name).stem for name in films.names]
    hits, areas, used = 0, [], 0
    for stem, found in boxes.items():
        cam = cams[stems.index(stem)]
        row_index, column = divmod(int(np.argmax(cam)), CELLS)
        x, y = (column + 0.5) / CELLS, (row_index + 0.5) / CELLS
        hits += any(
            left <= x <= left + width and top <= y <= top + height for left, top, width, height in found
        )
        areas.append(min(sum(width * height for _, _, width, height in found), 1.0))
        used += 1
    return {"films_with_box": used, "hits": hits, "expected_by_chance": round(float(np.sum(areas)), 1)}


def outside_look(model: bytes, folder: Path) -> dict[str, Any]:
    """Another hospital, every film positive: share called, and how much of the heat lies outside the lungs."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    called, outside = 0, []
    for row in rows:
        answer = ask(model, read_film(folder / row["file"]))
        called += bool(answer["score"][0, 0] >= 0.5)
        if row["lung_mask_file"] and answer["heat"].sum() > 0:
            outside.append(share_outside(answer["heat"][0, 0], read_film(folder / row["lung_mask_file"])))
    share = {"median_outside_lungs": round(float(np.median(outside)), 2), "films_with_mask": len(outside)}
    return {
        "sensitivity": proportion(called, len(rows)),
        "patients": len({row["patient_id"] for row in rows}),
        **share,
    }


def share_outside(heat: Floats, mask: Floats) -> float:
    """Share of the heat in cells that are less than half lung."""
    lungs = np.asarray(Image.fromarray(mask).resize((CELLS, CELLS), Image.Resampling.BOX))
    outside = lungs / max(float(lungs.max()), 1.0) < 0.5
    return float((heat * outside).sum() / heat.sum())


def phantom_look(model: bytes) -> dict[str, float]:
    """Scores of the made-up radiograph, healthy and with nodules and ground glass. Whatever comes out."""
    from app.phantom.chest import chest_parts
    from app.phantom.radiograph import Projection, chest_radiograph

    scores = {}
    for name, healthy in (("healthy", True), ("diseased", False)):
        film = chest_radiograph(chest_parts(2026, healthy=healthy, couch=False), Projection(), 2026)
        scores[name] = round(float(ask(model, film.astype(np.float32))["score"][0, 0]), 3)
    return scores


def mirrored(model: bytes, folder: Path, films: Films) -> dict[str, float]:
    """How far the score moves when a film is turned left for right."""
    moves = []
    for name in films.names[::10]:
        film = read_film(folder / name)
        scores = [
            float(ask(model, one)["score"][0, 0]) for one in (film, np.ascontiguousarray(film[:, ::-1]))
        ]
        moves.append(abs(scores[0] - scores[1]))
    return {"median_change": round(float(np.median(moves)), 3), "largest_change": round(max(moves), 3)}


if __name__ == "__main__":
    main()
