"""The declared preprocessing of a package, in order."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

import numpy as np

import inference.preprocess
from inference.errors import Problem, RunRefusedError
from inference.image import Image, PreprocessOp
from inference.types import ModelInput
from inference.vocabulary import Op


def operations() -> dict[str, PreprocessOp]:
    """All operations found, by name."""
    modules = pkgutil.iter_modules(inference.preprocess.__path__)
    found = [importlib.import_module(f"inference.preprocess.{module.name}").OP for module in modules]
    return {op.name: op for op in found}


def as_image(given: ModelInput) -> Image:
    """The input as it stands before any step; padding is taken for the smallest real value."""
    values = given.pixels.astype(np.float32)
    if given.padding is not None:
        is_padding = given.pixels == given.padding
        if is_padding.any() and not is_padding.all():
            values[is_padding] = given.pixels[~is_padding].min()
    return Image(
        values=values,
        affine=np.asarray(given.affine, dtype=np.float64),
        slope=given.slope,
        intercept=given.intercept,
        inverted=given.inverted,
        in_patient=given.in_patient,
    )


def preprocess(image: Image, steps: Iterable[Op]) -> Image:
    """Apply the steps. Raises RunRefusedError if one cannot be done."""
    known = operations()
    for step in steps:
        try:
            image = known[step.op].forward(image, step.args)
        except ValueError as error:
            facts = {"step": step.op, "what": str(error)[:200]}
            raise RunRefusedError(Problem("model.failed.preprocess", facts)) from error
    return image
