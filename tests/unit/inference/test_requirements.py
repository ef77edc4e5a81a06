"""RQ-06: what a package requires of its input decides between an answer, 'not applicable' and 'failed'."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.errors import RunRefusedError
from inference.requirements import check_requirements, number_of
from inference.vocabulary import Requirement, ValueRef

LUNGS = Requirement(
    value=ValueRef(tensor="lungs", index=1, scale=2.0), at_least=1.0, reason={"en": "No lungs were found."}
)


def test_a_number_is_read_flattened_and_scaled() -> None:
    assert number_of({"lungs": np.array([[3.0, 0.75]])}, LUNGS.value) == 1.5


@pytest.mark.parametrize("value", [0.5, 7.0])
def test_what_is_met_says_nothing(value: float) -> None:
    check_requirements([LUNGS], {"lungs": np.array([0.0, value])})


@pytest.mark.parametrize("value", [0.49, float("nan"), float("-inf")])
def test_what_is_not_met_is_not_applicable_in_the_package_s_words(value: float) -> None:
    with pytest.raises(RunRefusedError) as caught:
        check_requirements([LUNGS], {"lungs": np.array([0.0, value])})
    assert caught.value.applicable is False
    assert caught.value.problem.facts["reason"] == "No lungs were found."


@pytest.mark.parametrize("answers", [{}, {"lungs": np.array([1.0])}], ids=["no tensor", "too short"])
def test_a_requirement_that_cannot_be_read_fails_and_is_never_skipped(
    answers: dict[str, NDArray[np.float64]],
) -> None:
    with pytest.raises(RunRefusedError) as caught:
        check_requirements([LUNGS], answers)
    assert caught.value.applicable is True
