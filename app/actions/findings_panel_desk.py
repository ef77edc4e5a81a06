"""What actions may ask of the panel of findings, beyond verdicts."""

from __future__ import annotations

from typing import Protocol


class FindingsPanelDesk(Protocol):
    """The panel of findings beyond verdicts."""

    def edit_number(self) -> None:
        """Type over the first number of the selected finding."""
        ...

    def back(self) -> None:
        """Where the views were before the last jump to a finding."""
        ...

    def toggle_provenance(self) -> None:
        """Tell where the selected finding comes from, or no longer."""
        ...

    def begin_extent(self) -> None:
        """Change where the selected finding lies."""
        ...

    def nudge(self, right: int, down: int) -> None:
        """Move the box, mm on the screen."""
        ...

    def move_side(self, right: int, down: int, *, leading: bool) -> None:
        """Move its right or lower side, or else its left or upper one."""
        ...

    def deepen(self, step: int) -> None:
        """Further, or less far, through the images."""
        ...

    def keep_extent(self) -> None:
        """Into the journal."""
        ...

    def tell_case(self) -> bool:
        """Tell a trainee how the case went that was just finished; false where there is nothing to tell."""
        ...
