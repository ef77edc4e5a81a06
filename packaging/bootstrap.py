#!/usr/bin/env python3
"""The one script that needs nothing but Python 3.11 or newer.

    python3 packaging/bootstrap.py demo      a made-up study through the whole product (PNGs where there is no display)
    python3 packaging/bootstrap.py test      everything that must hold: formatting, lint, types, contracts, tests
    python3 packaging/bootstrap.py check     formatting, lint, types and import contracts alone
    python3 packaging/bootstrap.py bench     the benchmarks, each beside its peer
    python3 packaging/bootstrap.py sbom      what a release is made of, as CycloneDX, into dist/
    python3 packaging/bootstrap.py run ...   the command line: `run index FOLDER`, `run open FOLDER`, ...

It makes `.venv`, installs the pinned set by hash, sees to the system libraries that Qt and Mesa need, and then runs.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

# Debian and Ubuntu package -> a library of it that Qt or Mesa opens. The newer names (t64) are tried second.
QT_LIBRARIES = {
    "libgl1": "GL",
    "libegl1": "EGL",
    "libglib2.0-0": "glib-2.0",
    "libdbus-1-3": "dbus-1",
    "libfontconfig1": "fontconfig",
    "libxkbcommon0": "xkbcommon",
    "libgssapi-krb5-2": "gssapi_krb5",
    "libbrotli1": "brotlidec",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor0": "xcb-cursor",
    "libxcb-icccm4": "xcb-icccm",
    "libxcb-keysyms1": "xcb-keysyms",
    "libxkbcommon-x11-0": "xkbcommon-x11",
    "libxcb-randr0": "xcb-randr",
    "libxcb-shape0": "xcb-shape",
    "libxcb-render-util0": "xcb-render-util",
    "libxcb-image0": "xcb-image",
    "libxcb-xinerama0": "xcb-xinerama",
}
TEST_PROGRAMS = {
    "dcmtk": "dsrdump",
    "dicom3tools": "dciodvfy",
    "xvfb": "Xvfb",
    "xdotool": "xdotool",
    "orthanc-dicomweb": "Orthanc",
}
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}

DISPLAY_FREE = {"QT_QPA_PLATFORM": "offscreen", "VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"}


class BootstrapError(Exception):
    """Something that a person has to do first, in one sentence."""


def main(arguments: list[str]) -> int:
    """Run one entry; returns its exit code, 1 with one sentence if it cannot start, 2 on wrong usage."""
    entries = {"demo": demo, "test": test, "check": check, "bench": bench, "sbom": sbom, "run": run}
    if not arguments or arguments[0] not in entries:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return entries[arguments[0]](arguments[1:])
    except BootstrapError as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 1


def demo(arguments: list[str]) -> int:
    """Made-up study, model, verdicts, exports; opens the window where there is a display."""
    prepare("requirements.txt")
    need_libraries(QT_LIBRARIES | (WINDOW_LIBRARIES if has_display() else {}))
    return call([str(PYTHON), "-m", "app", "demo", *arguments])


def run(arguments: list[str]) -> int:
    """The product's own command line."""
    prepare("requirements.txt")
    need_libraries(QT_LIBRARIES | (WINDOW_LIBRARIES if has_display() else {}))
    return call([str(PYTHON), "-m", "app", *arguments])


