"""How many pixels of a screen make a millimetre, as the reader has measured it with a ruler, screen by screen."""

from __future__ import annotations

from collections.abc import Sequence

PX_PER_MM_RANGE = (1.0, 40.0)  # 25 to 1000 dots an inch


def monitor_key(maker: str, model: str, serial: str, name: str, size_px: tuple[int, int]) -> str:
    """What tells one screen from another, whatever socket it hangs on; its size too, for another mode of it.

    The socket's name stands in only where the screen does not name itself.
    """
    told = [part.strip() for part in (maker, model, serial) if part.strip()] or [name.strip()]
    return " ".join([*told, f"{size_px[0]}x{size_px[1]}"]).replace("=", "-")


def measured_scale(entries: Sequence[str], key: str) -> float | None:
    """Device pixels per mm of a screen; None where it was never measured, or the entry is no sensible number."""
    for entry in reversed(entries):
        name, _, number = entry.rpartition("=")
        if name == key:
            return _sensible(number)
    return None


def with_scale(entries: Sequence[str], key: str, px_per_mm: float | None) -> tuple[str, ...]:
    """The entries with this one in place of an earlier one; None takes it out. ValueError where it is no screen."""
    others = tuple(entry for entry in entries if entry.rpartition("=")[0] != key)
    if px_per_mm is None:
        return others
    if _sensible(f"{px_per_mm:.5g}") is None:
        raise ValueError(f"{px_per_mm} pixels per mm is no screen")
    return (*others, f"{key}={px_per_mm:.5g}")


def _sensible(number: str) -> float | None:
    try:
        found = float(number)
    except ValueError:
        return None
    return found if PX_PER_MM_RANGE[0] <= found <= PX_PER_MM_RANGE[1] else None
