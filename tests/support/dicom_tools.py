"""Second readers of DICOM objects: dcmtk and dicom3tools, as a hospital would have them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def tool(name: str, package: str) -> str:
    """Path of a command; skips the test where its Debian package is not installed, fails under CI."""
    found = shutil.which(name)
    if found is None:
        words = f"{name} is not installed (Debian package {package})"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    return found


def dsrdump(file: Path) -> str:
    """The report as dcmtk reads it; fails on any error or warning about its content."""
    done = subprocess.run(
        [tool("dsrdump", "dcmtk"), "+Pl", "+U8", str(file)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    # What dcmtk itself cannot check is no fault of the file.
    own = ("VR checker does not support", "Check for template constraints not yet supported")
    said = [line for line in done.stderr.splitlines() if not any(words in line for words in own)]
    assert not said, said
    return done.stdout


def dcmdump(file: Path) -> str:
    """The data set as dcmtk reads it."""
    done = subprocess.run(
        [tool("dcmdump", "dcmtk"), "+U8", "+L", "-q", str(file)], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode("utf-8", "replace")


def iod_errors(file: Path) -> list[str]:
    """What dicom3tools has to say against an object's IOD."""
    command = [tool("dciodvfy", "dicom3tools"), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if line.startswith("Error")]
