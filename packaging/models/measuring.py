"""What all measuring scripts have in common: the command line, the file of figures, shares and the cost of a run."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from package_files import ROOT

sys.path.insert(0, str(ROOT))
from app.analysis.statistics import wilson_interval


def asked_paths(what: str, *names: str) -> argparse.Namespace:
    """The paths of the command line, all of them needed; what: the script's docstring."""
    parser = argparse.ArgumentParser(description=what.splitlines()[0])
    for name in names:
        parser.add_argument(f"--{name}", type=Path, required=True)
    return parser.parse_args()


def write_figures(path: Path, figures: dict[str, Any]) -> None:
    """What the build script reads."""
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def wilson_share(hits: int, count: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson 1927)."""
    low, high = wilson_interval(hits, count)
    return {"value": round(hits / count, 3), "ci95": [round(low, 3), round(high, 3)], "n": count}


def cost_of(run: Callable[..., object], *given: object) -> dict[str, float]:
    """Seconds of one run on what is given, and the peak memory of this whole process so far."""
    start = time.monotonic()
    run(*given)
    return {"seconds": round(time.monotonic() - start, 1), "peak_mb": peak_mb()}


def peak_mb() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
