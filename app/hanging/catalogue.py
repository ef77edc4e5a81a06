"""All protocols there are: the site's own first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import OverreadError
from app.hanging.protocol import Protocol, ProtocolError, load_protocol


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Usable protocols in the order of their folders, and what was wrong with other files."""

    protocols: tuple[Protocol, ...]
    problems: tuple[OverreadError, ...] = ()

    def named(self, protocol_id: str) -> Protocol | None:
        """One by id."""
        return next((one for one in self.protocols if one.id == protocol_id), None)


def read_catalogue(folders: Sequence[Path]) -> Catalogue:
    """Every `*.json` of the folders; of two with one id the first folder's counts."""
    found: dict[str, Protocol] = {}
    problems: list[OverreadError] = []
    for folder in folders:
        for file in sorted(folder.glob("*.json")):
            try:
                protocol = load_protocol(file)
            except ProtocolError as error:
                problems.append(error)
            else:
                found.setdefault(protocol.id, protocol)
    return Catalogue(tuple(found.values()), tuple(problems))
