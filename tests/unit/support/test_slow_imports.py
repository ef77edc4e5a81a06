"""A library that must be imported by one thread at a time is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.support.slow_imports import settle_pydantic

CODE = """
import threading
from PySide6 import QtWidgets
from app.support.slow_imports import settle_pydantic
wrong = []
def load(name):
    try:
        settle_pydantic()
        __import__(name)
    except ImportError as error:
        wrong.append(repr(error))
names = ("inference.bundle", "app.hanging.catalogue", "inference.manifest", "app.hanging.protocol")
threads = [threading.Thread(target=load, args=(name,)) for name in names * 2]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(wrong)
"""


def test_every_thread_finds_it_whole() -> None:
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_an_import_that_another_thread_spoiled_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def spoiled(name: str) -> None:
        tries.append(name)
        if len(tries) < 3:
            raise ImportError(name)

    monkeypatch.setattr("app.support.slow_imports.importlib.import_module", spoiled)
    settle_pydantic()
    assert tries == ["pydantic.main"] * 3 + ["pydantic._internal._validators"]


def test_one_that_is_not_there_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("app.support.slow_imports.FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr("app.support.slow_imports.importlib.import_module", missing)
    with pytest.raises(ImportError):
        settle_pydantic()
