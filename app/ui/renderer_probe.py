"""Which OpenGL draws 3D here and how large a volume it takes, asked in a process of its own.

Run as `python -m app.ui.renderer_probe`. A driver that breaks at a large texture takes the child along and not the
window: the child says after each size that it worked, so that the last one said is what may be used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

TIMEOUT_S = 60
# (columns, rows, slices) of 16 bit: 34, 134, 268, 537 MB, 1.1 and 2.1 GB.
TRIES = (
    (256, 256, 256), (512, 512, 256), (512, 512, 512), (512, 512, 1024), (1024, 1024, 512), (1024, 1024, 1024),
)  # fmt: skip
SOFTWARE_TRIES = (
    1  # without a graphics card no volume is ever a texture: one is tried, to know that it can be had
)
BYTES = 2


def probe_renderer() -> dict[str, str]:
    """{"renderer", "version", "texture_side", "texture_mb"} of an off-screen window; never raises for a broken driver.

    "failure" says that the child ended before it was done; what it had said until then is there as well.
    """
    environment = dict(os.environ)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and sys.platform.startswith(
        "linux"
    ):
        environment.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.ui.renderer_probe"],
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else late.stdout or ""
        return answers(said) | {"failure": "TimeoutExpired"}
    except OSError as error:
        return {"failure": type(error).__name__}
    found = answers(done.stdout)
    if done.returncode or "renderer" not in found:
        found["failure"] = f"ended with {done.returncode}"
    return found


def answers(said: str) -> dict[str, str]:
    """What the child said, line by line; a later line counts more, and one that broke off nothing."""
    found: dict[str, str] = {}
    for line in said.splitlines():
        try:
            part = json.loads(line)
        except ValueError:
            continue
        if isinstance(part, dict):
            found |= {str(name): str(value) for name, value in part.items()}
    return found


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201 - the answer to the parent


def _answer() -> None:
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers the factory
    from vtkmodules.vtkRenderingCore import vtkRenderWindow
    from vtkmodules.vtkRenderingOpenGL2 import vtkTextureObject

    from viewers.volume_renderer import SOFTWARE_RENDERERS

    window = vtkRenderWindow()
    window.SetShowWindow(False)
    window.SetOffScreenRendering(1)
    window.SetSize(16, 16)
    window.Render()
    told = dict(
        line.split(":", 1)
        for line in window.ReportCapabilities().splitlines()
        if ":" in line and "OpenGL" in line
    )
    renderer = told.get("OpenGL renderer string", "").strip()
    _say(renderer=renderer, version=told.get("OpenGL version string", "").strip())
    drawn: Any = window  # an OpenGL window by now, which VTK's types do not say
    side = int(vtkTextureObject.GetMaximumTextureSize3D(drawn))
    _say(texture_side=side)
    is_software = any(name in renderer.lower() for name in SOFTWARE_RENDERERS)
    for size in TRIES[: SOFTWARE_TRIES if is_software else len(TRIES)]:
        if max(size) > side or not _takes(window, size):
            break
        _say(texture_mb=size[0] * size[1] * size[2] * BYTES // 1_000_000)


def _takes(window: Any, size: tuple[int, int, int]) -> bool:
    """Whether a texture of this size can be had and filled: some drivers promise what they do not have.

    window: VTK's, whose class is known when it runs.
    """
    import numpy as np
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import VTK_SHORT
    from vtkmodules.vtkRenderingOpenGL2 import vtkTextureObject

    columns, rows, slices = size
    texture = vtkTextureObject()
    texture.SetContext(window)
    voxels = numpy_to_vtk(np.zeros(columns * rows * slices, dtype=np.int16))  # type: ignore[no-untyped-call]  # VTK's helper has no types
    took = bool(texture.Create3DFromRaw(columns, rows, slices, 1, VTK_SHORT, voxels.GetVoidPointer(0)))
    texture.ReleaseGraphicsResources(window)
    return took


if __name__ == "__main__":
    _answer()
