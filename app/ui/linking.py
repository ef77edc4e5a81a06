"""Planes and 3D of one volume: they wait for it together and share one point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.volume import Volume
from app.ui.contents import Content, PlaneContent, StackContent
from app.ui.pictures import Pictures
from app.ui.solid import VolumeContent
from app.ui.subject import volume_image
from app.ui.viewport import ViewportFrame

if TYPE_CHECKING:
    from viewers.mpr_view import MprGroup


class Links:
    """By display set id; a volume that arrives for what no longer hangs is dropped."""

    def __init__(self, pictures: Pictures, shown: Callable[[], None]) -> None:
        self._pictures = pictures
        self._shown = shown
        self._groups: dict[str, MprGroup] = {}
        self._serials: dict[str, int] = {}
        self._count = 0

    @property
    def is_waiting(self) -> bool:
        """Whether a volume is on its way."""
        return bool(self._serials)

    def drop(self, display_set_id: str) -> None:
        """These planes hang no more."""
        self._groups.pop(display_set_id, None)
        self._serials.pop(display_set_id, None)

    def link(self, key: str, contents: Mapping[str, Content], frames: Mapping[str, ViewportFrame]) -> None:
        """Tie all planes and 3D pictures of one volume together, and give them the volume when it is there."""
        tied = {
            name: content
            for name, content in contents.items()
            if content.subject.display_set.display_set_id == key and not isinstance(content, StackContent)
        }
        if not tied:
            return
        places = [frames[name] for name in tied]
        group = self._tie(list(tied.values()))
        self._count += 1
        serial = self._serials[key] = self._count
        subject = next(iter(tied.values())).subject

        def done(volume: Volume) -> None:
            if self._serials.get(key) != serial:
                return
            if group is not None:
                info, windows = self._pictures.looks(subject, volume)
                group.set_volume(volume_image(volume), windows, info)
                self._groups[key] = group
            for content in tied.values():
                content.show_volume(volume)
            for place in places:
                place.show_view()
            self._serials.pop(key, None)
            self._shown()

        def failed(sentence: str) -> None:
            if self._serials.get(key) == serial:
                self._serials.pop(key)
                for place in places:
                    place.fail(sentence)

        self._pictures.volume(subject, done, failed)

    def _tie(self, contents: Sequence[Content]) -> MprGroup | None:
        from viewers.mpr_view import MprGroup

        solids = [content for content in contents if isinstance(content, VolumeContent)]
        for solid in solids:
            solid.volume_view.limits = self._pictures.limits
        planes = [content.planes for content in contents if isinstance(content, PlaneContent)]
        if not planes:
            return None
        group = MprGroup(planes)
        for solid in solids:
            group.point_changed.connect(solid.volume_view.set_crosshair)
            solid.volume_view.picked.connect(group.jump_to)
        return group
