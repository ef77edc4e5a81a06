"""Which OpenGL draws 3D here, asked in a process of its own. Run as `python -m app.ui.renderer_probe`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

TIMEOUT_S = 60


def probe_renderer() -> dict[str, str]:
    """{"renderer", "version"} of an off-screen window, or {"failure"}; never raises for a broken driver."""
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
            check=True,
        )
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError) as error:
        return {"failure": type(error).__name__}
    return {name: str(value) for name, value in answer.items()}


def _answer() -> dict[str, str]:
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers the factory
    from vtkmodules.vtkRenderingCore import vtkRenderWindow

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
    wanted = {"renderer": "OpenGL renderer string", "version": "OpenGL version string"}
    return {name: told.get(key, "").strip() for name, key in wanted.items()}


if __name__ == "__main__":
    print(json.dumps(_answer()))  # noqa: T201 - the answer to the parent
