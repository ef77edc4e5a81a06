"""What actions may ask of the way pictures are shown, played and measured; `app.ui` gives objects of these shapes."""

from __future__ import annotations

from typing import Protocol


class TilesDesk(Protocol):
    """Neighbouring images side by side."""

    def next_grid(self) -> None:
        """Four, six, eight, and back."""
        ...


class CineDesk(Protocol):
    """Playing the active stack."""

    def toggle_all(self) -> None:
        """Play every stack on the screen at once, or stop all."""
        ...

    def mark_first(self) -> None:
        """Play from the shown image on; marked again, from the first."""
        ...

    def mark_last(self) -> None:
        """Play up to the shown image; marked again, to the last."""
        ...

    def toggle(self) -> None:
        """Play or stop."""
        ...

    def next_mode(self) -> None:
        """Loop, back and forth, backwards."""
        ...

    def faster(self, steps: int) -> None:
        """So many steps; below zero slower."""
        ...


class RegionsDesk(Protocol):
    """Outlined regions of the active picture."""

    def measure(self) -> None:
        """Diameters and volume of the one under the pointer."""
        ...


class LooksDesk(Protocol):
    """The active picture."""

    @property
    def tiles(self) -> TilesDesk:
        """Neighbouring images side by side."""
        ...

    @property
    def regions(self) -> RegionsDesk:
        """Outlined regions."""
        ...

    def one_to_one(self) -> None:
        """One pixel of the picture on one of the screen."""
        ...

    def true_size(self) -> None:
        """A millimetre on a millimetre."""
        ...

    def next_colors(self) -> None:
        """Grey, then each table of false colours."""
        ...

    def toggle_edges(self) -> None:
        """Stronger edges, or the picture as it is."""
        ...

    def next_between(self) -> None:
        """Linear, cubic, nearest, in turn."""
        ...
