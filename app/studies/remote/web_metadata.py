"""WADO-RS metadata (PS3.18 10.4.1.1.2): what the images of a series are and where they lie, before one is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.studies.headers import ScannedInstance, scanned_from
from app.studies.limits import FRAMES_IN_A_FILE
from app.studies.raw_values import RawValues
from app.studies.remote.web_client import WebClient
from app.studies.remote.web_frames import keep_head
from app.studies.slow_headers import damage, elements_of
from app.studies.tags import TAGS
from app.studies.uids import is_sane_uid
from app.support.held.doors import name_for

MOST_ANNOUNCED = 20_000  # images of a study; beyond that the list alone would keep the reader waiting
WANTED = frozenset(f"{tag:08X}" for tag in TAGS.values())


def announced(client: WebClient, study_uid: str, series_uid: str, folder: Path) -> list[ScannedInstance]:
    """Images of a series as they will lie in a folder; those that cannot be told are known when their files are here.

    Of an object of several frames the whole header is kept, for its frames lie where its functional groups say.
    Raises RemoteError.
    """
    path = f"studies/{study_uid}/series/{series_uid}/metadata"
    return [one for item in client.json(path) for one in _scanned(client, item, study_uid, folder)]


def _scanned(
    client: WebClient, item: Mapping[str, Any], study_uid: str, folder: Path
) -> Iterator[ScannedInstance]:
    from pydicom.dataset import Dataset

    kept = {tag: item[tag] for tag in WANTED & item.keys()}
    try:
        dataset = Dataset.from_json(kept, bulk_data_uri_handler=lambda _uri: None)
        elements = elements_of(dataset)
    except damage():
        return  # its file will say what it is
    values = RawValues(elements.values)
    uid = values.code("SOPInstanceUID")
    if not (elements.has_pixels and is_sane_uid(uid) and values.code("StudyInstanceUID") == study_uid):
        return
    place, frames = folder / f"{name_for(folder, uid)}.dcm", values.whole("NumberOfFrames") or 1
    if frames == 1 or (frames <= FRAMES_IN_A_FILE and keep_head(client, item, place)):
        yield scanned_from(place, elements, values, modified_ns=0, size=0)
