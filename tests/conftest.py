"""For every test: no display, and no folder of the user's."""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

# Before anything imports Qt or VTK; whoever runs the tests on a real display sets these himself.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

# Sentences are compared in English, whatever the language of whoever runs the tests.
os.environ["OVERREAD_LANGUAGE"] = "en"

# No test asks the keychain of whoever runs it, and none finds the keychain of another test.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# Index, journal, results and models of a test never touch those of the person who runs it.
os.environ["OVERREAD_HOME"] = tempfile.mkdtemp(prefix="overread-tests-")

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
