"""Thick slices of a stack: which frames they are made of, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from viewers.slab_source import SlabSource
from viewers.slabs import SlabMode
from viewers.types import Affine, Frame

PIXELS = np.arange(7 * 4 * 5, dtype=np.uint16).reshape(7, 4, 5) % 37


class Fake:
    """Seven frames; what was asked for, in order."""

    def __init__(self, *, inverted: bool = False) -> None:
        self.missing: set[int] = set()
        self.broken: set[int] = set()
        self.asked: list[int] = []
        self.listeners: list[Callable[[int], None]] = []
        self.made = [Frame(one, np.eye(4), inverted=inverted) for one in PIXELS]
        self.count = 7

    def frame(self, index: int) -> Frame | None:
        self.asked.append(index)
        return None if index in self.missing | self.broken else self.made[index]

    def affine_at(self, index: int) -> Affine:
        affine = np.eye(4)
        affine[2, 3] = index
        return affine

    def failure(self, index: int) -> str | None:
        return "broken" if index in self.broken else None

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        self.listeners.append(arrived)
        return lambda: self.listeners.remove(arrived)


def slab(fake: Fake, mode: SlabMode, reach: int = 1) -> SlabSource:
    made = SlabSource(fake)
    made.mode, made.reach = mode, reach
    return made


@pytest.mark.parametrize(
    ("mode", "inverted", "of"),
    [
        (SlabMode.MIP, False, np.max),
        (SlabMode.MINIP, False, np.min),
        (SlabMode.MIP, True, np.min),
        (SlabMode.MINIP, True, np.max),
    ],
)
def test_values(mode: SlabMode, inverted: bool, of: Callable[..., np.ndarray]) -> None:
    made = slab(Fake(inverted=inverted), mode).frame(3)
    assert made is not None
    assert np.array_equal(made.pixels, of(PIXELS[2:5], axis=0))


def test_mean_and_ends() -> None:
    source = slab(Fake(), SlabMode.MEAN, 2)
    assert list(source.members(0)) == [0, 1, 2]
    assert list(source.members(6)) == [4, 5, 6]
    first = source.frame(0)
    assert first is not None
    assert np.array_equal(first.pixels, np.rint(PIXELS[:3].mean(axis=0)))
    assert source.frame(0) is first, "made once"


def test_off_is_the_frame_itself() -> None:
    fake = Fake()
    assert slab(fake, SlabMode.OFF).frame(3) is fake.made[3]
    assert slab(fake, SlabMode.MIP, 0).frame(3) is fake.made[3]


def test_a_slab_waits_for_its_frames_and_the_middle_one_stays_wanted() -> None:
    fake = Fake()
    fake.missing = {4}
    source = slab(fake, SlabMode.MIP)
    heard: list[int] = []
    source.listen(heard.append)
    assert source.frame(3) is None
    assert fake.asked[-1] == 3
    fake.missing = set()
    fake.listeners[0](4)
    assert heard == [3, 4, 5]
    assert source.frame(3) is not None


def test_a_broken_frame_is_left_out_and_a_broken_middle_is_no_picture() -> None:
    fake = Fake()
    fake.broken = {4}
    source = slab(fake, SlabMode.MIP)
    made = source.frame(3)
    assert made is not None
    assert np.array_equal(made.pixels, PIXELS[2:4].max(axis=0))
    assert source.frame(4) is None
    assert source.failure(4) == "broken"
