"""The VTK side of a 3D view: one off-screen window, one volume, a picture as an array.

One thread makes, uses and releases it. Without a graphics card VTK's ray caster runs on the CPU: the GPU mapper
under a software OpenGL takes seconds a frame, and VTK's own choice (vtkSmartVolumeMapper) picks it all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - VTK finds its renderer by these imports
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkCommand, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper, vtkGPUVolumeRayCastMapper

from viewers.types import VolumeImage, WindowLevel
from viewers.volume_actors import SurfaceActors, clip
from viewers.volume_camera import CameraPose
from viewers.volume_clip import HalfSpace
from viewers.volume_presets import VolumePreset, stretched
from viewers.volume_surfaces import Surface
from viewers.vtk_bridge import VtkArray

SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "gdi generic", "software")
_EYE_DISTANCE_MM = 4000.0


@dataclass(frozen=True, slots=True)
class Coloring:
    """A preset, the window that the reader chose instead of its own, and what is not cut away."""

    preset: VolumePreset
    window: WindowLevel | None = None
    spaces: tuple[HalfSpace, ...] = ()


class VolumeRenderer:
    """Draws one volume; call `release` in the thread that made it."""

    def __init__(self, abort: Callable[[], bool] | None = None) -> None:
        self._window = vtkRenderWindow()
        self._window.SetShowWindow(False)
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0.0, 0.0, 0.0)
        self._window.AddRenderer(self._renderer)
        self._volume = vtkVolume()
        self._property = vtkVolumeProperty()
        self._property.SetInterpolationTypeToLinear()
        self._volume.SetProperty(self._property)
        self._mapper: Any = None  # Any: one of two VTK mappers, which have no types
        self._surfaces = SurfaceActors(self._renderer)
        self._array: VtkArray | None = None
        self._image: VolumeImage | None = None
        self._coloring: Coloring | None = None
        if abort is not None:
            check = self._window
            check.AddObserver(vtkCommand.AbortCheckEvent, lambda *_: check.SetAbortRender(int(abort())))

    def works(self) -> bool:
        """False where no OpenGL at all can be had."""
        return bool(self._window.SupportsOpenGL())

    def is_hardware(self) -> bool:
        """True if a graphics card draws, by the name that OpenGL gives itself."""
        self._window.SetSize(16, 16)
        self._window.Render()
        said = str(self._window.ReportCapabilities()).lower()
        lines = [line for line in said.splitlines() if "renderer string" in line or "vendor string" in line]
        return bool(lines) and not any(name in line for line in lines for name in SOFTWARE_RENDERERS)

    def set_volume(self, image: VolumeImage, *, hardware: bool, sample_mm: float) -> None:
        """Another volume; its pixels are shared, not copied."""
        self._array, self._image, self._coloring = VtkArray(image.pixels), image, None
        steps = image.affine[:3, [2, 1, 0]]  # VTK counts columns first
        lengths = np.linalg.norm(steps, axis=0)
        self._array.image.SetSpacing(*lengths)
        matrix = np.eye(4)
        matrix[:3, :3] = steps / lengths
        matrix[:3, 3] = image.affine[:3, 3]
        placed = vtkMatrix4x4()
        placed.DeepCopy(matrix.ravel().tolist())
        self._mapper = _mapper(hardware, sample_mm)
        self._mapper.SetInputData(self._array.image)
        self._volume.SetMapper(self._mapper)
        self._volume.SetUserMatrix(placed)
        self._renderer.AddVolume(self._volume)

    def set_coloring(self, coloring: Coloring) -> None:
        """Transfer functions of a preset in stored values."""
        chosen, image = coloring.preset, self._image
        if image is None or self._mapper is None or coloring == self._coloring:
            return  # VTK builds its tables anew for functions that only look the same
        self._coloring = coloring
        opacity, color = vtkPiecewiseFunction(), vtkColorTransferFunction()
        for value, alpha in chosen.opacity:
            opacity.AddPoint(_stored(stretched(value, chosen, coloring.window), image), alpha)
        for value, rgb in chosen.colors:
            color.AddRGBPoint(_stored(stretched(value, chosen, coloring.window), image), *rgb)
        self._property.SetScalarOpacity(opacity)
        self._property.SetColor(color)
        self._property.SetScalarOpacityUnitDistance(1.0)
        self._property.SetShade(not chosen.mip)
        self._property.SetAmbient(chosen.ambient)
        self._property.SetDiffuse(0.85)
        self._property.SetSpecular(chosen.specular)
        self._property.SetSpecularPower(18.0)
        if chosen.mip:
            self._mapper.SetBlendModeToMaximumIntensity()
        else:
            self._mapper.SetBlendModeToComposite()
        self._volume.SetVisibility(not chosen.is_empty)
        clip(self._mapper, coloring.spaces)
        self._surfaces.clip(coloring.spaces)

    def set_surfaces(self, surfaces: tuple[Surface, ...]) -> None:
        """Surfaces that stand in the volume; replaces what was there."""
        self._surfaces.put(surfaces)
        if self._mapper is not None and hasattr(self._mapper, "SetIntermixIntersectingGeometry"):
            self._mapper.SetIntermixIntersectingGeometry(bool(surfaces))

    def picture(self, pose: CameraPose, size_px: tuple[int, int]) -> NDArray[np.uint8]:
        """(height, width, 4) RGBA, first row on top."""
        width, height = size_px
        self._window.SetSize(width, height)
        camera = self._renderer.GetActiveCamera()
        camera.SetParallelProjection(True)
        camera.SetParallelScale(pose.half_height_mm)
        camera.SetFocalPoint(*pose.middle)
        camera.SetPosition(*(pose.middle + pose.toward_eye * _EYE_DISTANCE_MM))
        camera.SetViewUp(*pose.up)
        self._renderer.ResetCameraClippingRange()
        self._window.SetAbortRender(0)
        self._window.Render()
        buffer = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, buffer, 0)
        flat = vtk_to_numpy(buffer)  # type: ignore[no-untyped-call]  # VTK's helper has no types
        upright: NDArray[np.uint8] = np.ascontiguousarray(flat.reshape(height, width, 4)[::-1])
        return upright

    def release(self) -> None:
        """Let go of the volume and of OpenGL."""
        self._surfaces.put(())
        if self._mapper is not None:
            self._renderer.RemoveVolume(self._volume)
            self._mapper.RemoveAllInputs()
        self._mapper = self._array = self._image = None
        self._window.RemoveAllObservers()
        self._window.RemoveRenderer(self._renderer)
        self._window.Finalize()


def _mapper(hardware: bool, sample_mm: float) -> Any:  # Any: VTK mappers have no types
    if hardware:
        fast = vtkGPUVolumeRayCastMapper()
        fast.SetAutoAdjustSampleDistances(0)
        fast.SetSampleDistance(sample_mm)
        fast.SetUseJittering(1)
        return fast
    slow = vtkFixedPointVolumeRayCastMapper()
    slow.SetAutoAdjustSampleDistances(0)
    slow.SetImageSampleDistance(1.0)
    slow.SetSampleDistance(sample_mm)
    slow.SetInteractiveSampleDistance(sample_mm)
    slow.IntermixIntersectingGeometryOff()
    return slow


def _stored(value: float, image: VolumeImage) -> float:
    return (value - image.intercept) / image.slope
