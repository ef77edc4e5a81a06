#!/usr/bin/env python3
"""Train the opacity starter: a head for each of five folds, blind to a fifth of the patients, and the final one.

    python packaging/models/train_cxr_opacity.py --data FOLDER --lungs PACKAGE --work FOLDER

FOLDER of the data holds labels.csv and its images; PACKAGE is `resources/models/cxr-lungs-heart-1.0.0`. What is learned
lands in the work folder as `fold_0.npz` ... `fold_4.npz`, `final.npz` and `out_of_fold.npz` (logits);
`build_cxr_opacity.py` makes the package of it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cxr_films import FOLDS, balance_weights, patient_folds, read_films, squeezed
from cxr_graph import SIZE, Weights
from cxr_network import looks, read_encoder, regress

SEED = 20260  # of the folds, the same as for the first version
LOOKS = 6  # augmented looks at every film
LOOKS_SEED = 11


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "lungs", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    options.work.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    films, encoder = read_films(options.data), read_encoder(options.lungs)
    means = looks(encoder, squeezed(options.data, films.names, SIZE), LOOKS, LOOKS_SEED)
    folds, weights = patient_folds(films, SEED), balance_weights(films)
    logits = np.zeros(len(films))
    for fold in range(FOLDS):
        seen = folds != fold
        found = regress(encoder, means[:, seen], films.labels[seen], weights[seen])
        logits[~seen] = means[0, ~seen] @ found.head + found.head_bias
        save(options.work / f"fold_{fold}.npz", found)
    save(options.work / "final.npz", regress(encoder, means, films.labels, weights))
    facts: dict[str, Any] = {"seconds": time.process_time() - start, "looks": LOOKS, "seed": LOOKS_SEED}
    np.savez(
        options.work / "out_of_fold.npz", logits=logits, folds=folds, names=np.array(films.names), **facts
    )


def save(target: Path, weights: Weights) -> None:
    """Plain arrays, readable without torch."""
    arrays: dict[str, Any] = {f"kernel_{place}": kernel for place, kernel in enumerate(weights.kernels)}
    arrays |= {f"bias_{place}": bias for place, bias in enumerate(weights.biases)}
    np.savez(target, allow_pickle=False, head=weights.head, head_bias=np.float64(weights.head_bias), **arrays)


if __name__ == "__main__":
    main()
