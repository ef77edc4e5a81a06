"""What a reader measured of a screen: kept by screen, replaced, forgotten, never believed where it makes no sense."""

from __future__ import annotations

import pytest

from app.settings.monitors import measured_scale, monitor_key, with_scale
from app.settings.schema import Settings, from_table

LEFT = monitor_key("Eizo", "RX360", "0123", "DP-1", (1536, 2048))
RIGHT = monitor_key("Eizo", "RX360", "0124", "DP-2", (1536, 2048))


def test_two_screens_of_one_kind_are_told_apart_by_their_number() -> None:
    kept = with_scale(with_scale((), LEFT, 4.7), RIGHT, 4.8)
    assert (measured_scale(kept, LEFT), measured_scale(kept, RIGHT)) == (4.7, 4.8)


def test_another_mode_of_a_screen_is_measured_anew() -> None:
    kept = with_scale((), LEFT, 4.7)
    assert measured_scale(kept, monitor_key("Eizo", "RX360", "0123", "DP-1", (768, 1024))) is None


def test_a_screen_without_a_name_is_known_by_its_socket_and_no_sign_breaks_the_entry() -> None:
    key = monitor_key("", " ", "", "HDMI=1", (800, 600))
    assert measured_scale(with_scale((), key, 3.5), key) == 3.5


def test_the_last_word_holds_and_can_be_taken_back() -> None:
    kept = with_scale(with_scale((), LEFT, 4.7), LEFT, 4.75)
    assert kept == (f"{LEFT}=4.75",)
    assert with_scale(kept, LEFT, None) == ()


@pytest.mark.parametrize("number", ["", "nan", "inf", "0", "-4", "1e9", "four"])
def test_an_entry_that_is_no_screen_counts_as_not_measured(number: str) -> None:
    assert measured_scale((f"{LEFT}={number}",), LEFT) is None


def test_a_scale_that_is_no_screen_is_not_kept() -> None:
    with pytest.raises(ValueError, match="no screen"):
        with_scale((), LEFT, 0.01)


def test_they_come_through_the_settings_file() -> None:
    settings, refused = from_table({"monitor_scales": [f"{LEFT}=4.7"], "window_drag": "level"})
    assert refused == ()
    assert settings == Settings(
        reader_name=settings.reader_name, monitor_scales=(f"{LEFT}=4.7",), window_drag="level"
    )
