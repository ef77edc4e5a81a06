"""Faults are written down as places in the program; nothing of a patient gets into the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.context import build_context
from app.jobs.dispatch import QueueDispatch
from app.support.faults import MOST_BYTES, Fault, fault_of, write_fault
from app.support.i18n import explain
from tests.support.ui import paths_in

NAME = "Doe^Jane"


def caught() -> Fault:
    try:
        _fail(f"/home/jane/{NAME}.dcm")
    except ValueError as error:
        return fault_of(error)
    raise AssertionError


def _fail(file: str) -> None:
    raise ValueError(f"cannot read {file}")


def test_kind_and_places_are_kept_and_no_message(tmp_path: Path) -> None:
    assert write_fault(tmp_path / "data" / "faults.log", caught(), lambda: "2026-12-01T03:00:00+00:00")
    told = (tmp_path / "data" / "faults.log").read_text(encoding="utf-8")
    assert told.startswith("2026-12-01T03:00:00+00:00 ValueError\n")
    assert "support/test_faults.py" in told
    assert "caught" in told
    assert NAME not in told
    assert "jane" not in told
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_the_place_named_is_the_innermost_of_ours() -> None:
    places = ("app/ui/desk.py:10 act", "viewers/layers.py:88 outline_image", "numpy/core.py:5 stack")
    assert Fault("ValueError", places).place == "viewers/layers.py:88 outline_image"
    assert Fault("ValueError", ("numpy/core.py:5 stack",)).place == "numpy/core.py:5 stack"
    assert Fault("ValueError", ()).place == "-"


def test_the_file_stays_small(tmp_path: Path) -> None:
    file = tmp_path / "faults.log"
    file.write_text("x" * MOST_BYTES, encoding="utf-8")
    assert write_fault(file, caught())
    assert file.stat().st_size < 4096


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")
    assert not write_fault(tmp_path / "data" / "faults.log", caught())


def test_places_do_not_tell_where_it_is_installed() -> None:
    try:
        Path("/no/such/folder").stat()
    except OSError as error:
        fault = fault_of(error)
    assert fault.places
    for place in fault.places:
        assert not place.startswith("/")
        assert place.count("/") <= 3 or pytest.fail(place)


def test_a_mistake_in_a_job_is_in_the_file_that_its_sentence_names(tmp_path: Path) -> None:
    heard: list[str] = []
    home = QueueDispatch()
    ctx = build_context(paths_in(tmp_path), home.post)

    def fail(_request: None, _progress: object, _cancel: object) -> None:
        raise RuntimeError(NAME)

    ctx.jobs.submit(fail, None, on_failed=lambda error: heard.append(explain(error)))
    assert home.run_until_idle(lambda: ctx.jobs.busy, timeout_s=20)
    ctx.close()
    told = ctx.paths.faults_file.read_text(encoding="utf-8")
    assert "RuntimeError" in told
    assert NAME not in told
    assert ctx.paths.faults_file.name in heard[0]
