"""Every word that a manifest may use does something."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from inference.manifest import Viewer
from inference.morphology import regions
from inference.pipeline import operations
from inference.plugins import tasks
from inference.vocabulary import OpName, PostName, PostOp


def test_every_kind_of_package_can_be_run() -> None:
    assert set(get_args(Viewer.model_fields["kind"].annotation)) == set(tasks())


def test_every_preprocessing_word_is_an_operation() -> None:
    assert set(get_args(OpName)) == set(operations())


@pytest.mark.parametrize("name", get_args(PostName))
def test_every_postprocessing_word_changes_something(name: PostName) -> None:
    probability = np.zeros((9, 20, 20), np.float32)
    probability[1:8, 2:14, 2:14] = 0.9
    probability[4, 7, 7] = 0.0  # a hole
    probability[4, 2:14, 17] = 0.55  # a line
    probability[7, 18, 18] = 0.9  # a speck
    chosen: dict[str, dict[str, float | int | str]] = {
        "threshold": {"at": 0.95},
        "components": {"min_voxels": 5},
    }
    args = chosen.get(name, {})
    gate = np.zeros(probability.shape, bool)
    gate[:, :10] = True
    plain = regions(probability, (), None)
    changed = regions(probability, (PostOp(op=name, args=args),), gate)
    assert not np.array_equal(plain > 0, changed > 0)
