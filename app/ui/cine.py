"""Cine of the viewports: start and stop, way and pace, at the rate that the file names."""

from __future__ import annotations

from app.domain.errors import OverreadError
from app.support.i18n import text
from app.support.languages import decimal_words
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
        self.first: int | None = None
        self.last: int | None = None
        self.player = CinePlayer(self._show, content)

    @property
    def here(self) -> int:
        """The image on the screen, counted from 0 as a reader counts."""
        return self.content.slices.number_of(self.content.slices.index) - 1

    def _show(self, place: int) -> None:
        self.content.slices.show_index(self.content.slices.index_of(place + 1))

    @property
    def span(self) -> tuple[int, int]:
        """First and last image that play; marks that crossed each other are taken the other way round."""
        end = self.content.slices.layer_count - 1
        first = 0 if self.first is None else min(self.first, end)
        last = end if self.last is None else min(self.last, end)
        return min(first, last), max(first, last)

    @property
    def is_part(self) -> bool:
        """Whether some images are left out."""
        return self.span != (0, self.content.slices.layer_count - 1)

    def play(self) -> None:
        """From the image on the screen."""
        rate = min(max(self.rate, SMALLEST_RATE), LARGEST_RATE)
        course = Course(*self.span, rate, self.mode)
        self.player.play(course, self.here)
        self.say()

    def stop(self) -> None:
        """And say no more of it."""
        self.player.stop()
        self.say()

    def say(self) -> None:
        """Pace and way over the picture, and whether the file asked for it; and which images, where not all."""
        first, last = (number + 1 for number in self.span)
        if not self.player.is_playing:
            said = text("ui.cine.range_stopped", first=first, last=last) if self.is_part else ""
            self.content.cine_words = said
            self.content.write()
            return
        key = "ui.cine.of_file" if self.rate == self.told else "ui.cine.own"
        mode = text(f"ui.cine.mode.{self.mode.value}")
        words = text(key, rate=decimal_words(f"{self.rate:.3g}"), mode=mode)
        is_part = self.is_part
        self.content.cine_words = (
            text("ui.cine.range", words=words, first=first, last=last) if is_part else words
        )
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

    def toggle_all(self) -> None:
        """Every stack starts in the same instant; of those that scroll together one leads. Raises OverreadError."""
        active = self._active()
        if any(one.player.is_playing for one in self._played.values()):
            for one in self._played.values():
                one.stop()
            return
        stacks = [one for one in self._host.contents.values() if isinstance(one, StackContent)]
        alone = [one for one in stacks if one.slices.layer_count > 1 and not one.link_words]
        for content in {id(one): one for one in (active.content, *alone)}.values():
            self._played.setdefault(id(content), _Played(content)).play()

    def mark_first(self) -> None:
        """Play from the shown image on; marked again, from the first. Raises OverreadError."""
        played = self._active()
        here = played.here
        played.first = None if played.first == here else here
        self._marked(played)

    def mark_last(self) -> None:
        """The same for the end."""
        played = self._active()
        here = played.here
        played.last = None if played.last == here else here
        self._marked(played)

    def _marked(self, played: _Played) -> None:
        self._renew(played)
        played.say()

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
