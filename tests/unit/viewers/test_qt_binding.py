from __future__ import annotations

import sys

import PySide6
import pytest
from PySide6.QtGui import QColor


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is not counted from Python 3.12 on")
def test_calls_that_return_nothing_keep_the_references_to_none() -> None:
    # PySide6 6.12.0 drops one with each call; a view aborts the process after some hundred paintings.
    color = QColor()
    before = sys.getrefcount(None)
    for _ in range(1000):
        color.setRed(7)
    assert abs(sys.getrefcount(None) - before) < 100, f"PySide6 {PySide6.__version__} cannot be used here"
