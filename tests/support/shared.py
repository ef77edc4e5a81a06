"""Where the real images and networks lie; tests that need them skip without them, and must run under CI."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def shared_dir(*parts: str) -> Path:
    """A folder or file of the shared test material beside the checkout; skips the test if it is missing."""
    wanted = _ROOT.parent / "shared" / Path(*parts)
    if not wanted.exists():
        words = f"the shared test material {Path(*parts)} is not beside this checkout"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    return wanted
