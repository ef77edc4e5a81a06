"""Cine of the viewports: start and stop, way and pace, at the rate that the file names."""

from __future__ import annotations

from app.domain.errors import OverreadError
from app.support.i18n import text
from app.ui.contents import StackContent
from app.ui.view_host import ViewHost
from viewers.cine import LARGEST_RATE, SMALLEST_RATE, CineMode, CinePlayer, Course

OWN_RATE = 10.0  # images a second where the file names none (ours)
PACE = 1.25


class _Played:
    """One stack that plays."""

    def __init__(self, content: StackContent) -> None:
        self.content = content
        self.told = content.frame_rate
        self.rate = self.told or OWN_RATE
        self.mode = CineMode.LOOP
        self.player = CinePlayer(content.slices.show_index, content)

    def play(self) -> None:
        """From the image on the screen."""
        rate = min(max(self.rate, SMALLEST_RATE), LARGEST_RATE)
        course = Course(0, self.content.slices.layer_count - 1, rate, self.mode)
        self.player.play(course, self.content.slices.index)
        self.say()

    def stop(self) -> None:
        """And say no more of it."""
        self.player.stop()
        self.content.cine_words = ""
        self.content.write()

    def say(self) -> None:
        """Pace and way over the picture, and whether the file asked for it."""
        key = "ui.cine.of_file" if self.rate == self.told else "ui.cine.own"
        mode = text(f"ui.cine.mode.{self.mode.value}")
        self.content.cine_words = text(key, rate=f"{self.rate:.3g}", mode=mode)
        self.content.write()


class Cine:
    """What the actions `view.cine*` do with the active viewport."""

    def __init__(self, host: ViewHost) -> None:
        self._host = host
        self._played: dict[int, _Played] = {}

    def toggle(self) -> None:
        """Play the active stack, or stop it. Raises OverreadError where there is nothing to play."""
        played = self._active()
        if played.player.is_playing:
            played.stop()
        else:
            played.play()

    def next_mode(self) -> None:
        """Loop, sweep, backwards, in turn."""
        played = self._active()
        modes = list(CineMode)
        played.mode = modes[(modes.index(played.mode) + 1) % len(modes)]
        self._renew(played)

    def faster(self, steps: int) -> None:
        """So many steps faster, or slower; from the file's own rate."""
        played = self._active()
        played.rate = min(max(played.rate * PACE**steps, SMALLEST_RATE), LARGEST_RATE)
        self._renew(played)

    def _renew(self, played: _Played) -> None:
        if played.player.is_playing:
            played.play()

    def _active(self) -> _Played:
        """The active stack; those that hang no more are forgotten, their players went with them."""
        hanging = {id(content) for content in self._host.contents.values()}
        self._played = {key: one for key, one in self._played.items() if key in hanging}
        content = self._host.active
        if not isinstance(content, StackContent) or content.slices.layer_count < 2:
            raise OverreadError("error.ui.nothing_to_play")
        return self._played.setdefault(id(content), _Played(content))
