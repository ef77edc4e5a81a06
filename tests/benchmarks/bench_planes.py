"""Oblique planes and thick slabs at 800 x 800, beside SimpleITK's resampling and VTK's own slab, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from vtkmodules.vtkImagingCore import vtkImageReslice

from app.ui.application import application
from tests.benchmarks._table import row
from viewers.geometry import PictureBox, index_from_pixels, screen_plane
from viewers.picture import Picture, PictureSampler, Screen
from viewers.slab_sampler import SlabSampler, coarser
from viewers.slabs import Slab, SlabMode
from viewers.types import Affine, ViewState, VolumeImage, WindowLevel
from viewers.vtk_bridge import VtkArray

SIZE, SHAPE, MOVES = 800, (300, 512, 512), 24
SPACING = (1.0, 0.7, 0.7)
STATE = ViewState(window=WindowLevel(40.0, 400.0), fitted=True)
SLAB = Slab(SlabMode.MIP, 20.0)


def main() -> None:
    """Each picture lies elsewhere than the one before, as under a moving hand."""
    application(off_screen=True)
    pixels = np.random.default_rng(7).integers(-1000, 1500, SHAPE, dtype=np.int16)
    affine = np.array([[0.0, 0, SPACING[2], 0], [0, SPACING[1], 0, 0], [SPACING[0], 0, 0, 0], [0, 0, 0, 1]])
    picture = Picture(VolumeImage(pixels, affine), flat=False)
    screens = [_oblique(picture, move) for move in range(MOVES)]
    plane, slabs = PictureSampler(), SlabSampler()
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB32)

    def draw(paint: Callable[[QPainter, Screen], None]) -> Callable[[Screen], None]:
        def run(screen: Screen) -> None:
            painter = QPainter(image)
            paint(painter, screen)
            painter.end()

        return run

    ours = _p95_ms(screens, draw(lambda p, s: plane.paint(p, picture, s, STATE)))
    itk = _p95_ms(screens, _simpleitk(pixels))
    row("oblique plane 800 x 800, drawn (peer: SimpleITK resample), p95", ours, itk, "ms", aim="<= 33 ms")
    theirs = _p95_ms(screens, _vtk_slab(pixels, affine))
    moving = _p95_ms(screens, draw(lambda p, s: slabs.paint(p, picture, coarser(s), STATE, SLAB)))
    row(
        "20 mm MIP slab while it moves (peer: vtkImageReslice, whole), p95",
        moving,
        theirs,
        "ms",
        aim="<= 100 ms",
    )
    still = _p95_ms(screens, draw(lambda p, s: slabs.paint(p, picture, s, STATE, SLAB)))
    row(
        "the same, still: every voxel, drawn (peer: the same), p95", still, theirs, "ms", aim="told, none set"
    )


def _oblique(picture: Picture, move: int) -> Screen:
    angle = np.radians(25)
    right, down = np.array([np.cos(angle), 0.0, np.sin(angle)]), np.array([0.0, 1.0, 0.0])
    middle = (picture.affine @ [150, 256, 256, 1.0])[:3] + np.cross(right, down) * (move - MOVES / 2)
    box = PictureBox(middle, right, down, 300.0, 300.0)
    scale = SIZE / 300.0
    state = ViewState(window=STATE.window, scale=scale)
    return Screen(screen_plane(box, state, (SIZE, SIZE)), (SIZE, SIZE), 1.0)


def _p95_ms(screens: list[Screen], draw: Callable[[Screen], None]) -> float:
    draw(screens[0])
    taken = []
    for screen in screens[1:]:
        started = time.perf_counter()
        draw(screen)
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(taken, 95))


def _simpleitk(pixels: NDArray[np.int16]) -> Callable[[Screen], None]:
    import SimpleITK

    image = SimpleITK.GetImageFromArray(pixels)
    image.SetSpacing(SPACING[::-1])

    def run(screen: Screen) -> None:
        plane = screen.plane
        steps = (plane.right, plane.down, plane.normal)
        lengths = [float(np.linalg.norm(step)) for step in steps]
        axes = np.column_stack([step / length for step, length in zip(steps, lengths, strict=True)])
        SimpleITK.Resample(
            image, (SIZE, SIZE, 1), SimpleITK.Transform(), SimpleITK.sitkLinear, plane.origin.tolist(), lengths,
            axes.ravel().tolist(), 0.0, SimpleITK.sitkInt16,
        )  # fmt: skip

    return run


def _vtk_slab(pixels: NDArray[np.int16], affine: Affine) -> Callable[[Screen], None]:
    """VTK's own maximum over 21 layers, half an mm more than ours at each end."""
    from viewers.vtk_bridge import _AXES

    array = VtkArray(pixels)
    reslice = vtkImageReslice()
    reslice.SetInputData(array.image)
    reslice.SetInterpolationModeToLinear()
    reslice.SetSlabModeToMax()
    reslice.SetSlabNumberOfSlices(21)
    reslice.SetOutputSpacing(1.0, 1.0, 1.0)
    reslice.SetOutputOrigin(0.0, 0.0, 0.0)
    reslice.SetOutputExtent(0, SIZE - 1, 0, SIZE - 1, 0, 0)

    def run(screen: Screen) -> None:
        from vtkmodules.vtkCommonMath import vtkMatrix4x4

        matrix = vtkMatrix4x4()
        matrix.DeepCopy((_AXES @ index_from_pixels(affine, screen.plane)).ravel().tolist())
        reslice.SetResliceAxes(matrix)
        reslice.Update()

    return run


if __name__ == "__main__":
    main()
