"""The same study on a real server, for the sources that speak to one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from app.settings.connections import Connection
from app.studies.source_chain import connect
from app.studies.source_types import Source
from tests.support.orthanc import Orthanc, OrthancSettings, free_port, running_orthanc
from tests.support.source_places import LOCAL, Given
from tests.support.web import around


class Remote:
    """One Orthanc for all tests, started when first asked for, ended once; it speaks both."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._server: Orthanc | None = None

    def server(self, given: Given) -> Orthanc:
        """With the study in it; storing it twice changes nothing."""
        if self._server is None:
            settings = OrthancSettings(dicom=True, modalities={"overread": ("OVERREAD", free_port())})
            self._server = self._stack.enter_context(running_orthanc(self._folder, settings))
            self._server.put(given.files)
        return self._server

    def close(self) -> None:
        """End what was started."""
        self._stack.close()


def _dicomweb(given: Given, remote: Remote) -> Source:
    server = remote.server(given)
    return connect("dicomweb:pacs", around(given.folder, Connection("pacs", url=server.dicomweb)))


def _dimse(given: Given, remote: Remote) -> Source:
    server = remote.server(given)
    pacs = Connection(
        "pacs", "dimse", host="127.0.0.1", port=server.dicom_port, called_aet=server.settings.aet
    )
    return connect("dimse:pacs", around(given.folder, pacs))


def _locally(build: Callable[[Given], Source]) -> Callable[[Given, Remote], Source]:
    return lambda given, _remote: build(given)


BUILDERS: dict[str, Callable[[Given, Remote], Source]] = {
    **{name: _locally(build) for name, build in LOCAL.items()},
    "dicomweb": _dicomweb,
    "dimse": _dimse,
}
# Volume files bring no study of several files; they have tests of their own.
COVERED = {"folder", "dicomdir", "archive", "volume_file", "dicomweb", "dimse"}
