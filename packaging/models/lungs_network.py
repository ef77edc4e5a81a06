"""The network of `cxr-lungs-heart` and how it learns. Training only: the product runs the ONNX graph of `lungs_graph`.

A small U-Net over 160 x 160 pixels, each convolution with batch normalisation and ReLU; three answers per pixel: right
lung, left lung, heart (they may overlap, so each is a yes or no of its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from lungs_graph import LEVELS, SIZE, UnetWeights
from numpy.typing import NDArray
from torch import nn

Tensor = Any  # torch brings no types to the product's environment


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast."""

    epochs: int
    seed: int
    batch: int = 16
    peak_rate: float = 4e-3


def unit(channels_in: int, channels_out: int) -> Any:
    """Convolution, normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class Unet(nn.Module):  # type: ignore[misc]
    """(films, 1, 160, 160) standardised -> logits (films, 3, 160, 160)."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, *LEVELS)
        self.down = nn.ModuleList(
            nn.Sequential(unit(before, after), unit(after, after)) if place else unit(before, after)
            for place, (before, after) in enumerate(pairwise(widths))
        )
        self.up = nn.ModuleList(
            unit(below + here, here) for here, below in zip(LEVELS[-2::-1], LEVELS[:0:-1], strict=True)
        )
        self.head = nn.Conv2d(LEVELS[0], 3, 1)

    def forward(self, films: Tensor) -> Tensor:
        """Down, up, and a look at what was kept on the way."""
        kept = []
        for place, block in enumerate(self.down):
            films = block(nn.functional.max_pool2d(films, 2) if place else films)
            kept.append(films)
        for block, beside in zip(self.up, kept[-2::-1], strict=True):
            films = block(torch.cat([nn.functional.interpolate(films, scale_factor=2.0), beside], dim=1))
        return self.head(films)


def standardise(grey: Tensor) -> Tensor:
    """Mean 0 and deviation 1 over the film, cut at 3."""
    mean = grey.mean(dim=(2, 3), keepdim=True)
    spread = grey.var(dim=(2, 3), keepdim=True, unbiased=False).add(1e-6).sqrt()
    return ((grey - mean) / spread).clamp(-3, 3)


def augment(grey: Tensor, masks: Tensor, generator: Any) -> tuple[Tensor, Tensor]:
    """Small turns, shifts and scales of film and masks; tone, grain, blur and a blank rectangle of the film alone.

    Never mirrored: right must stay right.
    """
    count = len(grey)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    angle, wide, tall = uniform(-0.14, 0.14), uniform(0.8, 1.15), uniform(0.8, 1.15)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = wide * torch.cos(angle), -tall * torch.sin(angle)
    theta[:, 1, 0], theta[:, 1, 1] = wide * torch.sin(angle), tall * torch.cos(angle)
    theta[:, 0, 2], theta[:, 1, 2] = uniform(-0.1, 0.1), uniform(-0.1, 0.1)
    grid = nn.functional.affine_grid(theta, list(grey.shape), align_corners=False)
    films = nn.functional.grid_sample(grey, grid, padding_mode="border", align_corners=False)
    masks = nn.functional.grid_sample(masks, grid, padding_mode="zeros", align_corners=False)
    gamma = torch.exp(uniform(-0.4, 0.4))[:, None, None, None]
    films = standardise((films.clamp(1, 255) / 255.0) ** gamma)
    blurred = nn.functional.avg_pool2d(films, 3, stride=1, padding=1)
    share = uniform(-0.6, 1.0)[:, None, None, None]  # below 0 it sharpens
    films = films + share * (blurred - films)
    films = films + torch.randn(films.shape, generator=generator) * uniform(0, 0.12)[:, None, None, None]
    for film, top, left in zip(films, uniform(0, 130).int(), uniform(0, 130).int(), strict=True):
        film[:, top : top + 26, left : left + 26] = 0.0
    return films, masks


def loss_of(logits: Tensor, masks: Tensor, weights: Tensor) -> Tensor:
    """Cross entropy and one minus the soft Dice, both per film."""
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, masks, reduction="none").mean((1, 2, 3))
    chance = torch.sigmoid(logits)
    shared = 2 * (chance * masks).sum((2, 3)) + 50
    dice = shared / ((chance + masks).sum((2, 3)) + 50)
    return ((entropy + 1 - dice.mean(1)) * weights).mean()


def train(grey: NDArray[np.uint8], masks: NDArray[np.bool_], schedule: Schedule, start: Any = None) -> Any:
    """Train one network; the same inputs and seed give the same network on the same machine."""
    torch.manual_seed(schedule.seed)
    generator = torch.Generator().manual_seed(schedule.seed)
    network = (Unet() if start is None else start).to(memory_format=torch.channels_last)
    steps = schedule.epochs * (-(-len(grey) // schedule.batch))
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.peak_rate, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, schedule.peak_rate, total_steps=steps, pct_start=0.2
    )
    films, targets = torch.from_numpy(grey), torch.from_numpy(masks)
    network.train()
    for epoch in range(schedule.epochs):
        order, total = torch.randperm(len(grey), generator=generator), 0.0
        for chosen in order.split(schedule.batch):
            seen, wanted = augment(films[chosen].float()[:, None], targets[chosen].float(), generator)
            loss = loss_of(
                network(seen.contiguous(memory_format=torch.channels_last)), wanted, torch.ones(len(chosen))
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
            total += loss.item() * len(chosen)
        print(
            f"  seed {schedule.seed} epoch {epoch + 1}/{schedule.epochs} loss {total / len(grey):.4f}",
            flush=True,
        )
    network.eval()
    return network


def chances(network: Any, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(films, 3, 160, 160), the mean over each film as it is, brighter, darker and a little moved."""
    films = torch.from_numpy(grey).float()[:, None]
    parts = []
    with torch.no_grad():
        for part in films.split(16):
            scaled = part.clamp(1, 255) / 255.0
            looks = [torch.sigmoid(network(standardise(scaled**gamma))) for gamma in (1.0, 0.75, 1.3)]
            moved = torch.sigmoid(network(standardise(torch.roll(scaled, (4, 4), (2, 3)))))
            parts.append(torch.stack([*looks, torch.roll(moved, (-4, -4), (2, 3))]).mean(0))
    return np.asarray(torch.cat(parts).numpy())


def fold_in(network: Any) -> UnetWeights:
    """Batch normalisation melted into the convolution before it, in the order of the graph."""
    kernels, biases = [], []
    units = [
        one for block in network.down for one in (block if isinstance(block[0], nn.Sequential) else [block])
    ]
    for convolution, norm, _ in [*units, *network.up]:
        scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        kernels.append((convolution.weight.detach() * scale[:, None, None, None]).contiguous().numpy())
        biases.append((norm.bias.detach() - norm.running_mean * scale).numpy())
    kernels.append(network.head.weight.detach().contiguous().numpy())
    biases.append(network.head.bias.detach().numpy())
    return UnetWeights(tuple(kernels), tuple(biases))


__all__ = ["SIZE", "Schedule", "Unet", "chances", "fold_in", "train"]
