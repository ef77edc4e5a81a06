"""The opacity starter's network and how it learns. Training only: the product runs the ONNX graph of `cxr_graph`.

Seven 3x3 convolutions, each with batch normalisation and ReLU, four of them halving the grid (224 -> 14), then the
mean over the grid and one linear unit: so its class activation map is exact (see `cxr_graph`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from cxr_graph import BORDER_PX, CLAMP, Weights
from numpy.typing import NDArray
from torch import nn

LAYERS = ((1, 16, 2), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 96, 2), (96, 96, 1))
Tensor = Any  # torch brings no types to the product's environment


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast."""

    epochs: int
    seed: int
    batch: int = 32
    peak_rate: float = 3e-3
    decay: float = 0.02
    smoothing: float = 0.05


def build() -> Any:
    """A fresh network: (films, 1, 224, 224) already standardised -> logits (films, 1)."""
    blocks: list[Any] = []
    for channels_in, channels_out, stride in LAYERS:
        blocks += [
            nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        ]
    tail = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(LAYERS[-1][1], 1)]
    return nn.Sequential(*blocks, *tail).to(memory_format=torch.channels_last)


def standardise(grey: Tensor) -> Tensor:
    """Blur the grain away, bring the inner part to mean 0 and deviation 1, clamp, and blank the border.

    Grey scale, exposure and bit depth drop out here; so does PNG and JPEG grain, which tells the two sources of
    the training films apart.
    """
    row = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
    kernel = torch.outer(row, row)[None, None]
    blurred = nn.functional.conv2d(grey, kernel, padding=2)
    inner = blurred[:, :, BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
    mean = inner.mean(dim=(2, 3), keepdim=True)
    spread = inner.var(dim=(2, 3), keepdim=True, unbiased=False).add(1e-6).sqrt()
    scaled = ((inner - mean) / spread).clamp(-CLAMP, CLAMP)
    return nn.functional.pad(scaled, (BORDER_PX,) * 4)


def augment(grey: Tensor, generator: Any) -> Tensor:
    """Small turns, shifts, scales and aspect changes, mirror images, gamma, and a random blank rectangle.

    Mirroring costs the network the side of the heart but also the habit of side markers; the rectangle keeps it
    from hanging on one spot.
    """
    count = len(grey)

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    angle, mirror = uniform(-0.17, 0.17), (uniform(0, 1) > 0.5).float() * 2 - 1
    wide, tall = uniform(0.85, 1.1), uniform(0.85, 1.1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = wide * torch.cos(angle) * mirror, -tall * torch.sin(angle)
    theta[:, 1, 0], theta[:, 1, 1] = wide * torch.sin(angle) * mirror, tall * torch.cos(angle)
    theta[:, 0, 2], theta[:, 1, 2] = uniform(-0.08, 0.08), uniform(-0.08, 0.08)
    grid = nn.functional.affine_grid(theta, list(grey.shape), align_corners=False)
    moved = nn.functional.grid_sample(grey, grid, padding_mode="border", align_corners=False)
    gamma = torch.exp(uniform(-0.35, 0.35))[:, None, None, None]
    films = standardise((moved.clamp(1, 255) / 255.0) ** gamma)
    films += torch.randn(films.shape, generator=generator) * 0.05
    for film, top, left in zip(films, uniform(0, 180).int(), uniform(0, 180).int(), strict=True):
        film[:, top : top + 44, left : left + 44] = 0.0
    return films


def train(
    grey: NDArray[np.uint8], labels: NDArray[np.int64], weights: NDArray[np.float64], schedule: Schedule
) -> Any:
    """Train one network from scratch; the same inputs and seed give the same network on the same machine."""
    torch.manual_seed(schedule.seed)
    generator = torch.Generator().manual_seed(schedule.seed)
    network = build()
    steps = schedule.epochs * (-(-len(grey) // schedule.batch))
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.peak_rate, weight_decay=schedule.decay)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, schedule.peak_rate, total_steps=steps, pct_start=0.2
    )
    films = torch.from_numpy(grey).float()[:, None]
    targets = torch.from_numpy(labels).float() * (1 - schedule.smoothing) + schedule.smoothing / 2
    weighing = torch.from_numpy(weights).float()
    network.train()
    for epoch in range(schedule.epochs):
        order, total = torch.randperm(len(grey), generator=generator), 0.0
        for chosen in order.split(schedule.batch):
            logits = network(augment(films[chosen], generator))[:, 0]
            losses = nn.functional.binary_cross_entropy_with_logits(logits, targets[chosen], reduction="none")
            loss = (losses * weighing[chosen]).mean()
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


def logits_of(network: Any, grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Logit per film, 32 films at a time."""
    films = torch.from_numpy(grey).float()[:, None]
    with torch.no_grad():
        parts = [network(standardise(part))[:, 0] for part in films.split(32)]
    return np.asarray(torch.cat(parts).double().numpy())


def fold_in(network: Any) -> Weights:
    """Batch normalisation melted into the convolution before it."""
    kernels, biases = [], []
    for place in range(0, 3 * len(LAYERS), 3):
        convolution, norm = network[place], network[place + 1]
        scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        kernels.append((convolution.weight.detach() * scale[:, None, None, None]).numpy())
        biases.append((norm.bias.detach() - norm.running_mean * scale).numpy())
    head = network[-1]
    return Weights(
        tuple(kernels), tuple(biases), head.weight.detach().numpy()[0], float(head.bias.detach()[0])
    )