def check(_: list[str]) -> int:
    """Formatting, lint, types, import contracts: the first failure ends it."""
    prepare("requirements-dev.txt")
    steps = (
        ["-m", "ruff", "format", "--check", "--quiet", "."],
        ["-m", "ruff", "check", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"],
    )
    for step in steps:
        print("bootstrap: " + " ".join(step[:3]), flush=True)
        code = call([str(PYTHON), *step])
        if code:
            return code
    return 0


def test(arguments: list[str]) -> int:
    """`check`, then every test without a display, then what needs a window under a virtual one."""
    prepare("requirements-dev.txt")
    need_libraries(QT_LIBRARIES | WINDOW_LIBRARIES)
    want_programs(TEST_PROGRAMS)
    code = 0 if arguments else check([])
    return code or call([str(PYTHON), "-m", "pytest", *arguments], DISPLAY_FREE)


def bench(arguments: list[str]) -> int:
    """Every benchmark, or the named ones, each printing its figure beside its peer's."""
    prepare("requirements-dev.txt")
    need_libraries(QT_LIBRARIES)
    return call([str(PYTHON), "-m", "tests.benchmarks", *arguments], DISPLAY_FREE)


def sbom(arguments: list[str]) -> int:
    """The locked libraries of the product with their hashes and licences."""
    prepare("requirements-dev.txt")
    return call([str(PYTHON), "packaging/bill_of_materials.py", *arguments])


def has_display() -> bool:
    """Whether a window could be shown."""
    return (
        WINDOWS
        or sys.platform == "darwin"
        or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )


def prepare(requirements: str) -> None:
    """Make `.venv` and install the pinned set, unless exactly this set is there already."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        found = ".".join(map(str, sys.version_info[:2]))
        raise BootstrapError(
            f"Python 3.11 or newer is needed, this is {found}; start this script with a newer one."
        )
    wanted = ROOT / "packaging" / requirements
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{wanted.stem}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == mark:
        return
    if not PYTHON.exists():
        make_environment()
    print("bootstrap: installing the pinned libraries (about 1 GB the first time) ...", flush=True)
    # The lock is whole (a test holds it to that), so nothing is left to resolve; pips before 24 stumble over a
    # library asked for with extras as soon as a newer one than the pinned one exists.
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--no-deps", "-r", str(wanted)]
    if subprocess.run([*pip, *locked], check=False).returncode:
        raise BootstrapError(
            "the pinned libraries could not be installed (pip says why above); check the network, then run this again."
        )
    link_checkout()
    stamp.write_text(mark)


def make_environment() -> None:
    """A virtual environment with pip, also where Debian left `ensurepip` out."""
    print(f"bootstrap: making {VENV.name} with Python {sys.version.split()[0]} ...", flush=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    apt_install([f"python{version}-venv"], "Python's venv module")
    if subprocess.run(command, check=False).returncode:
        raise BootstrapError(
            f"'{' '.join(command)}' fails; install Python's venv module, then run this again."
        )


def link_checkout() -> None:
    """Put the checkout on the environment's path and a short `overread` beside its Python."""
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(
        subprocess.run([str(PYTHON), "-c", query], check=True, capture_output=True, text=True).stdout.strip()
    )
    (site / "overread-checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if WINDOWS:
        (PYTHON.parent / "overread.cmd").write_text(f'@"{PYTHON}" -m app %*\n', encoding="utf-8")
    else:
        script = PYTHON.parent / "overread"
        script.write_text(f'#!/bin/sh\nexec "{PYTHON}" -m app "$@"\n', encoding="utf-8")
        script.chmod(0o755)


def need_libraries(wanted: dict[str, str]) -> None:
    """Install the missing system libraries where that is allowed, else name the line that does."""
    if not sys.platform.startswith("linux"):
        return
    missing = [package for package, library in wanted.items() if not ctypes.util.find_library(library)]
    if missing:
        apt_install(missing, "the system libraries that Qt and Mesa need")


def want_programs(wanted: dict[str, str]) -> None:
    """Second readers for the tests: installed where allowed; without them their tests say that they skip."""
    missing = [package for package, program in wanted.items() if not _has_program(program)]
    if missing and sys.platform.startswith("linux"):
        try:
            apt_install(missing, "the programs that check our files")
            if "orthanc-dicomweb" in missing:
                stop_service("orthanc")
        except BootstrapError as error:
            print(f"bootstrap: {error} Going on; tests that need them will skip.", file=sys.stderr)


def _has_program(program: str) -> bool:
    """Servers lie in sbin, which is not on every user's path."""
    return bool(shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin"))


def stop_service(name: str) -> None:
    """Debian starts what it installs; the tests start a server of their own, so none is left running here."""
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--now", name], check=False, capture_output=True)


def apt_install(packages: list[str], what: str) -> None:
    """apt-get install, if we are root and have it."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise BootstrapError(
            f"{what} are missing ({', '.join(packages)} on Debian); install them, then run this again."
        )
    if os.name != "posix" or os.geteuid() != 0:
        raise BootstrapError(f"{what} are missing; run 'sudo {line}', then run this again.")
    print(f"bootstrap: {line}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
    for package in packages:
        names = [package, RENAMED[package]] if package in RENAMED else [package]
        if not any(_apt_one(name, quiet) for name in names):
            raise BootstrapError(
                f"{what}: '{package}' could not be installed; run '{line}' by hand and read what it says."
            )


def _apt_one(name: str, environment: dict[str, str]) -> bool:
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", name]
    return subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode == 0


def call(command: list[str], extra: dict[str, str] | None = None) -> int:
    """Run one command in the checkout and hand its exit code on."""
    return subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, **(extra or {})}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
