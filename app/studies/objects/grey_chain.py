"""A presentation state's way from stored values to grey, as one table: modality, VOI, presentation (PS3.4 N.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.display import LookupTable
from app.domain.presentation import ModalityStep
from app.studies.greys import by_table, by_window
from app.studies.objects.looks import FrameLook
from app.studies.stack_frame import StackFrame

ENTRY_BITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """table: grey of every stored value where a window alone does not do it; None where it does.

    lost: what cannot be done with this frame, as the last parts of the text keys `ui.presented.part.*`.
    """

    table: LookupTable | None = None
    lost: tuple[str, ...] = ()


def chain_of(look: FrameLook, frame: StackFrame, name: str) -> Chain:
    """What makes grey of a frame as a state says. name: what the table is called on the picture.

    A state without a window leaves the reader's: by the letter nothing would take its place, and a CT be one grey.
    """
    if frame.pixels.ndim != 2:
        return Chain(lost=_asked(look))
    is_same = _is_own(look.modality, frame)
    window = look.shown is not None and look.shown.window is not None
    is_plain = look.presentation_table is None and (look.shown is None or window)
    follows = look.shown is None or look.shown.function == frame.voi_function
    if is_plain and follows and (is_same or look.shown is None):
        return Chain()
    if frame.modality_table is not None and not is_same:
        return Chain(
            lost=("modality_table",)
        )  # stored values are not kept beside those of the image's own table
    if frame.pixels.dtype.kind not in "iu" or frame.pixels.dtype.itemsize > 2:
        return Chain(lost=_asked(look))
    return Chain(_composed(look, frame, name))


def facts_of(frame: StackFrame) -> tuple[object, ...]:
    """All of a frame that its chain depends on; frames alike share one."""
    scale = (frame.slope, frame.intercept, frame.modality_table)
    return (frame.pixels.dtype, frame.pixels.ndim, frame.bits_stored, frame.voi_function, scale)


def _asked(look: FrameLook) -> tuple[str, ...]:
    """The tables that a state asks for."""
    asked = {
        "modality_table": look.modality.table is not None,
        "voi_table": look.shown is not None and look.shown.table is not None,
        "presentation_table": look.presentation_table is not None,
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)


def _is_own(step: ModalityStep, frame: StackFrame) -> bool:
    """Whether the state's modality step is the image's own, as it nearly always is."""
    if frame.modality_table is None and step.table is None:
        return (step.slope, step.intercept) == (frame.slope, frame.intercept)
    return is_same_table(frame.modality_table, step.table)


def is_same_table(one: LookupTable | None, other: LookupTable | None) -> bool:
    """Whether two tables give the same for every value; None is like None alone."""
    if one is None or other is None:
        return one is other
    return one.first == other.first and np.array_equal(one.table, other.table)


def _composed(look: FrameLook, frame: StackFrame, name: str) -> LookupTable:
    # Pixels that went through the image's own table, which is the state's too, are past that step.
    step = look.modality if frame.modality_table is None else ModalityStep()
    limits = np.iinfo(frame.pixels.dtype)
    stored = np.arange(limits.min, limits.max + 1, dtype=np.int64)
    values = _values(stored, step)
    share = _share(values, look, _values(_range_of(frame), step))
    table = look.presentation_table
    if (
        table is not None
    ):  # its first entry is for the lowest that comes in, its last for the highest (C.11.6.1.1)
        place = np.rint(share * (len(table.table) - 1)).astype(np.int64)
        share = table.table[place] / float(2**table.bits - 1)
    entries = np.rint(np.clip(share, 0.0, 1.0) * (2**ENTRY_BITS - 1)).astype(np.uint16)
    return LookupTable(int(limits.min), entries, ENTRY_BITS, name)


def _values(stored: NDArray[Any], step: ModalityStep) -> NDArray[np.float64]:
    if step.table is not None:
        return step.table.look_up(stored).astype(np.float64)
    return stored * step.slope + step.intercept


def _range_of(frame: StackFrame) -> NDArray[np.int64]:
    """The least and the largest that may be stored."""
    if frame.modality_table is not None:
        return np.array([0, 2**frame.modality_table.bits - 1])
    half = 1 << (frame.bits_stored - 1)
    return np.array([-half, half - 1] if frame.pixels.dtype.kind == "i" else [0, 2 * half - 1])


def _share(values: NDArray[np.float64], look: FrameLook, ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 black to 1 white after the VOI step; all that can be stored where the state names none."""
    if look.shown is not None and look.shown.table is not None:
        return by_table(values, look.shown.table).astype(np.float64)
    if look.shown is not None and look.shown.window is not None:
        return by_window(values, look.shown.window, look.shown.function).astype(np.float64)
    low, high = float(ends.min()), float(ends.max())
    return np.clip((values - low) / max(high - low, 1e-12), 0.0, 1.0)
