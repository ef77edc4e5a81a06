"""Surfaces of regions in 3D: made of label arrays in a thread, a coarse one of each first, then the true one.

Surface nets (Frisken, "SurfaceNets for multi-label segmentations with preservation of sharp boundaries", JCGT 11
(2022) 34) are smoothed within bounds: a point strays from the voxels' own edge by a quarter of a voxel at most. VTK's
own bounds are wider; a tube of five voxels would be drawn a fifth too thin.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersCore import vtkSurfaceNets3D

from viewers.types import Affine
from viewers.volume_clip import HalfSpace, is_kept
from viewers.vtk_bridge import VtkArray

HEAVY_TRIANGLES = 100_000  # more than these a processor does not draw 15 times a second
COARSE_VOXELS = 400_000  # about 30 ms of work: what a first glance needs
SMOOTHING = 16  # rounds; VTK's own default
FARTHEST = 0.25  # of a voxel
EVENING = 4  # rounds over the vectors that light falls on

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One region to be shown. mask: (slices, rows, columns), true inside; start: its first voxel in the grid.

    affine: of the whole grid, (slice, row, column) -> LPS mm. key names it; version changes with its voxels.
    """

    key: str
    version: object
    mask: Callable[[], tuple[NDArray[np.bool_], tuple[int, int, int]] | None]
    affine: Affine
    color: Color


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """points: (n, 3) LPS mm; triangles: (m, 3) numbers of points; all of plain memory, free to cross threads.

    normals: (n, 3) unit vectors, for shading. quick: a coarser one that stands for this while the view moves and a
    processor draws; None where this one is light enough.
    """

    key: str
    points: NDArray[np.float32]
    triangles: NDArray[np.int64]
    normals: NDArray[np.float32]
    color: Color
    coarse: bool = False
    quick: Surface | None = None


def surface_of(
    mask: NDArray[np.bool_], start: tuple[int, int, int], affine: Affine, *, step: int = 1
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(points in LPS mm, triangles) around what is true; step: so many voxels of each axis are taken as one."""
    thin = _thinned(mask, step) if step > 1 else mask
    padded = np.pad(thin, 1).astype(np.uint8)
    array = VtkArray(padded)
    nets = vtkSurfaceNets3D()
    nets.SetInputData(array.image)
    nets.SetValue(0, 1.0)
    nets.SetOutputMeshTypeToTriangles()
    nets.SmoothingOn()
    nets.SetNumberOfIterations(SMOOTHING)
    nets.AutomaticSmoothingConstraintsOff()
    nets.SetConstraintDistance(FARTHEST)
    nets.Update()
    made = nets.GetOutput()
    if not made.GetNumberOfPoints():
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64)
    places: NDArray[Any] = vtk_to_numpy(made.GetPoints().GetData())  # type: ignore[no-untyped-call]  # VTK's helper has no types
    # Columns first; the padding is one coarse voxel; a coarse voxel's middle lies between those it stands for.
    index = (places[:, ::-1].astype(np.float64) - 1.0) * step + (step - 1) / 2 + np.asarray(start)
    points = index @ affine[:3, :3].T + affine[:3, 3]
    cells: NDArray[Any] = vtk_to_numpy(made.GetPolys().GetConnectivityArray())  # type: ignore[no-untyped-call]  # the same
    triangles = cells.reshape(-1, 3).astype(np.int64)
    return points.astype(np.float32), np.ascontiguousarray(triangles)


def _thinned(mask: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """True where half of a cube of voxels or more is; what is left over at the ends counts as outside."""
    sizes = [-(-size // step) * step for size in mask.shape]
    whole = np.zeros(sizes, dtype=np.uint8)
    whole[: mask.shape[0], : mask.shape[1], : mask.shape[2]] = mask
    i, j, k = (size // step for size in sizes)
    full = whole.reshape(i, step, j, step, k, step).sum(axis=(1, 3, 5), dtype=np.uint32)
    return np.asarray(full * 2 >= step**3)


def coarse_step(size: int) -> int:
    """How many voxels to take as one, so that a first surface comes at once."""
    return max(1, int(np.ceil((size / COARSE_VOXELS) ** (1 / 3))))


class SurfaceWorker:
    """Makes surfaces of whatever regions are wanted now.

    on_surface, on_done and on_failed (for want of memory: no more come) are called in its thread; they must only post.
    """

    def __init__(
        self,
        on_surface: Callable[[Surface], None],
        on_done: Callable[[], None],
        on_failed: Callable[[], None],
    ) -> None:
        self._on_surface, self._on_done, self._on_failed = on_surface, on_done, on_failed
        self._wanted: dict[str, Region] = {}
        self._made: dict[str, object] = {}
        self._coarse: dict[str, object] = {}
        self._quick: dict[str, Surface] = {}  # of the version that _coarse names
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="surfaces", daemon=True)
        self._thread.start()

    def want(self, regions: Iterable[Region]) -> None:
        """These, in this order; those that are made already are not made again."""
        with self._changed:
            self._wanted = {region.key: region for region in regions}
            keep = self._wanted.keys()
            self._made = {key: version for key, version in self._made.items() if key in keep}
            self._coarse = {key: version for key, version in self._coarse.items() if key in keep}
            self._quick = {key: surface for key, surface in self._quick.items() if key in keep}
            self._changed.notify()

    def stop(self) -> None:
        """End the thread and wait for it."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._make_all()
        except MemoryError:  # a mask that is left out would look like none
            self._on_failed()

    def _make_all(self) -> None:
        while (job := self._next()) is not None:
            region, coarse = job
            surface = _made(region, coarse=coarse)
            with self._changed:
                current = self._wanted.get(region.key)
                if self._stopped or current is None or current.version != region.version:
                    continue
                surface = self._noted(region, surface)
                is_last = self._pending() is None
            self._on_surface(surface)
            if is_last:
                self._on_done()

    def _noted(self, region: Region, surface: Surface) -> Surface:
        """Remember what is made; a heavy surface takes its coarse one along."""
        self._coarse[region.key] = region.version
        if surface.coarse:
            self._quick[region.key] = surface
            return surface
        self._made[region.key] = region.version
        quick = self._quick.pop(region.key, None)
        return replace(surface, quick=quick) if len(surface.triangles) > HEAVY_TRIANGLES else surface

    def _next(self) -> tuple[Region, bool] | None:
        with self._changed:
            while (job := self._pending()) is None and not self._stopped:
                self._changed.wait()
            return None if self._stopped else job

    def _pending(self) -> tuple[Region, bool] | None:
        """Coarse ones of all first, then the true ones."""
        for done, coarse in ((self._coarse, True), (self._made, False)):
            for key, region in self._wanted.items():
                if done.get(key, _NEVER) != region.version:
                    return region, coarse
        return None


_NEVER = object()


def _made(region: Region, *, coarse: bool) -> Surface:
    found = region.mask()
    if found is None or not found[0].any():
        nothing = np.zeros((0, 3), np.float32)
        return Surface(region.key, nothing, np.zeros((0, 3), np.int64), nothing, region.color)
    mask, start = found
    step = coarse_step(mask.size) if coarse else 1
    points, triangles = surface_of(mask, start, region.affine, step=step)
    return Surface(
        region.key, points, triangles, normals_of(points, triangles), region.color, coarse=step > 1
    )


def normals_of(points: NDArray[np.float32], triangles: NDArray[np.int64]) -> NDArray[np.float32]:
    """Unit vectors (n, 3) across a surface at its points: of all triangles at each, by their area.

    Evened out between neighbours, so that light does not show the stairs of the voxels; the points stay where they are.
    """
    from scipy import sparse

    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    many = len(triangles)
    ones = np.ones(3 * many, np.float32)
    starts = np.arange(0, 3 * many + 1, 3, dtype=np.int32)
    corners = sparse.csr_array(
        (ones, triangles.ravel().astype(np.int32), starts), shape=(many, len(points))
    )  # of each triangle; a matrix gathers millions of them twelve times faster than numpy's bincount
    at_points = corners.T.tocsr()
    normals = _unit(at_points @ across)
    for _ in range(EVENING):
        normals = _unit(np.asarray(at_points @ (corners @ normals)))
    return normals


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(lengths, 1e-12)[:, None], np.float32)


