#!/usr/bin/env python3
"""Measure the opacity starter as it ships: every figure from ONNX graphs that read the films as the product does.

    python packaging/models/measure_cxr_opacity.py --data ../shared/data --work FOLDER --out metrics.json

FOLDER of the work holds what `train_cxr_opacity.py` left. Runs in the product's own environment, without PyTorch.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from cxr_figures import (
    auc,
    auc_with_interval,
    baseline_scores,
    borders,
    difference,
    inner_thumbnails,
    number_scores,
    over_folds,
    shared_numbers,
    thumbnails,
    youden_point,
)
from cxr_films import FOLDS, Films, list_hash, read_films
from cxr_graph import CELLS, Scale, Weights, build_model, read_weights
from measuring import wilson_share, write_figures
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
FIRST_VERSION = (
    0.814,
    0.863,
    0.848,
    0.783,
    0.876,
)  # AUC per fold on the card of 1.0.0: the same films and folds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument(
        "--earlier", type=Path, help="what training version 1.0.0 again left, if only in part"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    folder = options.data / "cxr_nih_512"
    films = read_films(folder)
    with np.load(options.work / "out_of_fold.npz") as saved:
        folds, torch_logits = saved["folds"], saved["logits"]
        training = {key: float(saved[key]) for key in ("seed", "looks", "seconds")}
    cams = out_of_fold_maps(films, folder, folds, options.work)
    logits = cams.mean(axis=(1, 2)).astype(float)
    scale = scale_of(films, cams, logits)
    figures: dict[str, Any] = {
        "data": describe_data(films, folder),
        "training": training,
        "cross_validated": cross_validated(films, folds, logits),
        "operating_point": operating_point(films, logits, scale),
        "scale": {"operating_logit": scale.operating_logit, "top_logit": scale.top_logit},
        "onnx_against_torch": round(float(np.abs(logits - torch_logits).max()), 4),
    }
    if options.earlier:
        figures["repeated"] = repeated(films, folds, logits, options.earlier)
    figures["heat"] = pointing(films, cams, options.data / "cxr_nih_1024")
    final = open_model(read_weights(options.work / "final.npz"), scale)
    figures["seconds_per_film"] = seconds_per_film(final)
    figures["outside"] = outside_look(final, options.data / "cxr_covid_hannover")
    figures["phantom"] = phantom_look(final)
    figures["mirrored"] = mirrored(final, folder, films)
    write_figures(options.out, figures)


def repeated(
    films: Films, folds: NDArray[np.int64], logits: NDArray[np.float64], work: Path
) -> dict[str, Any]:
    """Film by film against version 1.0.0, on those folds that were trained again with its own script."""
    there = [fold for fold in range(FOLDS) if (work / f"fold_{fold}.npz").exists()]
    earlier = np.zeros(len(films))
    for fold in there:
        with np.load(work / f"fold_{fold}.npz") as saved:
            earlier[folds == fold] = saved["logits"]
    use = np.isin(folds, there)
    again = [round(auc(films.labels[folds == fold], earlier[folds == fold]), 3) for fold in there]
    found = difference(films, (logits, earlier), folds, use)
    return {"folds": there, "auc_again": again, "n": int(use.sum()), **found}


def seconds_per_film(model: Any) -> float:  # Any: a session
    """A film of 2048 x 2048 on one core, the median of five."""
    film = np.random.default_rng(1).random((2048, 2048), dtype=np.float32)
    taken = []
    for _ in range(5):
        start = time.process_time()
        ask(model, film)
        taken.append(time.process_time() - start)
    return round(float(np.median(taken)), 3)


def read_film(path: Path) -> Floats:
    """One film at its own size."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.float32)


def open_model(weights: Weights, scale: Scale) -> Any:  # Any: onnxruntime brings no types
    """The graph as it will ship, on one thread of the processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = build_model(weights, scale, "x", "0").SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def ask(model: Any, film: Floats) -> dict[str, NDArray[Any]]:  # Any: a session
    """Answers of the graph to one film."""
    names = [output.name for output in model.get_outputs()]
    return dict(zip(names, model.run(names, {"film": film[None, None]}), strict=True))


def out_of_fold_maps(films: Films, folder: Path, folds: NDArray[np.int64], work: Path) -> Floats:
    """The class activation map of every film, by weights that saw none of its patient's films."""
    cams = np.zeros((len(films), CELLS, CELLS), dtype=np.float32)
    for fold in range(FOLDS):
        model = open_model(read_weights(work / f"fold_{fold}.npz"), Scale())
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


def cross_validated(films: Films, folds: NDArray[np.int64], logits: NDArray[np.float64]) -> dict[str, Any]:
    """The model and its shortcut baselines, on all films and within what could give the source away."""
    low, high = shared_numbers(films)
    shared = (films.patients >= low) & (films.patients <= high)
    scores = {
        "network": logits,
        "thumbnail_16": baseline_scores(films, folds, thumbnails),
        "thumbnail_inner": baseline_scores(films, folds, inner_thumbnails),
        "border_12px": baseline_scores(films, folds, borders),
        "patient_number": number_scores(films),
    }
    chosen = {"all": None, "PA": films.views == "PA", "AP": films.views == "AP", "shared_numbers": shared}
    result: dict[str, Any] = {
        name: {part: auc_with_interval(films, values, use) for part, use in chosen.items()}
        for name, values in scores.items()
    }
    per_fold = [round(auc(films.labels[folds == k], logits[folds == k]), 3) for k in range(FOLDS)]
    result["per_fold"] = per_fold
    result["shared_number_span"] = [low, high]
    result["paired"] = {
        name: difference(films, (logits, scores[name])) for name in ("thumbnail_16", "thumbnail_inner")
    }
    result["first_version"] = over_folds(per_fold, list(FIRST_VERSION))
    return result


def operating_point(films: Films, logits: NDArray[np.float64], scale: Scale) -> dict[str, Any]:
    """Sensitivity and specificity at the cut, with Wilson intervals; chosen on the same films, so on the kind side."""
    above = logits >= scale.operating_logit
    sick = films.labels == 1
    return {
        "sensitivity": counted_share(int((above & sick).sum()), int(sick.sum())),
        "specificity": counted_share(int((~above & ~sick).sum()), int((~sick).sum())),
    }


def counted_share(hits: int, count: int) -> dict[str, Any]:
    """A share with its interval and the films behind it."""
    return wilson_share(hits, count) | {"hits": hits}


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


def outside_look(model: Any, folder: Path) -> dict[str, Any]:
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
        "sensitivity": counted_share(called, len(rows)),
        "patients": len({row["patient_id"] for row in rows}),
        **share,
    }


def share_outside(heat: Floats, mask: Floats) -> float:
    """Share of the heat in cells that are less than half lung."""
    lungs = np.asarray(Image.fromarray(mask).resize((CELLS, CELLS), Image.Resampling.BOX))
    outside = lungs / max(float(lungs.max()), 1.0) < 0.5
    return float((heat * outside).sum() / heat.sum())


def phantom_look(model: Any) -> dict[str, float]:
    """Scores of the made-up radiograph, healthy and with nodules and ground glass. Whatever comes out."""
    from app.phantom.chest import chest_parts
    from app.phantom.radiograph import Projection, chest_radiograph

    scores = {}
    for name, healthy in (("healthy", True), ("diseased", False)):
        film = chest_radiograph(chest_parts(2026, healthy=healthy, couch=False), Projection(), 2026)
        scores[name] = round(float(ask(model, film.astype(np.float32))["score"][0, 0]), 3)
    return scores


def mirrored(model: Any, folder: Path, films: Films) -> dict[str, float]:
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
