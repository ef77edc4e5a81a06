"""Surfaces as VTK draws them, and what is cut away of whatever VTK draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPlane, vtkPlaneCollection, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from viewers.volume_clip import HalfSpace
from viewers.volume_surfaces import Surface


class SurfaceActors:
    """The surfaces of one renderer; a surface that stays is not built anew."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._shown: dict[str, tuple[Surface, Any]] = {}  # Any: VTK's actors have no types
        self._spaces: tuple[HalfSpace, ...] = ()

    def put(self, surfaces: tuple[Surface, ...]) -> None:
        """These and no others."""
        wanted = {surface.key: surface for surface in surfaces if len(surface.triangles)}
        for key, (surface, actor) in list(self._shown.items()):
            if wanted.get(key) is not surface:
                self._renderer.RemoveActor(actor)
                del self._shown[key]
        for key, surface in wanted.items():
            if key not in self._shown:
                actor = _actor(surface)
                clip(actor.GetMapper(), self._spaces)
                self._renderer.AddActor(actor)
                self._shown[key] = surface, actor

    def clip(self, spaces: tuple[HalfSpace, ...]) -> None:
        """Cut away what lies outside of these."""
        if spaces != self._spaces:
            self._spaces = spaces
            for _, actor in self._shown.values():
                clip(actor.GetMapper(), spaces)


def clip(mapper: Any, spaces: tuple[HalfSpace, ...]) -> None:  # Any: VTK mappers have no types
    """Cut away what lies outside of these half-spaces."""
    if not spaces:
        mapper.RemoveAllClippingPlanes()
        return
    planes = vtkPlaneCollection()
    for space in spaces:
        plane = vtkPlane()
        plane.SetOrigin(*space.point)
        plane.SetNormal(*space.normal)
        planes.AddItem(plane)
    mapper.SetClippingPlanes(planes)


def _actor(surface: Surface) -> Any:  # Any: VTK's actors have no types
    """VTK shares the memory of the arrays, and its wrappers keep them."""
    points = vtkPoints()
    points.SetData(numpy_to_vtk(surface.points))  # type: ignore[no-untyped-call]  # VTK's helper has no types
    cells = vtkCellArray()
    flat = np.ascontiguousarray(surface.triangles.ravel())
    cells.SetData(3, numpy_to_vtkIdTypeArray(flat))  # type: ignore[no-untyped-call]  # the same
    body = vtkPolyData()
    body.SetPoints(points)
    body.SetPolys(cells)
    body.GetPointData().SetNormals(numpy_to_vtk(surface.normals))  # type: ignore[no-untyped-call]  # the same
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(body)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*(part / 255 for part in surface.color))
    look.SetAmbient(0.25)
    look.SetDiffuse(0.75)
    look.SetSpecular(0.15)
    return actor
