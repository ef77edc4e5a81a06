"""3D while it moves: our view beside VTK's own choices for the same volume, size and run; and making the phantom."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import numpy as np
import vtkmodules.vtkRenderingOpenGL2
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - VTK finds its renderer by these imports
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkVolume
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkSmartVolumeMapper

from app.phantom.chest import chest_ct
from app.phantom.spec import PhantomSpec, covering_spec
from tests.benchmarks._table import row
from viewers import volume_camera as camera
from viewers.types import VolumeImage
from viewers.volume_presets import preset
from viewers.volume_renderer import Coloring, VolumeRenderer
from viewers.volume_surfaces import regions_of
from viewers.volume_view import VolumeView
from viewers.vtk_bridge import VtkArray

SIZE_PX = (600, 600)
OUR_FRAMES, PEER_FRAMES = 20, 4


def per_second(turn: Callable[[int], None], frames: int) -> float:
    """Frames a second, the first frame left out (it builds gradients)."""
    turn(0)
    start = time.perf_counter()
    for number in range(1, frames + 1):
        turn(number)
    return frames / (time.perf_counter() - start)


def settle(app: QApplication, view: VolumeView) -> None:
    """Wait for the full picture."""
    while not view.is_settled:
        app.processEvents()
        time.sleep(0.005)


def ours(app: QApplication, volume: VolumeImage) -> None:
    """Our view: first picture, moving pictures, the full one at rest."""
    view = VolumeView()
    view.resize(*SIZE_PX)
    view.show()
    start = time.perf_counter()
    view.set_volume(volume)
    while view._image is None:
        app.processEvents()
    row("3D: first picture, 512x512x300", (time.perf_counter() - start) * 1000, None, "ms", "<= 2000")
    settle(app, view)

    def turn(_number: int) -> None:
        view.set_pose(camera.turned(view.pose, 6, 0))
        view.grab_picture()

    moving = per_second(turn, OUR_FRAMES)
    row(
        "3D moving, 600x600 (peer: vtkFixedPointVolumeRayCastMapper)",
        moving,
        cpu_peer(volume),
        "frame/s",
        ">= 15",
    )
    row(
        "3D moving, 600x600 (peer: vtkSmartVolumeMapper, its choice)",
        moving,
        peer(volume),
        "frame/s",
        ">= 15",
    )
    start = time.perf_counter()
    view.set_pose(camera.turned(view.pose, 6, 0))
    settle(app, view)
    row("3D: full picture after the hand rests", (time.perf_counter() - start) * 1000, None, "ms", "<= 1000")
    labels = (np.asarray(volume.pixels) < -500).astype(np.uint8)  # the lungs, and the air around
    done: list[bool] = []
    view.surfaces_made.connect(lambda: done.append(True))
    start, first = time.perf_counter(), 0.0
    view.set_regions(regions_of("lungs", labels, volume.affine, {1: (120, 170, 200)}))
    while not done:
        app.processEvents()
        first = first or (time.perf_counter() - start if view.surfaces else 0.0)
        time.sleep(0.002)
    row("surface of 512x512x300: first, coarse", first * 1000, None, "ms", "told")
    row(
        "the same, true (peer: vtkFlyingEdges3D, no smoothing)",
        (time.perf_counter() - start) * 1000,
        edges_peer(labels),
        "ms",
        "told",
    )
    settle(app, view)
    row("3D moving with that surface, 600x600", per_second(turn, OUR_FRAMES), None, "frame/s", ">= 15")
    view.release()


def edges_peer(labels: NDArray[np.uint8]) -> float:
    """VTK's flying edges on the same array."""
    edges = vtkFlyingEdges3D()
    edges.SetInputData(VtkArray(labels).image)
    edges.SetValue(0, 0.5)
    start = time.perf_counter()
    edges.Update()
    return (time.perf_counter() - start) * 1000


def cpu_peer(volume: VolumeImage) -> float:
    """VTK's ray caster for the CPU in a plain VTK window, told to keep 15 frames a second as its manual says."""
    shell = VolumeRenderer()
    shell.set_volume(volume, hardware=False, sample_mm=1.0)
    shell.set_coloring(Coloring(preset("ct_bone")))
    actor: vtkVolume = shell._volume
    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.SetInputData(actor.GetMapper().GetDataSetInput())
    mapper.AutoAdjustSampleDistancesOn()
    actor.SetMapper(mapper)
    window, renderer = vtkRenderWindow(), vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetSize(*SIZE_PX)
    window.SetDesiredUpdateRate(15.0)
    window.AddRenderer(renderer)
    renderer.AddVolume(actor)
    renderer.ResetCamera()

    def turn(_number: int) -> None:
        renderer.GetActiveCamera().Azimuth(6)
        window.Render()

    found = per_second(turn, PEER_FRAMES)
    window.Finalize()
    return found


def peer(volume: VolumeImage) -> float:
    """VTK's smart mapper with its defaults in the same kind of window: it takes the GPU path even in software."""
    mapper = vtkSmartVolumeMapper()
    shell = VolumeRenderer()
    shell.set_volume(volume, hardware=False, sample_mm=1.0)
    shell.set_coloring(Coloring(preset("ct_bone")))
    actor: vtkVolume = shell._volume
    mapper.SetInputData(actor.GetMapper().GetDataSetInput())
    actor.SetMapper(mapper)
    window, renderer = vtkRenderWindow(), vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetSize(*SIZE_PX)
    window.AddRenderer(renderer)
    renderer.AddVolume(actor)
    renderer.ResetCamera()

    def turn(_number: int) -> None:
        renderer.GetActiveCamera().Azimuth(6)
        window.Render()

    found = per_second(turn, PEER_FRAMES)
    window.Finalize()
    return found


def main() -> None:
    """All figures."""
    app = QApplication([])
    start = time.perf_counter()
    chest_ct(PhantomSpec())
    row("phantom CT, 200 x 512 x 512", time.perf_counter() - start, None, "s", "<= 12")
    start = time.perf_counter()
    chest_ct(covering_spec(64, 128, 128))
    row("phantom CT, 64 x 128 x 128", time.perf_counter() - start, None, "s", "<= 1")
    pixels, affine = chest_ct(covering_spec(100, 256, 256))
    large = np.ascontiguousarray(pixels.repeat(3, axis=0).repeat(2, axis=1).repeat(2, axis=2))
    scaled = affine @ np.diag([1 / 3, 1 / 2, 1 / 2, 1])
    ours(app, VolumeImage(large, scaled))


if __name__ == "__main__":
    main()
