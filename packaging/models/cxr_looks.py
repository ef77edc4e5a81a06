"""How the opacity starter sees a film while it learns: squeezed, standardised, and changed a little at random."""

from __future__ import annotations

from typing import Any

import torch
from cxr_graph import BORDER_PX, CLAMP, SIZE
from torch import nn

Tensor = Any  # torch brings no types to the product's environment
BLANK_PX = 31


def standardise(grey: Tensor) -> Tensor:
    """Blur the grain away, bring the inner part to mean 0 and deviation 1, clamp, and blank the border.

    Grey scale, exposure and bit depth drop out here; so does PNG and JPEG grain, which tells the two sources of
    the training films apart.
    """
    row = torch.tensor([1.0, 2.0, 1.0]) / 4.0
    blurred = nn.functional.conv2d(grey, torch.outer(row, row)[None, None], padding=1)
    inner = blurred[:, :, BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
    mean = inner.mean((2, 3), keepdim=True)
    spread = inner.var((2, 3), keepdim=True, unbiased=False).add(1e-6).sqrt()
    return nn.functional.pad(((inner - mean) / spread).clamp(-CLAMP, CLAMP), (BORDER_PX,) * 4)


def as_they_are(films: Tensor) -> Tensor:
    """uint8 (films, 160, 160) as the networks see them at inference: (films, 1, 160, 160)."""
    return standardise(films.float()[:, None] / 255)


def augment(films: Tensor, generator: Any) -> Tensor:
    """The same with small turns, shifts, scales and aspect changes, mirror images, gamma, grain, and a blank square.

    Mirroring costs the network the side of the heart but also the habit of side markers; the square keeps it
    from hanging on one spot.
    """
    count = len(films)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    angle, mirror = uniform(-0.17, 0.17), (uniform(0, 1) > 0.5).float() * 2 - 1
    wide, tall = uniform(0.85, 1.1), uniform(0.85, 1.1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = wide * torch.cos(angle) * mirror, -tall * torch.sin(angle)
    theta[:, 1, 0], theta[:, 1, 1] = wide * torch.sin(angle) * mirror, tall * torch.cos(angle)
    theta[:, 0, 2], theta[:, 1, 2] = uniform(-0.08, 0.08), uniform(-0.08, 0.08)
    grey = films.float()[:, None]
    grid = nn.functional.affine_grid(theta, list(grey.shape), align_corners=False)
    moved = nn.functional.grid_sample(grey, grid, padding_mode="border", align_corners=False)
    seen = standardise((moved.clamp(1, 255) / 255) ** torch.exp(uniform(-0.35, 0.35))[:, None, None, None])
    seen = seen + torch.randn(seen.shape, generator=generator) * 0.05
    last = SIZE - BLANK_PX
    for film, top, left in zip(seen, uniform(0, last).int(), uniform(0, last).int(), strict=True):
        film[:, top : top + BLANK_PX, left : left + BLANK_PX] = 0.0
    return seen
