"""For every test: no display, and no folder of the user's."""

from __future__ import annotations

import os
import tempfile

# Before anything imports Qt or VTK; whoever runs the tests on a real display sets these himself.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

# Index, journal, results and models of a test never touch those of the person who runs it.
os.environ["OVERREAD_HOME"] = tempfile.mkdtemp(prefix="overread-tests-")
