"""The radiographs that the opacity starter learns from: read once, shrunk, and split by patient."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = 224
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """Every film with what is known of it: grey uint8 (films, SIZE, SIZE) and one entry per film in the rest."""

    names: tuple[str, ...]
    grey: NDArray[np.uint8]
    labels: NDArray[np.int64]
    patients: NDArray[np.int64]
    views: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.names)


def read_films(folder: Path) -> Films:
    """Read labels.csv and its images; label 1 is pneumonia, 0 is normal."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: row["file"])
    return Films(
        names=tuple(row["file"] for row in rows),
        grey=np.stack([read_grey(folder / row["file"]) for row in rows]),
        labels=np.array([row["label"] == "pneumonia" for row in rows], dtype=np.int64),
        patients=np.array([int(row["patient_id"]) for row in rows], dtype=np.int64),
        views=np.array([row["view"] for row in rows]),
    )


def read_grey(path: Path) -> NDArray[np.uint8]:
    """One image as 8-bit grey at SIZE x SIZE, each output pixel the mean of what it covers."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((SIZE, SIZE), Image.Resampling.BOX))


def squeezed(folder: Path, names: tuple[str, ...], size: int) -> NDArray[np.uint8]:
    """Every film squeezed to a square by the filter that the graph uses as well: uint8 (films, size, size)."""
    films = []
    for name in names:
        with Image.open(folder / name) as image:
            films.append(np.asarray(image.convert("L").resize((size, size), Image.Resampling.BILINEAR)))
    return np.stack(films)


def list_hash(folder: Path, names: tuple[str, ...]) -> str:
    """sha256 over `sha256  name` lines of the files in order: which data, exactly."""
    lines = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def patient_folds(films: Films, seed: int) -> NDArray[np.int64]:
    """A fold number per film: all films of a patient in one fold, label and view spread evenly.

    Patients are dealt out largest group first, each to the fold that lacks most of what it brings.
    """
    rng = np.random.default_rng(seed)
    kinds = films.labels * 2 + (films.views == "PA")
    counts = np.zeros((FOLDS, 4))
    folds = np.zeros(len(films), dtype=np.int64)
    patients = rng.permutation(np.unique(films.patients))
    sizes = {patient: int((films.patients == patient).sum()) for patient in patients}
    for patient in sorted(patients, key=lambda one: -sizes[one]):
        members = films.patients == patient
        brings = np.bincount(kinds[members], minlength=4)
        cost = [((counts[fold] + brings) ** 2).sum() - (counts[fold] ** 2).sum() for fold in range(FOLDS)]
        fold = int(np.argmin(cost))
        counts[fold] += brings
        folds[members] = fold
    return folds


def balance_weights(films: Films) -> NDArray[np.float64]:
    """Weights that make view (PA, AP) say nothing about the label: each of the four kinds weighs the same."""
    kinds = films.labels * 2 + (films.views == "PA")
    return np.asarray(len(films) / (4.0 * np.bincount(kinds, minlength=4)[kinds]))
