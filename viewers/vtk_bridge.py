"""The only file that knows VTK's axis order: arrays in, resampled arrays out.

An array goes to VTK without a copy and without its affine: VTK sees unit spacing at the origin, and the whole
geometry lies in one 4x4 matrix from output pixels to array indices. So sheared stacks (gantry tilt) and
anisotropic pixels need no special case.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkCommonTransforms import vtkMatrixToLinearTransform
from vtkmodules.vtkImagingCore import vtkImageReslice

from viewers.types import Interpolation

_VTK_TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64")
_AXES = np.array([[0.0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])  # slice, row, column <-> x, y, z


class VtkArray:
    """An array (slices, rows, columns) or (slices, rows, columns, 3) as VTK image data; shares its memory."""

    def __init__(self, pixels: NDArray[Any]) -> None:
        self.pixels = _plain(pixels)
        slices, rows, columns = self.pixels.shape[:3]
        samples = self.pixels.shape[3] if self.pixels.ndim == 4 else 1
        flat = self.pixels.reshape(-1, samples) if samples > 1 else self.pixels.reshape(-1)
        scalars = numpy_to_vtk(flat)  # type: ignore[no-untyped-call]  # VTK's helper has no types
        self.image = vtkImageData()
        self.image.SetDimensions(columns, rows, slices)
        self.image.GetPointData().SetScalars(scalars)

    def touch(self) -> None:
        """The pixels were changed in place: what was made of them is old."""
        self.image.GetPointData().GetScalars().Modified()
        self.image.Modified()


class Resampler:
    """One reslice filter, kept between frames; runs on all cores."""

    def __init__(self) -> None:
        self._matrix = vtkMatrix4x4()
        self._transform = vtkMatrixToLinearTransform()
        self._transform.SetInput(self._matrix)
        self._filter = vtkImageReslice()
        self._filter.SetResliceTransform(self._transform)
        self._filter.SetOutputSpacing(1.0, 1.0, 1.0)
        self._filter.SetOutputOrigin(0.0, 0.0, 0.0)
        self._filter.SetBorder(True)

    def sample(
        self,
        source: VtkArray,
        matrix: NDArray[np.float64],
        size: tuple[int, int],
        interpolation: Interpolation = Interpolation.LINEAR,
        outside: float = 0.0,
    ) -> NDArray[Any]:
        """Picture (rows, columns) or (rows, columns, 3) of the stored type; size is (columns, rows).

        matrix: 4x4 from (x, y, depth, 1) of the output to (slice, row, column, 1) of the source.
        """
        picture: NDArray[Any] = self.sample_layers(source, matrix, (*size, 1), interpolation, outside)[0]
        return picture

    def sample_layers(
        self,
        source: VtkArray,
        matrix: NDArray[np.float64],
        size: tuple[int, int, int],
        interpolation: Interpolation = Interpolation.LINEAR,
        outside: float = 0.0,
    ) -> NDArray[Any]:
        """The same for several depths 0, 1, 2 ... at once, (layers, rows, columns[, 3]); size: (columns, rows, layers).

        The array is the filter's own: the next sample may write over it.
        """
        self._matrix.DeepCopy((_AXES @ matrix).ravel().tolist())
        self._filter.SetInputData(source.image)
        self._filter.SetOutputExtent(0, size[0] - 1, 0, size[1] - 1, 0, size[2] - 1)
        self._filter.SetBackgroundColor(outside, outside, outside, outside)
        _set_mode(self._filter, interpolation)
        self._filter.Update()
        scalars = self._filter.GetOutput().GetPointData().GetScalars()
        samples = source.pixels.shape[3:]
        picture: NDArray[Any] = vtk_to_numpy(scalars)  # type: ignore[no-untyped-call]  # VTK's helper has no types
        return picture.reshape(size[2], size[1], size[0], *samples)


def _set_mode(reslice: vtkImageReslice, interpolation: Interpolation) -> None:
    if interpolation is Interpolation.NEAREST:
        reslice.SetInterpolationModeToNearestNeighbor()
    elif interpolation is Interpolation.CUBIC:
        reslice.SetInterpolationModeToCubic()
    else:
        reslice.SetInterpolationModeToLinear()


def _plain(pixels: NDArray[Any]) -> NDArray[Any]:
    """C order and a type that VTK has; copies only what is neither."""
    name = pixels.dtype.name
    if name in ("bool", "int64", "uint64", "float16"):
        pixels = pixels.astype({"bool": np.uint8, "float16": np.float32}.get(name, np.int32))
    elif name not in _VTK_TYPES or not pixels.dtype.isnative:
        pixels = pixels.astype(pixels.dtype.newbyteorder("="))
    return np.ascontiguousarray(pixels)
