"""Files that are still on their way: fetched on the decoding thread, their failures said per frame, tried again."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import StudyUnreadableError
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_frame, load_volume
from app.studies.on_the_way import Coming
from app.studies.scan import scan
from app.studies.stack_source import StackSource
from app.studies.thumbnail import thumbnail
from tests.support.dicom_files import write_stack

Home = queue.SimpleQueue[Callable[[], None]]


class Network:
    """Brings files from another folder; a file in `down` cannot be had."""

    def __init__(self, far: Path, near: Path) -> None:
        self.far, self.near = far, near
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.threads: set[int] = set()

    def fetch(self, path: Path) -> None:
        self.asked.append(path.name)
        self.threads.add(threading.get_ident())
        if path.name in self.down:
            raise StudyUnreadableError("error.study.unreadable_file", file=path.name, reason="no network")
        path.write_bytes((self.far / path.name).read_bytes())


def away(folder: Path, slices: int) -> tuple[DisplaySet, Network]:
    """A display set whose files have gone to another folder."""
    write_stack(folder / "near", [(0, 0, z) for z in range(slices)])
    only = display_sets(scan([folder / "near"]).studies[0])[0]
    (folder / "near").rename(folder / "far")
    (folder / "near").mkdir()
    return only, Network(folder / "far", folder / "near")


def run(home: Home, until: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until() and home.empty()):
        try:
            home.get(timeout=0.05)()
        except queue.Empty:
            continue


def test_each_file_is_fetched_on_a_decoding_thread_before_it_is_read(tmp_path: Path) -> None:
    only, network = away(tmp_path, 5)
    home: Home = queue.SimpleQueue()
    source = StackSource(only, home.put, coming=Coming(network.fetch))
    run(home, lambda: source.is_complete)
    assert source.volume is not None
    assert sorted(network.asked) == sorted(address.instance.path.name for address in only.frames)
    assert threading.get_ident() not in network.threads
    source.close()


def test_a_failed_fetch_is_said_for_its_frame_and_can_be_tried_again(tmp_path: Path) -> None:
    only, network = away(tmp_path, 4)
    network.down.add(only.frames[2].instance.path.name)
    home: Home = queue.SimpleQueue()
    source = StackSource(only, home.put, coming=Coming(network.fetch))
    run(home, lambda: source.is_complete)
    assert "no network" in (source.failure(2) or "")
    assert source.volume is None
    heard: list[int] = []
    source.listen(heard.append)
    network.down.clear()
    assert source.retry() == 1
    run(home, lambda: source.is_complete)
    assert source.failure(2) is None
    assert heard == [2]
    assert source.volume is not None
    assert source.volume.pixels[:, 0, 0].tolist() == [0, 1, 2, 3]
    source.close()


def test_nothing_failed_means_nothing_to_try_again(tmp_path: Path) -> None:
    only, network = away(tmp_path, 2)
    home: Home = queue.SimpleQueue()
    source = StackSource(only, home.put, coming=Coming(network.fetch))
    run(home, lambda: source.is_complete)
    assert source.retry() == 0
    source.close()


def test_volume_frame_and_thumbnail_fetch_what_they_read(tmp_path: Path) -> None:
    only, network = away(tmp_path, 3)
    assert load_frame(only, 1, network.fetch).pixels[0, 0] == 1
    assert network.asked == [only.frames[1].instance.path.name]
    assert thumbnail(only, 32, network.fetch).dtype == np.uint8
    assert load_volume(only, fetch=network.fetch).pixels.shape[0] == 3
    network.down.add(only.frames[1].instance.path.name)
    with pytest.raises(StudyUnreadableError):
        load_frame(only, 1, network.fetch)
