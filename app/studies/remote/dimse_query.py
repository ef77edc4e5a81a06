"""C-FIND at the study root (PS3.4 C.4.1): studies of a search, and the instances that a study should have."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import RemoteError
from app.domain.study import Patient
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.raw_values import decode_text
from app.studies.remote.dimse_association import Talk, Wish, associated, no_context
from app.studies.source_types import StudyHit, StudyPage, StudyQuery

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
PENDING = (0xFF00, 0xFF01)
CANCELLED, LIMIT_REACHED = 0xFE00, 0xB001  # PS3.4 table C.4-1
MESSAGE = 1
MOST_INSTANCES = 200_000  # of one study; beyond that a server is not believed
UTF8, CYRILLIC = "ISO_IR 192", "ISO_IR 144"
ASKED = (
    "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "StudyTime", "StudyDescription",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """One instance that the server says it has; sop_class_uid is '' where it does not tell."""

    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    modality: str


def find_studies(connection: Connection, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
    """One page of studies. C-FIND has no pages: the search is broken off once the page is full.

    A name outside ASCII is asked for in UTF-8, then in ISO-IR 144 where it is Cyrillic and nothing was found:
    servers compare bytes. Raises RemoteError, Cancelled.
    """
    page = _find_in(connection, query, cancel, UTF8)
    if page.hits or query.offset or query.patient_name.isascii() or not _is_cyrillic(query.patient_name):
        return page
    return _find_in(connection, query, cancel, CYRILLIC)


def expected_of(
    connection: Connection, study_instance_uid: str, cancel: CancelToken | None = None
) -> tuple[Expected, ...]:
    """What a study holds, by asking for its series and the instances of each; () where the server knows none."""
    found: dict[str, Expected] = {}
    with associated(connection, _wish(), cancel) as talk:
        series = list(_series(talk, study_instance_uid))
        for series_uid, modality in series:
            keys = {
                "QueryRetrieveLevel": "IMAGE",
                "StudyInstanceUID": study_instance_uid,
                "SeriesInstanceUID": series_uid,
                "SOPInstanceUID": "",
                "SOPClassUID": "",
            }
            for answer in _ask(talk, _identifier(keys)):
                uid = _code(answer, "SOPInstanceUID")
                if uid:
                    found[uid] = Expected(series_uid, uid, _code(answer, "SOPClassUID"), modality)
                if len(found) > MOST_INSTANCES:
                    raise RemoteError(
                        "error.dimse.too_many", connection=connection.name, limit=MOST_INSTANCES
                    )
    return tuple(found.values())


def _series(talk: Talk, study_uid: str) -> Iterator[tuple[str, str]]:
    keys = {
        "QueryRetrieveLevel": "SERIES",
        "StudyInstanceUID": study_uid,
        "SeriesInstanceUID": "",
        "Modality": "",
    }
    seen: set[str] = set()
    for answer in _ask(talk, _identifier(keys)):
        uid = _code(answer, "SeriesInstanceUID")
        if uid and uid not in seen:
            seen.add(uid)
            yield uid, _code(answer, "Modality")


def _find_in(
    connection: Connection, query: StudyQuery, cancel: CancelToken | None, charset: str
) -> StudyPage:
    wanted = query.offset + query.limit
    hits: list[StudyHit] = []
    tells_modalities = True
    with associated(connection, _wish(), cancel) as talk:
        for answer in _ask(talk, _identifier(_keys(query), charset)):
            hit = _hit(answer)
            tells_modalities = tells_modalities and bool(hit.modalities)
            # Modalities in Study is an optional key (PS3.4 C.6.2.1.2): a server may leave it out of the match.
            if query.modality and hit.modalities and query.modality.strip().upper() not in hit.modalities:
                continue
            if hit.study_instance_uid:
                hits.append(hit)
            if len(hits) > wanted:
                _stop(talk.association)
                break
    remarks: list[tuple[str, tuple[tuple[str, object], ...]]] = []
    if query.is_fuzzy:
        remarks.append(("dimse.not_fuzzy", (("connection", connection.name),)))
    if query.modality and not tells_modalities:
        remarks.append(("dimse.modality_unsure", (("connection", connection.name),)))
    return StudyPage(tuple(hits[query.offset : wanted]), len(hits) > wanted, tuple(remarks))


def _keys(query: StudyQuery) -> dict[str, str]:
    dates = f"{query.date_from}-{query.date_to}" if query.date_from or query.date_to else ""
    if query.date_from and query.date_from == query.date_to:
        dates = query.date_from
    return {
        "QueryRetrieveLevel": "STUDY",
        **dict.fromkeys(ASKED, ""),
        "PatientName": query.patient_name.strip(),
        "PatientID": query.patient_id.strip(),
        "AccessionNumber": query.accession_number.strip(),
        "StudyInstanceUID": query.study_instance_uid.strip(),
        "StudyDate": dates,
        "ModalitiesInStudy": query.modality.strip().upper(),
    }


def _identifier(keys: dict[str, str], charset: str = UTF8) -> Dataset:
    """Keys of a question. The character set is always told: servers answer in the one that they are asked in."""
    from pydicom.dataset import Dataset

    identifier = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a key that is too long is quoted in the warning
        identifier.SpecificCharacterSet = charset
        for keyword, value in keys.items():
            setattr(identifier, keyword, value.replace("\\", " "))
    return identifier


def _wish() -> Wish:
    from pynetdicom import build_context

    return Wish([build_context(STUDY_ROOT_FIND)])


def _ask(talk: Talk, identifier: Dataset) -> Iterator[Dataset]:
    try:
        replies = talk.association.send_c_find(identifier, STUDY_ROOT_FIND, msg_id=MESSAGE)
    except ValueError as error:
        raise no_context(talk.connection, "C-FIND") from error
    except RuntimeError as error:
        raise talk.broken() from error
    for _, status, answer in talk.answers(replies):
        if status in PENDING:
            if answer is not None:
                yield answer
        elif status not in (0, CANCELLED, LIMIT_REACHED):
            raise RemoteError(
                "error.dimse.find_failed", connection=talk.connection.name, status=f"{status:04X}"
            )


def _stop(association: Association) -> None:
    """We have enough. The rest of the answers is not waited for: some servers send all of them all the same."""
    if association.is_established:
        association.send_c_cancel(MESSAGE, query_model=STUDY_ROOT_FIND)
        association.abort()


def _hit(answer: Dataset) -> StudyHit:
    return StudyHit(
        study_instance_uid=_code(answer, "StudyInstanceUID"),
        patient=Patient(
            patient_id=_text(answer, "PatientID"),
            issuer=_text(answer, "IssuerOfPatientID"),
            name=_text(answer, "PatientName"),
            birth_date=_code(answer, "PatientBirthDate"),
            sex=_code(answer, "PatientSex"),
        ),
        date=_code(answer, "StudyDate"),
        time=_code(answer, "StudyTime"),
        description=_text(answer, "StudyDescription"),
        accession_number=_text(answer, "AccessionNumber"),
        modalities=tuple(
            sorted({one.strip() for one in _code(answer, "ModalitiesInStudy").split("\\") if one.strip()})
        ),
        series=_count(answer, "NumberOfStudyRelatedSeries"),
        instances=_count(answer, "NumberOfStudyRelatedInstances"),
    )


def _raw(answer: Dataset, keyword: str) -> bytes:
    """Bytes as they came: read by pydicom, odd values would be warned of with the value in the warning."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import RawDataElement

    tag = tag_for_keyword(keyword)
    if tag is None or tag not in answer:
        return b""
    element = answer.get_item(tag)
    if isinstance(element, RawDataElement):
        return element.value or b""
    value = "" if element is None or element.value is None else element.value
    parts = value if isinstance(value, list | tuple) else [value]
    return "\\".join(map(str, parts)).encode()


def _code(answer: Dataset, keyword: str) -> str:
    return _raw(answer, keyword).decode("ascii", "replace").strip("\0 ")


def _text(answer: Dataset, keyword: str) -> str:
    raw = _raw(answer, keyword).rstrip(b"\0 ")
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii").strip()
    return decode_text(raw, _code(answer, "SpecificCharacterSet"), is_name=keyword == "PatientName")


def _count(answer: Dataset, keyword: str) -> int | None:
    words = _code(answer, keyword)
    return int(words) if words.isdigit() and len(words) < 10 else None


def _is_cyrillic(name: str) -> bool:
    try:
        name.encode("iso8859_5")
    except UnicodeEncodeError:
        return False
    return True
