#!/usr/bin/env python3
"""Train `cxr-lungs-heart`: first on drawn films, then on real ones with outlines that it made itself.

    python packaging/models/train_cxr_lungs.py --drawn WORK/drawn.npz --data DATA/cxr_nih_512 --work WORK

Nobody's outlines are learned from. The first network sees drawn films only. It outlines the real films of four fifths
of the patients; those that look like lungs and a heart, and on which the answers to four looks agree, are learned from
with the drawn ones. That second network ships. The patients of the last fifth are never seen.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cxr_films import patient_folds, read_films
from lungs_graph import SIZE
from lungs_network import Schedule, Unet, chances, fold_in, train
from lungs_rules import plausible, tidy
from numpy.typing import NDArray
from PIL import Image

SEED = 20261
HELD_OUT = 4
EPOCHS = (10, 6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("drawn", "data", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with np.load(options.drawn) as drawn:
        grey, masks = drawn["grey"], drawn["masks"]
    films = read_films(options.data)
    learners = patient_folds(films, SEED) != HELD_OUT
    real = np.stack(
        [shrunk(options.data / name) for name, use in zip(films.names, learners, strict=True) if use]
    )
    network = stage(options.work / "lungs_0.pt", grey, masks, EPOCHS[0], None)
    for number, epochs in enumerate(EPOCHS[1:], start=1):
        kept, outlines = own_outlines(network, real)
        print(f"round {number}: {len(kept)} of {len(real)} films kept", flush=True)
        some = np.arange(number - 1, len(grey), 2)  # half of the drawn films each time
        both = np.concatenate([grey[some], real[kept]]), np.concatenate([masks[some], outlines])
        network = stage(options.work / f"lungs_{number}.pt", *both, epochs, network)
    weights = fold_in(network)
    arrays = {f"kernel_{place}": one for place, one in enumerate(weights.kernels)}
    arrays |= {f"bias_{place}": one for place, one in enumerate(weights.biases)}
    held_out = np.array([name for name, use in zip(films.names, learners, strict=True) if not use])
    np.savez(options.work / "lungs.npz", allow_pickle=False, held_out=held_out, kept=len(kept), **arrays)


def stage(target: Path, grey: NDArray[np.uint8], masks: NDArray[np.bool_], epochs: int, start: Any) -> Any:
    """Train, or read what was trained already."""
    network = Unet() if start is None else start
    if target.exists():
        network.load_state_dict(torch.load(target, weights_only=True))
        network.eval()
        return network
    rate = 4e-3 if start is None else 2e-3
    network = train(grey, masks, Schedule(epochs, SEED, peak_rate=rate), network)
    torch.save(network.state_dict(), target)
    return network


def own_outlines(network: Any, films: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Which films' outlines can be learned from, and those outlines."""
    found = chances(network, films)
    tidied = np.stack([tidy(one > 0.5) for one in found])
    good = [plausible(mask) and sure(chance) for mask, chance in zip(tidied, found, strict=True)]
    kept = np.flatnonzero(good)
    return kept, tidied[kept]


def sure(chance: NDArray[np.float32]) -> bool:
    """Few pixels between yes and no, set against what was found."""
    return all(((one > 0.2) & (one < 0.8)).sum() < 0.25 * max(int((one > 0.5).sum()), 1) for one in chance)


def shrunk(path: Path) -> NDArray[np.uint8]:
    """One film at the network's size, each pixel the mean of what it covers."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((SIZE, SIZE), Image.Resampling.BOX))


if __name__ == "__main__":
    main()
