"""What draws 3D and how much it takes is asked in a child that may die of it."""

from __future__ import annotations

import subprocess
from typing import Any

import numpy as np
import pytest

from app.ui.renderer_probe import answers, probe_renderer
from tests.support.viewers2d import affine
from viewers.types import VolumeImage
from viewers.volume_engine import TextureLimits, within_texture

SAID = '{"renderer": "Card"}\n{"texture_side": 2048}\n{"texture_mb": 33}\n{"texture_mb": 134}\n{"text'


def test_the_child_tries_and_says_what_it_took() -> None:
    found = probe_renderer()
    assert found["renderer"]
    assert int(found["texture_side"]) >= 512
    assert int(found["texture_mb"]) >= 33
    assert "failure" not in found


def test_the_last_size_that_worked_counts_when_the_driver_takes_the_child_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crashed(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], -11, SAID, "")

    monkeypatch.setattr(subprocess, "run", crashed)
    found = probe_renderer()
    assert (found["texture_mb"], found["failure"]) == ("134", "ended with -11")


def test_a_driver_that_hangs_is_given_up_and_what_it_said_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired([], 60, output=SAID.encode())

    monkeypatch.setattr(subprocess, "run", hangs)
    found = probe_renderer()
    assert (found["renderer"], found["texture_mb"], found["failure"]) == ("Card", "134", "TimeoutExpired")


def test_lines_of_others_are_passed_over() -> None:
    assert answers("libEGL warning: no\n3\n" + SAID)["texture_side"] == "2048"


@pytest.mark.parametrize("limits", [TextureLimits(40, 512), TextureLimits(2048, 1)])
def test_a_volume_that_the_card_does_not_take_is_drawn_from_fewer_voxels(limits: TextureLimits) -> None:
    """120 slices: 2.4 MB of 16 bit."""
    volume = VolumeImage(np.zeros((120, 100, 100), dtype=np.int16), affine(slice_step=(0, 0, 0.7)))
    made = within_texture(volume, limits)
    assert max(made.pixels.shape) <= limits.side
    assert made.pixels.nbytes <= limits.megabytes * 1_000_000
    last, wanted = (one.affine @ [*(n - 1 for n in one.pixels.shape), 1.0] for one in (made, volume))
    np.testing.assert_allclose(last, wanted, atol=1e-6)
    assert within_texture(volume, TextureLimits()) is volume
