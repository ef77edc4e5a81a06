"""QIDO-RS (PS3.18 10.6): studies of a search, series of a study, instances of a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from app.domain.study import Patient
from app.studies.remote.web_client import Params, WebClient
from app.studies.source_types import StudyHit, StudyPage, StudyQuery
from app.studies.study_match import is_named
from app.studies.uids import is_sane_uid

STUDY_UID, SERIES_UID, SOP_UID = "0020000D", "0020000E", "00080018"
SERIES_INSTANCES = "00201209"
ASKED = "00081030,00201206,00201208,00080061,00100021"  # not among what every server must return
INSTANCES_AT_ONCE = 1000
NAMES_AT_ONCE, MOST_NAMES = 500, 5000
MOST_INSTANCES = 200_000  # of one series; beyond that a server is not believed
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WebSeries:
    """One series of a study; instances as the server counts them, or None."""

    series_instance_uid: str
    modality: str
    instances: int | None


def find_studies(client: WebClient, query: StudyQuery) -> StudyPage:
    """One page. Filters that the server left out are applied here, and said."""
    page = _page(client, query)
    is_plain = quote(query.patient_name, safe="*?") == query.patient_name
    return page if page.hits or query.offset or is_plain else _named_here(client, query)


def _named_here(client: WebClient, query: StudyQuery) -> StudyPage:
    """Some servers do not decode what a request must encode (carets, blanks, Cyrillic): names are compared here."""
    kept: list[StudyHit] = []
    asked, asked_for = 0, _wild(query.patient_name)
    while asked < MOST_NAMES:
        page = _page(client, replace(query, patient_name="", offset=asked, limit=NAMES_AT_ONCE))
        kept += [hit for hit in page.hits if is_named(hit.patient.name, asked_for, is_fuzzy=query.is_fuzzy)]
        asked += NAMES_AT_ONCE
        if not page.has_more:
            break
    facts = (("connection", client.connection.name), ("count", asked))
    remarks = (("dicomweb.names_here", facts),) if asked >= MOST_NAMES else ()
    return StudyPage(tuple(kept[: query.limit]), len(kept) > query.limit, remarks)


def _page(client: WebClient, query: StudyQuery) -> StudyPage:
    name = client.connection.name
    found = client.json("studies", _params(query))
    hits = [hit for item in found if (hit := _hit(item)).study_instance_uid]
    kept = [hit for hit in hits if _fits(hit, query)]
    remarks = []
    if len(kept) < len(hits):
        remarks.append(("dicomweb.filtered_here", (("connection", name), ("count", len(hits) - len(kept)))))
    # A page is as long as asked for, unless the server caps it: then the rest is asked for by its own length.
    return StudyPage(tuple(kept[: query.limit]), len(found) >= query.limit, tuple(remarks))


def series_of(client: WebClient, study_uid: str) -> tuple[WebSeries, ...]:
    """Series of a study, each once; () where the server knows none."""
    found: dict[str, WebSeries] = {}
    for item in client.json(f"studies/{study_uid}/series", {"includefield": SERIES_INSTANCES}):
        uid = _text(item, SERIES_UID)
        if is_sane_uid(uid):
            found[uid] = WebSeries(uid, _text(item, "00080060"), _whole(item, SERIES_INSTANCES))
    return tuple(found.values())


def instances_of(client: WebClient, study_uid: str, series_uid: str) -> tuple[str, ...]:
    """SOP Instance UIDs of a series, page by page: some servers give no more than a thousand at once."""
    found: dict[str, None] = {}
    while len(found) < MOST_INSTANCES:
        params: Params = {"offset": len(found), "limit": INSTANCES_AT_ONCE}
        page = client.json(f"studies/{study_uid}/series/{series_uid}/instances", params)
        fresh = [uid for item in page if is_sane_uid(uid := _text(item, SOP_UID)) and uid not in found]
        found.update(dict.fromkeys(fresh))
        if not fresh or len(page) < INSTANCES_AT_ONCE:
            break
    return tuple(found)


def middle_instance(client: WebClient, study_uid: str, series: WebSeries) -> str:
    """One SOP Instance UID from the middle of the server's own order, '' where it gives none."""
    params: Params = {"offset": (series.instances or 0) // 2, "limit": 1}
    page = client.json(f"studies/{study_uid}/series/{series.series_instance_uid}/instances", params)
    uid = _text(page[0], SOP_UID) if page else ""
    return uid if is_sane_uid(uid) else ""


def _params(query: StudyQuery) -> Params:
    params: dict[str, str | int] = {"includefield": ASKED, "limit": query.limit, "offset": query.offset}
    if query.is_fuzzy:
        params["fuzzymatching"] = "true"
    filters = {
        "PatientName": _wild(query.patient_name),
        "PatientID": query.patient_id,
        "AccessionNumber": query.accession_number,
        "StudyInstanceUID": query.study_instance_uid,
        "ModalitiesInStudy": query.modality.strip().upper(),
        "StudyDate": _range(query),
    }
    return params | {key: value for key, value in filters.items() if value}


def _wild(name: str) -> str:
    """A name without wildcards is meant as its beginning."""
    plain = name.strip()
    return plain if not plain or "*" in plain or "?" in plain else f"{plain}*"


def _range(query: StudyQuery) -> str:
    if not (query.date_from or query.date_to):
        return ""
    return query.date_from if query.date_from == query.date_to else f"{query.date_from}-{query.date_to}"


def _fits(hit: StudyHit, query: StudyQuery) -> bool:
    """What can be checked here without knowing how the server compares names."""
    if query.modality and hit.modalities and query.modality.strip().upper() not in hit.modalities:
        return False
    if query.study_instance_uid and hit.study_instance_uid != query.study_instance_uid:
        return False
    too_early = bool(query.date_from and hit.date and hit.date < query.date_from)
    too_late = bool(query.date_to and hit.date and hit.date > query.date_to)
    return not (too_early or too_late)


def _hit(item: Item) -> StudyHit:
    uid = _text(item, STUDY_UID)
    patient = Patient(
        _text(item, "00100020"),
        _text(item, "00100021"),
        _text(item, "00100010"),
        _text(item, "00100030"),
        _text(item, "00100040"),
    )
    modalities = tuple(sorted({str(value) for value in _values(item, "00080061") if value}))
    return StudyHit(
        study_instance_uid=uid if is_sane_uid(uid) else "",
        patient=patient,
        date=_text(item, "00080020"),
        time=_text(item, "00080030"),
        description=_text(item, "00081030"),
        accession_number=_text(item, "00080050"),
        modalities=modalities,
        series=_whole(item, "00201206"),
        instances=_whole(item, "00201208"),
    )


def _values(item: Item, tag: str) -> list[Any]:
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    return values if isinstance(values, list) else []


def _text(item: Item, tag: str) -> str:
    """The first value as text; a person name with its groups (PS3.18 F.2.2)."""
    value = next(iter(_values(item, tag)), "")
    if isinstance(value, dict):
        groups = [str(value.get(kind) or "") for kind in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    return "" if value is None else str(value)


def _whole(item: Item, tag: str) -> int | None:
    told = _text(item, tag)
    return int(told) if told.isascii() and told.isdigit() else None
