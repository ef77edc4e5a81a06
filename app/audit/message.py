"""One audit message as XML (PS3.15 A.5.1): event, who took part, who tells it, what it was about."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from app.audit.codes import (
    PATIENT_NUMBER,
    SEARCH,
    STUDY_UID,
    WORKSTATION,
    Action,
    Code,
    EventKind,
    Outcome,
)

SOURCE_ID = "Overread"


@dataclass(frozen=True, slots=True)
class Participant:
    """A person or a machine. address: network name of a machine on the other side."""

    user_id: str
    is_requestor: bool = False
    role: Code | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What an event was about. detail: (name, value) pairs, kept as they are."""

    identifier: str
    kind: Code
    type_code: str  # 1 person, 2 system object
    role_code: str  # 1 patient, 3 report, 24 query
    name: str = ""
    query: str = ""
    detail: tuple[tuple[str, str], ...] = ()
    anonymized: bool | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """At is ISO 8601 with its zone."""

    kind: EventKind
    action: Action
    at: str
    participants: tuple[Participant, ...]
    about: tuple[About, ...] = ()
    outcome: Outcome = Outcome.SUCCESS
    outcome_words: str = ""
    type_code: Code | None = None


def of_study(
    study_instance_uid: str, *, detail: Iterable[tuple[str, str]] = (), anonymized: bool | None = None
) -> About:
    """A study by its UID."""
    return About(
        study_instance_uid,
        STUDY_UID,
        "2",
        "3",
        study_instance_uid,
        detail=tuple(detail),
        anonymized=anonymized,
    )


def of_patient(patient_id: str) -> About:
    """A patient by the ID alone: a name is not needed to know who it was."""
    return About(patient_id, PATIENT_NUMBER, "1", "1", patient_id)


def of_query(where: str, words: str) -> About:
    """A search: where it was asked, and what for."""
    return About(where, SEARCH, "2", "24", query=words)


def as_xml(message: Message) -> str:
    """The message as one line of XML."""
    root = Element("AuditMessage")
    event = SubElement(
        root,
        "EventIdentification",
        EventActionCode=message.action.value,
        EventDateTime=message.at,
        EventOutcomeIndicator=message.outcome.value,
    )
    _coded(event, "EventID", message.kind.value)
    if message.type_code is not None:
        _coded(event, "EventTypeCode", message.type_code)
    if message.outcome_words:
        SubElement(event, "EventOutcomeDescription").text = message.outcome_words
    for one in message.participants:
        _participant(root, one)
    source = SubElement(root, "AuditSourceIdentification", AuditSourceID=SOURCE_ID)
    _coded(source, "AuditSourceTypeCode", WORKSTATION)
    for about in message.about:
        _about(root, about)
    return ElementTree.tostring(root, encoding="unicode")


def _participant(root: Element, one: Participant) -> None:
    told = {"UserID": one.user_id or "unknown", "UserIsRequestor": str(one.is_requestor).lower()}
    if one.address:
        told |= {"NetworkAccessPointID": one.address, "NetworkAccessPointTypeCode": "1"}
    made = SubElement(root, "ActiveParticipant", told)
    if one.role is not None:
        _coded(made, "RoleIDCode", one.role)


def _about(root: Element, about: About) -> None:
    made = SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=about.identifier,
        ParticipantObjectTypeCode=about.type_code,
        ParticipantObjectTypeCodeRole=about.role_code,
    )
    _coded(made, "ParticipantObjectIDTypeCode", about.kind)
    if about.query:
        coded = base64.b64encode(about.query.encode("utf-8")).decode("ascii")
        SubElement(made, "ParticipantObjectQuery").text = coded
    else:
        SubElement(made, "ParticipantObjectName").text = about.name
    for name, value in about.detail:
        coded = base64.b64encode(value.encode("utf-8")).decode("ascii")
        SubElement(made, "ParticipantObjectDetail", type=name, value=coded)
    if about.anonymized is not None:
        described = SubElement(made, "ParticipantObjectDescription")
        SubElement(described, "Anonymized").text = str(about.anonymized).lower()


def _coded(parent: Element, name: str, code: Code) -> None:
    SubElement(
        parent, name, {"csd-code": code.value, "codeSystemName": code.system, "originalText": code.meaning}
    )
