#!/usr/bin/env python3
"""Draw the films that `cxr-lungs-heart` learns shapes from: no person's image takes part.

    python packaging/models/draw_cxr_lungs.py --out WORK/drawn.npz [--count 700]

Runs in the product's own environment (the phantom is the product's). The same seed gives the same films.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from drawn_chest import draw, painted_chest
from drawn_film import expose

SEED = 20261


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=700)
    options = parser.parse_args()
    chests = [painted_chest(seed) for seed in (1, 2, 3)]
    grey, masks = [], []
    for number in range(options.count):
        rng = np.random.default_rng((SEED, number))
        drawn = draw(chests[number % len(chests)], rng)
        grey.append(expose(drawn, rng))
        masks.append(drawn.masks)
        if number % 50 == 49:
            print(f"{number + 1} films", flush=True)
    np.savez_compressed(options.out, grey=np.stack(grey), masks=np.stack(masks))


if __name__ == "__main__":
    main()
