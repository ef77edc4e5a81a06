"""RQ-36: 28 hostile packages: none is loaded, nothing outside is read, no window falls. RQ-37: bounds at run time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from inference.bundle import Bundle, load_bundle
from inference.client import ModelClient
from inference.errors import PackageError
from inference.types import ModelInput, OutputState
from tests.support.hostile_packages import CORPUS, Hostile, write_hostile
from tests.support.tiny_package import TinyPackage
from tests.support.ui import paths_in, write_ct
from tests.unit.inference.test_client import endless, greedy

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as these are POSIX's"),
    pytest.mark.qt_log_ignore("propagateSizeHints"),
]
opened: list[str] | None = None


def _listen(event: str, told: tuple[Any, ...]) -> None:
    if event == "open" and opened is not None:
        opened.append(str(told[0]))


sys.addaudithook(_listen)  # cannot be taken away again; it listens while `opened` is a list


@pytest.fixture
def reads() -> Iterator[list[str]]:
    """Paths of everything that this process opens."""
    global opened  # noqa: PLW0603 - an audit hook has no other way to be told
    opened = []
    yield opened
    opened = None


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "outside" / "secret"
    file.parent.mkdir()
    file.write_bytes(b"\x3f" * 64)
    return file


@pytest.mark.parametrize("one", CORPUS, ids=lambda one: one.name)
def test_rq_36_it_is_refused_for_the_right_reason_and_reads_nothing_outside(
    tmp_path: Path, secret: Path, reads: list[str], one: Hostile
) -> None:
    folder = write_hostile(tmp_path / "packages", one, secret)
    reads.clear()
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    assert f"model.problem.{one.problem}" in {problem.key for problem in caught.value.problems}
    outside = [name for name in reads if "secret" in name or name.startswith("/etc/passwd")]
    assert not outside


def test_rq_36_none_reaches_the_child(tmp_path: Path, secret: Path) -> None:
    """Not even if a bundle of it was loaded before it was changed."""
    client = ModelClient()
    given = ModelInput(np.zeros((1, 4, 4), np.int16), np.eye(4), attributes={"modality": "CT"})
    for one in CORPUS:
        folder = write_hostile(tmp_path / "packages", one, secret)
        sound = load_bundle(TinyPackage().write(tmp_path / "sound" / folder.name))
        with pytest.raises(PackageError):
            client.run(Bundle(folder, sound.manifest, sound.sha256), given)
    assert client.pid is None, "no child was ever started"


def test_rq_36_a_window_with_all_of_them_stands(tmp_path: Path, secret: Path, qapp: QApplication) -> None:
    from app.ui.studio import Studio

    models = paths_in(tmp_path / "home").models
    folders = [write_hostile(models, one, secret) for one in CORPUS]
    TinyPackage().write(models / "spot-1.0.0")
    studio = Studio.of(paths_in(tmp_path / "home"))
    try:
        write_ct(tmp_path / "ct", slices=2)
        studio.open_folder(tmp_path / "ct")
        for folder in folders:
            before = len(studio.said)
            studio.run_package(str(folder))
            assert len(studio.said) > before, "it says why"
        assert studio.ctx.client.pid is None
        assert not studio.ctx.journal.entries()
        studio.run_package("spot")
        assert len(studio.ctx.journal.entries()) >= 1, "a sound one runs beside them"
    finally:
        studio.close()


@pytest.mark.parametrize(("name", "limit_s"), [("loop", 1.0), ("terabyte", 20.0)])
def test_rq_37_what_loops_or_takes_a_terabyte_is_ended_in_time(
    tmp_path: Path, name: str, limit_s: float
) -> None:
    model = endless() if name == "loop" else greedy()
    folder = TinyPackage(model=model, timeout_s=limit_s).write(tmp_path / "p")
    client = ModelClient()
    given = ModelInput(np.full((1, 8, 8), 100, np.int16), np.eye(4), attributes={"modality": "CT"})
    client.run(load_bundle(TinyPackage().write(tmp_path / "warm")), given)
    begun = time.monotonic()
    output = client.run(load_bundle(folder), given)
    assert time.monotonic() - begun < limit_s + 5
    assert output.state is OutputState.FAILED
    client.close()


def test_rq_37_the_child_of_a_run_has_no_network(tmp_path: Path) -> None:
    """The child as it is: its network namespace holds no interface but a loopback that is down."""
    client = ModelClient()
    given = ModelInput(np.full((1, 8, 8), 100, np.int16), np.eye(4), attributes={"modality": "CT"})
    client.run(load_bundle(TinyPackage().write(tmp_path / "p")), given)
    try:
        own, other = Path("/proc/self/ns/net"), Path(f"/proc/{client.pid}/ns/net")
        if not own.exists() or own.readlink() == other.readlink():
            pytest.skip(
                "this system lets no process give up its network; Python's sockets are closed all the same"
            )
        lines = Path(f"/proc/{client.pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in lines] == ["lo"]
        routes = Path(f"/proc/{client.pid}/net/route").read_text().splitlines()[1:]
        assert not routes
    finally:
        client.close()
