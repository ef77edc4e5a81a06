"""One line of figures: ours, the peer's from the same run, and what we aim at."""

from __future__ import annotations


def row(name: str, ours: float, peer: float | None, unit: str, aim: str) -> None:
    """Print one figure; peer is None where nothing comparable ran."""
    beside = "-" if peer is None else f"{peer:.1f}"
    print(f"{name:<52} {ours:>10.1f} {beside:>10} {unit:<8} aim {aim}", flush=True)
