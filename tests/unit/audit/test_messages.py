"""RQ-62: audit messages have the shape of PS3.15 A.5, in a file in which every altered byte is found."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.codes import Action, EventKind, Outcome
from app.audit.log import AuditLog
from app.audit.message import Message, Participant, as_xml, of_patient, of_query, of_study
from app.domain.finding import Verdict
from app.findings.audit_trail import audited_journal
from app.findings.events import Exported, VerdictGiven
from app.studies.source_types import StudyQuery
from app.workflows.audit import (
    tell_alert,
    tell_imported,
    tell_opened,
    tell_query,
    tell_reader,
    tell_report,
    tell_started,
    tell_transfer,
    tell_used,
)
from tests.support.audit_schema import faults
from tests.support.ui import study

AT = "2026-08-01T10:00:00+00:00"


def everything(audit: AuditLog) -> None:
    tell_started(audit, "reader")
    tell_reader(audit, "reader", "qa")
    tell_opened(audit, "reader", study())
    tell_imported(audit, "reader", (study(), study("1.3")))
    tell_query(audit, "reader", "dicomweb:archive", StudyQuery(patient_id="7", modality="CT"))
    tell_transfer(audit, "reader", "dimse:archive", "1.2", sent=False)
    tell_transfer(audit, "reader", "dimse:archive", "", sent=True, failure="error.dimse.refused")
    tell_report(audit, "reader", "1.2", ".pdf", identified=False)
    tell_used(audit, "reader")
    tell_alert(audit, "", "error.audit.broken")
    with audited_journal(audit.file.parent / "journal.sqlite", audit) as journal:
        journal.append(VerdictGiven("1.2", "2.25.1", Verdict.ACCEPTED, reader="reader"))
        journal.append(Exported("1.2", ("csv", "sr"), (("a.csv", "ab"),), identified=False, findings=1))
    tell_started(audit, "reader", stops=True)


def test_every_message_is_as_the_standard_says(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path)
    everything(audit)
    messages = [ElementTree.fromstring(one) for one in audit.messages()]
    assert len(messages) == 13
    assert [fault for one in messages for fault in faults(one)] == []
    codes = [one.find("EventIdentification/EventID").get("csd-code") for one in messages]  # type: ignore[union-attr]  # just proven there
    assert codes == [
        "110100", "110114", "110103", "110107", "110112", "110104", "110104", "110106", "110101", "110113", "VERDICT",
        "110106", "110100",
    ]  # fmt: skip


def test_the_checker_of_this_test_finds_what_is_wrong() -> None:
    right = as_xml(Message(EventKind.ALERT, Action.READ, AT, (Participant("r"),), (of_study("1.2"),)))
    assert faults(ElementTree.fromstring(right)) == []
    for wrong in (
        right.replace(' UserID="r"', ""),
        right.replace("<ActiveParticipant", '<ActiveParticipant Colour="red"', 1),
        right.replace("ParticipantObjectName>", "ParticipantObjectQuery>").replace(
            "</ParticipantObjectIdentification>", "<ParticipantObjectName/></ParticipantObjectIdentification>"
        ),
    ):
        assert faults(ElementTree.fromstring(wrong))


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_people_write_stays_well_formed(name: str, words: str) -> None:
    clean = "".join(c for c in name if c.isprintable())
    asked = of_query(clean or "-", words or "-")
    parsed = ElementTree.fromstring(
        as_xml(Message(EventKind.QUERY, Action.EXECUTE, AT, (Participant(clean),), (asked,)))
    )
    coded = parsed.findtext(".//ParticipantObjectQuery") or ""
    assert base64.b64decode(coded).decode("utf-8") == (words or "-")


def test_names_of_patients_stay_out(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path)
    tell_opened(audit, "reader", study(name="CANARY^JANE", patient_id="P77"))
    words = audit.file.read_text(encoding="utf-8")
    assert "CANARY" not in words
    assert "P77" in words, "the ID is what the standard asks for"
    assert of_patient("P77").name == "P77"


@given(where=st.floats(0, 0.999), flip=st.integers(1, 255))
def test_one_altered_byte_is_found(tmp_path_factory: pytest.TempPathFactory, where: float, flip: int) -> None:
    audit = AuditLog(tmp_path_factory.mktemp("audit"))
    for number in range(3):
        tell_reader(audit, f"reader {number}", "reader")
    content = bytearray(audit.file.read_bytes())
    content[int(where * len(content))] ^= flip
    audit.file.write_bytes(bytes(content))
    assert not audit.verify().is_whole


def test_what_cannot_be_written_is_said_and_the_verdict_stands(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path / "data")
    audit.file.mkdir(parents=True)  # a folder where the file should be
    said: list[str] = []
    audit.failed = said.append
    with audited_journal(tmp_path / "journal.sqlite", audit) as journal:
        journal.append(VerdictGiven("1.2", "2.25.1", Verdict.ACCEPTED, reader="reader"))
        assert len(journal.entries()) == 1
    assert "audit.log" in said[0]


def test_failures_have_their_outcome(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path)
    tell_transfer(audit, "r", "dimse:a", "1.2", sent=True, failure="error.dimse.refused")
    (message,) = audit.messages()
    assert f'EventOutcomeIndicator="{Outcome.SERIOUS.value}"' in message
