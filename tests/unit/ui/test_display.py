"""A display that is named but not there is no display."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from app.ui import display

linux = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other systems always have a screen")


@linux
@pytest.mark.parametrize("named", ["", ":4711", "nonsense", "127.0.0.1:59999", ":4711.0"])
def test_no_server_no_display(named: str) -> None:
    assert not display.has_display({"DISPLAY": named})


@linux
def test_a_listening_server_is_a_display(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1] - display.X_PORT
        assert number > 0
        assert display.has_display({"DISPLAY": f"127.0.0.1:{number}"})


def test_told_to_draw_off_screen_needs_no_display() -> None:
    assert display.has_display({"QT_QPA_PLATFORM": "offscreen"})


@pytest.mark.parametrize(
    ("platform", "seen"), [("offscreen", False), ("minimal:enable_fonts", False), ("xcb", True)]
)
def test_nobody_sees_a_window_that_is_drawn_into_memory(platform: str, seen: bool) -> None:
    """The demo would wait for ever for somebody to close it."""
    assert display.can_be_seen({"QT_QPA_PLATFORM": platform}) is seen