def first_hit(
    surface: Surface,
    point: NDArray[np.float64],
    direction: NDArray[np.float64],
    spaces: tuple[HalfSpace, ...] = (),
) -> float | None:
    """How far along a ray from a point a surface is met first, mm (below zero behind the point); None if it is not.

    spaces: what is not cut away of it.

    After Moeller and Trumbore, J Graph Tools 2 (1997) 21.
    """
    if not len(surface.triangles):
        return None
    a, b, c = (surface.points[surface.triangles[:, n]].astype(np.float64) for n in range(3))
    one, other = b - a, c - a
    side = np.cross(direction, other)
    size = np.einsum("ij,ij->i", one, side)
    flat = np.abs(size) < 1e-12
    scale = 1.0 / np.where(flat, 1.0, size)
    offset = point - a
    u = np.einsum("ij,ij->i", offset, side) * scale
    turned = np.cross(offset, one)
    v = (turned @ direction) * scale
    met = ~flat & (u >= 0) & (v >= 0) & (u + v <= 1)
    along = (np.einsum("ij,ij->i", other, turned) * scale)[met]
    along = along[is_kept(point + along[:, None] * direction, spaces)]
    return float(along.min()) if len(along) else None


def mask_of_label(
    labels: NDArray[np.integer[Any]], label: int
) -> tuple[NDArray[np.bool_], tuple[int, int, int]] | None:
    """Where a label lies, in the smallest box around it, and the box's first voxel."""
    slices = [n for n in range(len(labels)) if (labels[n] == label).any()]
    if not slices:
        return None
    part = labels[slices[0] : slices[-1] + 1] == label
    rows, columns = (np.flatnonzero(part.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    box = part[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.ascontiguousarray(box), (slices[0], int(rows[0]), int(columns[0]))


def regions_of(
    key: str, labels: NDArray[np.integer[Any]], affine: Affine, colors: Mapping[int, Color]
) -> tuple[Region, ...]:
    """The regions of an array of labels that never changes."""

    def mask(label: int) -> Callable[[], tuple[NDArray[np.bool_], tuple[int, int, int]] | None]:
        return lambda: mask_of_label(labels, label)

    return tuple(
        Region(f"{key}/{label}", (id(labels), color), mask(label), np.asarray(affine), color)
        for label, color in colors.items()
        if label
    )
