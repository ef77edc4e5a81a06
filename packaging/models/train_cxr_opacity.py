#!/usr/bin/env python3
"""Train the opacity starter: five networks for its figures, each blind to a fifth of the patients, and the final one.

    python packaging/models/train_cxr_opacity.py --data FOLDER --work FOLDER [--epochs 50]

FOLDER of the data holds labels.csv and its images. What is learned lands in the work folder as
`fold_0.npz` ... `fold_4.npz`, `final.npz` (weights) and `out_of_fold.npz` (logits); a part that lies there already
is not trained again. `build_cxr_opacity.py` makes the package of it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cxr_films import FOLDS, Films, balance_weights, patient_folds, read_films
from cxr_graph import Weights
from cxr_network import Schedule, fold_in, logits_of, train
from numpy.typing import NDArray

SEED = 20260


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=50)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    options.work.mkdir(parents=True, exist_ok=True)
    films = read_films(options.data)
    folds = patient_folds(films, SEED)
    logits = np.zeros(len(films))
    for fold in range(FOLDS):
        held_out = folds == fold
        logits[held_out] = learn(
            films,
            ~held_out,
            held_out,
            Schedule(options.epochs, SEED + 1 + fold),
            options.work / f"fold_{fold}.npz",
        )
    np.savez(options.work / "out_of_fold.npz", logits=logits, folds=folds, names=np.array(films.names))
    everyone = np.ones(len(films), dtype=np.bool_)
    learn(films, everyone, everyone, Schedule(options.epochs, SEED), options.work / "final.npz")


def learn(
    films: Films, learners: NDArray[np.bool_], asked: NDArray[np.bool_], schedule: Schedule, target: Path
) -> NDArray[np.float64]:
    """Train on some films, save the weights, and return the logits of the asked ones."""
    if target.exists():
        with np.load(target) as saved:
            return np.asarray(saved["logits"])
    start = time.monotonic()
    weights = balance_weights(films)[learners]
    network = train(films.grey[learners], films.labels[learners], weights, schedule)
    logits = logits_of(network, films.grey[asked])
    seconds = time.monotonic() - start
    save(fold_in(network), target, logits=logits, epochs=schedule.epochs, seed=schedule.seed, seconds=seconds)
    print(f"{target.name}: {seconds:.0f} s", flush=True)
    return logits


def save(weights: Weights, target: Path, **more: Any) -> None:  # Any: arrays and numbers
    """Weights as plain arrays, readable without torch."""
    arrays: dict[str, Any] = {f"kernel_{place}": kernel for place, kernel in enumerate(weights.kernels)}
    arrays |= {f"bias_{place}": bias for place, bias in enumerate(weights.biases)}
    np.savez(target, allow_pickle=False, head=weights.head, head_bias=weights.head_bias, **arrays, **more)


if __name__ == "__main__":
    main()
