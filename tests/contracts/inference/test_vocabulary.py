"""Every word that a manifest may use does something."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from inference.manifest import Viewer
from inference.morphology import regions
from inference.pipeline import operations
from inference.plugins import tasks
from inference.step_args import OP_WORDS, POST_WORDS
from inference.vocabulary import Op, OpName, PostName, PostOp


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


@pytest.mark.parametrize(
    ("args", "kept"),
    [({"min_mm": 4.0}, [512]), ({"max_mm": 4.0}, [8]), ({"min_mm": 2.0, "max_mm": 20.0}, [512, 8])],
)
def test_pieces_are_kept_by_their_size_in_mm(args: dict[str, float], kept: list[int]) -> None:
    """Cubes of 8 and of 2 voxels at 1 mm: as balls 9.9 and 2.5 mm across."""
    probability = np.zeros((10, 20, 20), np.float32)
    probability[1:9, 1:9, 1:9] = 0.9
    probability[4:6, 14:16, 14:16] = 0.9
    found = regions(probability, (PostOp(op="components", args=dict(args)),), None, 1.0)
    assert list(np.bincount(found.ravel())[1:]) == kept


@pytest.mark.parametrize(
    ("model", "op", "args", "words"),
    [
        (Op, "clip", {"low": 0, "min": 0, "max": 1}, "does not take low"),
        (Op, "clip", {"min": 0}, "needs max"),
        (Op, "orient", {"axes": "RAS"}, "takes nothing"),
        (PostOp, "threshold", {"above": 0.5}, "does not take above"),
    ],
)
def test_a_word_that_no_step_reads_is_refused(
    model: type[Op | PostOp], op: str, args: dict[str, float | str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        model.model_validate({"op": op, "args": args})


def test_the_words_of_every_step_are_known() -> None:
    assert set(OP_WORDS) == set(get_args(OpName))
    assert set(POST_WORDS) == set(get_args(PostName))
