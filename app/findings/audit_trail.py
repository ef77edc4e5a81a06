"""What the journal is told is told to the audit too: verdicts, presentations of AI, exports, results that came in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from app.audit.codes import Action, EventKind
from app.audit.log import AuditLog
from app.audit.message import Message, Participant, of_study
from app.findings.chain import Entry
from app.findings.journal import Journal

_KINDS = {
    "VerdictGiven": (EventKind.JUDGED, Action.UPDATE),
    "Exposed": (EventKind.PRESENTED, Action.READ),
    "Exported": (EventKind.EXPORT, Action.READ),
    "ResultArrived": (EventKind.IMPORT, Action.CREATE),
}


def audited_journal(file: Path, audit: AuditLog) -> Journal:
    """The journal of a file; every entry leaves a message in the audit. Raises JournalError."""

    def tell(entries: Sequence[Entry]) -> None:
        for entry in entries:
            audit.write(message_of(entry))

    return Journal(file, told=tell)


def message_of(entry: Entry) -> Message:
    """The message for one entry. It names the entry by its hash and says nothing of its contents but their kind."""
    kind, action = _KINDS.get(entry.event_type, (EventKind.RECORDED, Action.UPDATE))
    told = [("entry", entry.sha256), ("event", entry.event_type), *_more(entry)]
    return Message(
        kind,
        action,
        entry.at,
        (Participant(entry.reader, is_requestor=True),),
        (of_study(entry.study_instance_uid, detail=told, anonymized=_anonymized(entry)),),
    )


def _event(entry: Entry) -> dict[str, object]:
    found = json.loads(entry.payload).get("event")
    return found if isinstance(found, dict) else {}


def _more(entry: Entry) -> list[tuple[str, str]]:
    """Which verdict, which kind of presentation, which formats."""
    wanted = {
        "VerdictGiven": "verdict",
        "Exposed": "exposure",
        "Exported": "formats",
        "PixelsLooked": "decided",
    }.get(entry.event_type)
    value = _event(entry).get(wanted) if wanted else None
    if value is None or wanted is None:
        return []
    return [(wanted, ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value))]


def _anonymized(entry: Entry) -> bool | None:
    return not _event(entry).get("identified") if entry.event_type == "Exported" else None
