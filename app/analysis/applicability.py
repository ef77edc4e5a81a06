"""Which series a package fits, asked of inference with headers alone: to choose before pictures are read (RQ-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.analysis.to_model_input import attributes
from app.domain.study import Instance, Series, Study
from app.domain.volume import Affine, Remark, RemarkKind, Space
from inference.types import ModelInput

if TYPE_CHECKING:
    from inference.bundle import Bundle


@dataclass(frozen=True, slots=True, eq=False)
class Headers:
    """What is known of a stack before its pictures are read; affine is None where it makes no volume."""

    study: Study | None
    series: Series
    first: Instance
    slices: int
    affine: Affine | None
    space: Space
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a package is not for a series: a text and its facts."""

    key: str
    facts: tuple[tuple[str, str], ...] = ()


def misfit(bundle: Bundle, headers: Headers) -> Misfit | None:
    """What in the headers speaks against running the package, or None. Raises ValueError without an affine."""
    from inference.applicability import why_not

    if headers.affine is None:
        raise ValueError("slices that make no volume have no headers to ask")
    shape = (headers.slices, headers.first.rows, headers.first.columns)
    given = ModelInput(
        pixels=np.broadcast_to(np.uint8(0), shape),  # no memory is taken; the rules ask for the shape only
        affine=headers.affine,
        in_patient=headers.space is Space.PATIENT,
        spacing_known=all(remark.kind is not RemarkKind.NO_SPACING for remark in headers.remarks),
        attributes=attributes(headers.study, headers.series, used=headers.first),
    )
    problem = why_not(bundle.manifest, given)
    return None if problem is None else Misfit(problem.key, tuple(sorted(problem.facts.items())))
