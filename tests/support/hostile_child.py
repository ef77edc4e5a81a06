"""Reads hostile files as the window would, in a process that may die of them.

Called as `hostile_child FIRST LAST FOLDER SEEDS...`.

Writes one line for each file before it is read, so that whoever waits knows which one killed it, and one for each
that took too long or ended in anything but a refusal in words.
"""

from __future__ import annotations

import faulthandler
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.domain.errors import OverreadError
from app.domain.study import Study
from app.studies.decode import decode_frame
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.studies.objects.describe import describe
from app.studies.objects.read import is_object, read_object
from app.studies.pixel_header import of_frame, read_pixel_header
from app.studies.remote.multipart import MultipartError, parts_of
from app.studies.slow_headers import read_dataset
from app.studies.source_chain import open_places
from app.studies.source_types import Surroundings
from app.studies.stack_frame import stack_frame
from app.support.i18n import catalogue, explain
from tests.support.hostile_files import Hostile, hostile, seeds

LONGEST_S = 10.0
FRAMES, SMALL_STACK = 3, 12
WORDS = catalogue("en")


def main(first: int, last: int, folder: Path, kept: list[Path]) -> None:
    """Every file of these numbers."""
    for number in range(first, last):
        made = hostile(number, kept)
        print(f"file {number} {made.recipe}", flush=True)
        faulthandler.dump_traceback_later(4 * LONGEST_S, exit=True)
        began = time.perf_counter()
        for said in read_through(made, folder / str(number)):
            print(f"wrong {number} {made.recipe}: {said}", flush=True)
        if time.perf_counter() - began > LONGEST_S:
            print(f"wrong {number} {made.recipe}: {time.perf_counter() - began:.0f} s", flush=True)
        faulthandler.cancel_dump_traceback_later()
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}", flush=True)


def read_through(made: Hostile, folder: Path) -> Iterator[str]:
    """What went wrong: nothing, if everything was shown or refused in words that exist."""
    folder.mkdir()
    path = folder / made.name
    path.write_bytes(made.data)
    if made.name.endswith(".parts"):
        yield from _tried(lambda: [b"".join(part.chunks) for part in parts_of(iter([made.data]), b"b")])
        return
    opened: list[object] = []
    around = Surroundings(folder / "cache")
    yield from _tried(lambda: opened.append(open_places([path], around)))
    yield from _tried(lambda: _all_elements(path))
    for report in opened:
        for refusal in getattr(report, "refused", ()):
            if refusal.reason_key not in WORDS:
                yield f"no words for {refusal.reason_key}"
        for study in getattr(report, "studies", ()):
            yield from _tried_study(study)


def _tried_study(study: Study) -> Iterator[str]:
    sets: list[DisplaySet] = []
    yield from _tried(lambda: sets.extend(display_sets(study)))
    for one in sets:
        yield from _tried(partial(_shown, one))
    for series in study.series:
        for instance in series.instances:
            if is_object(instance.sop_class_uid, instance.frames):
                yield from _tried(partial(_described, instance.path))


def _described(path: Path) -> None:
    describe(read_object(path))


def _shown(one: DisplaySet) -> None:
    """Frames as a stack view takes them, and small stacks whole."""
    for index, address in enumerate(one.frames[:FRAMES]):
        try:
            header = of_frame(read_pixel_header(address.instance.path), address.frame - 1)
            stack_frame(one, index, header, decode_frame(header, address.frame - 1))
        except OverreadError as error:
            _worded(error)
    if 1 < len(one.frames) <= SMALL_STACK:
        load_volume(one, even_grid=True)


def _all_elements(path: Path) -> None:
    """The header sheet's reading, every value turned to words."""
    from PySide6.QtWidgets import QTreeWidgetItem

    from app.ui.overlays.tag_table import fill_tree

    fill_tree(QTreeWidgetItem(), read_dataset(path, force=True))


def _tried(work: Callable[[], object]) -> Iterator[str]:
    try:
        work()
    except OverreadError as error:
        if error.key not in WORDS:
            yield f"no words for {error.key}"
        else:
            _worded(error)
    except (OSError, MultipartError) as error:
        if isinstance(error, OSError) and not error.errno:
            yield _told(error)
    except Exception as error:  # noqa: BLE001 - whatever else a reader lets out is what is looked for
        yield _told(error)


def _told(error: Exception) -> str:
    """The error and the last place of ours that it came through."""
    places = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename
    ]
    place = f"{Path(places[-1].filename).name}:{places[-1].lineno}"
    return f"{type(error).__name__} at {place}: {str(error)[:200]}"


def _worded(error: OverreadError) -> None:
    """One sentence can be made of it; a missing fact shows here."""
    assert explain(error)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), seeds([Path(one) for one in sys.argv[4:]]))
