"""What PS3.15 A.5.1 lets stand where, for tests: elements in their order, attributes that must and may be there."""

from __future__ import annotations

from xml.etree.ElementTree import Element

CODED = ({"csd-code", "codeSystemName", "originalText"}, {"displayName"}, ())
# element -> (required attributes, optional attributes, children in order: name, least, most)
MANY = 10_000
SHAPES: dict[str, tuple[set[str], set[str], tuple[tuple[str, int, int], ...]]] = {
    "AuditMessage": (
        set(),
        set(),
        (
            ("EventIdentification", 1, 1),
            ("ActiveParticipant", 1, MANY),
            ("AuditSourceIdentification", 1, 1),
            ("ParticipantObjectIdentification", 0, MANY),
        ),
    ),
    "EventIdentification": (
        {"EventActionCode", "EventDateTime", "EventOutcomeIndicator"},
        set(),
        (("EventID", 1, 1), ("EventTypeCode", 0, MANY), ("EventOutcomeDescription", 0, 1)),
    ),
    "EventID": CODED,
    "EventTypeCode": CODED,
    "RoleIDCode": CODED,
    "AuditSourceTypeCode": CODED,
    "ParticipantObjectIDTypeCode": CODED,
    "EventOutcomeDescription": (set(), set(), ()),
    "ActiveParticipant": (
        {"UserID", "UserIsRequestor"},
        {"AlternativeUserID", "UserName", "NetworkAccessPointID", "NetworkAccessPointTypeCode"},
        (("RoleIDCode", 0, MANY),),
    ),
    "AuditSourceIdentification": (
        {"AuditSourceID"},
        {"AuditEnterpriseSiteID"},
        (("AuditSourceTypeCode", 0, MANY),),
    ),
    "ParticipantObjectIdentification": (
        {"ParticipantObjectID"},
        {
            "ParticipantObjectTypeCode",
            "ParticipantObjectTypeCodeRole",
            "ParticipantObjectDataLifeCycle",
            "ParticipantObjectSensitivity",
        },
        (
            ("ParticipantObjectIDTypeCode", 1, 1),
            ("ParticipantObjectName", 0, 1),
            ("ParticipantObjectQuery", 0, 1),
            ("ParticipantObjectDetail", 0, MANY),
            ("ParticipantObjectDescription", 0, MANY),
        ),
    ),
    "ParticipantObjectName": (set(), set(), ()),
    "ParticipantObjectQuery": (set(), set(), ()),
    "ParticipantObjectDetail": ({"type", "value"}, set(), ()),
    "ParticipantObjectDescription": (set(), set(), (("Anonymized", 0, 1),)),
    "Anonymized": (set(), set(), ()),
}


def faults(element: Element) -> list[str]:
    """Everything about an element that the standard does not let stand."""
    must, may, children = SHAPES[element.tag]
    found = [f"{element.tag} lacks {name}" for name in must - set(element.attrib)]
    found += [f"{element.tag} has {name}" for name in set(element.attrib) - must - may]
    names = [child.tag for child in element]
    order = [name for name, _, _ in children]
    found += [f"{element.tag} holds {name}" for name in names if name not in order]
    places = [order.index(name) for name in names if name in order]
    if places != sorted(places):
        found.append(f"{element.tag} has its parts in another order: {names}")
    for name, least, most in children:
        if not least <= names.count(name) <= most:
            found.append(f"{element.tag} has {names.count(name)} of {name}")
    if (
        element.tag == "ParticipantObjectIdentification"
        and len({"ParticipantObjectName", "ParticipantObjectQuery"} & set(names)) != 1
    ):
        found.append("neither name nor query of an object, or both")
    return found + [fault for child in element if child.tag in SHAPES for fault in faults(child)]
