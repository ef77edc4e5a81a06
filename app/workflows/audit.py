"""What is done apart from the journal, told to the audit: start and stop, who reads, studies opened, servers asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.audit.codes import (
    APPLICATION,
    DESTINATION,
    LOGIN,
    SOURCE,
    START,
    STOP,
    Action,
    Code,
    EventKind,
    Outcome,
)
from app.audit.log import AuditLog
from app.audit.message import Message, Participant, of_patient, of_query, of_study
from app.context import AppContext
from app.domain.errors import OverreadError
from app.state.model import AppState
from app.support.clock import utc_now

if TYPE_CHECKING:
    from app.domain.study import Study
    from app.studies.source_types import StudyQuery

HERE = "Overread"


def tell_started(audit: AuditLog, reader: str, *, stops: bool = False) -> None:
    """The program begins or ends."""
    who = (Participant(HERE, role=APPLICATION), Participant(reader, is_requestor=True))
    code = STOP if stops else START
    audit.write(Message(EventKind.APPLICATION, Action.EXECUTE, utc_now(), who, type_code=code))


def tell_reader(audit: AuditLog, reader: str, role: str) -> None:
    """Somebody reads under this name and in this role from now on."""
    who = (Participant(reader, is_requestor=True, role=Code(role, "99OVERREAD", role)),)
    audit.write(Message(EventKind.AUTHENTICATION, Action.EXECUTE, utc_now(), who, type_code=LOGIN))


def tell_opened(audit: AuditLog, reader: str, study: Study) -> None:
    """A study is before somebody's eyes."""
    who = (Participant(reader, is_requestor=True),)
    about = (of_study(study.study_instance_uid), of_patient(study.patient.patient_id or "unknown"))
    audit.write(Message(EventKind.ACCESSED, Action.READ, utc_now(), who, about))


def tell_imported(audit: AuditLog, reader: str, studies: tuple[Study, ...]) -> None:
    """Studies of files became known here."""
    who = (Participant(reader, is_requestor=True, role=DESTINATION), Participant("files", role=SOURCE))
    about = tuple(of_study(study.study_instance_uid) for study in studies)
    if about:
        audit.write(Message(EventKind.IMPORT, Action.CREATE, utc_now(), who, about))


def tell_query(audit: AuditLog, reader: str, place: str, query: StudyQuery) -> None:
    """A server is asked for studies."""
    words = ";".join(f"{name}={value}" for name, value in asdict(query).items() if value)
    who = (Participant(reader, is_requestor=True, role=SOURCE), Participant(place, role=DESTINATION))
    audit.write(Message(EventKind.QUERY, Action.EXECUTE, utc_now(), who, (of_query(place, words),)))


def tell_transfer(
    audit: AuditLog, reader: str, place: str, study_instance_uid: str, *, sent: bool, failure: str = ""
) -> None:
    """Images came from a server, or objects went to one; or did not."""
    ours, theirs = (SOURCE, DESTINATION) if sent else (DESTINATION, SOURCE)
    who = (Participant(reader, is_requestor=True, role=ours), Participant(place, role=theirs))
    outcome = Outcome.SERIOUS if failure else Outcome.SUCCESS
    action = Action.READ if sent else Action.CREATE
    about = (of_study(study_instance_uid or "unknown"),)
    audit.write(Message(EventKind.TRANSFERRED, action, utc_now(), who, about, outcome, failure))


@contextmanager
def told_transfer(audit: AuditLog, who_where_what: tuple[str, str, str], *, sent: bool) -> Iterator[None]:
    """Tells of a transfer when it is over, well or not. who_where_what: reader, connection, study UID."""
    failure = ""
    try:
        yield
    except OverreadError as error:
        failure = error.key
        raise
    finally:
        tell_transfer(audit, *who_where_what, sent=sent, failure=failure)


def tell_report(audit: AuditLog, reader: str, study_instance_uid: str, to: str, *, identified: bool) -> None:
    """A report in words left: to the clipboard, the terminal, or a file of some kind."""
    who = (Participant(reader, is_requestor=True, role=SOURCE), Participant(to, role=DESTINATION))
    about = (of_study(study_instance_uid, anonymized=not identified),)
    audit.write(Message(EventKind.EXPORT, Action.READ, utc_now(), who, about))


def tell_quality(audit: AuditLog, reader: str, what: str, asked: str = "") -> None:
    """Somebody looked at figures over many studies. what: of which kind; asked: months, models and such."""
    who = (Participant(reader, is_requestor=True),)
    audit.write(Message(EventKind.QUALITY, Action.READ, utc_now(), who, (of_query(what, asked or what),)))


def tell_form(audit: AuditLog, reader: str, study_instance_uid: str, form: str) -> None:
    """Somebody wrote down what is wrong, or right, with a study, a result or a reading."""
    who = (Participant(reader, is_requestor=True),)
    about = (of_study(study_instance_uid, detail=(("form", form),)),)
    audit.write(Message(EventKind.QUALITY, Action.CREATE, utc_now(), who, about))


def tell_quality_left(audit: AuditLog, reader: str, what: str, to: str) -> None:
    """Figures or rows over many studies left as a file of some kind."""
    who = (Participant(reader, is_requestor=True, role=SOURCE), Participant(to, role=DESTINATION))
    audit.write(Message(EventKind.EXPORT, Action.READ, utc_now(), who, (of_query(what, what),)))


def tell_previews(audit: AuditLog, reader: str, studies: tuple[Study, ...], *, images: int) -> None:
    """Pictures of images that may show identity were written for somebody to look at; or none was needed."""
    kind = EventKind.EXPORT if images else EventKind.ACCESSED
    who = (Participant(reader, is_requestor=True, role=SOURCE), Participant("previews", role=DESTINATION))
    detail = (("previews", str(images)),)
    about = tuple(of_study(s.study_instance_uid, detail=detail, anonymized=False) for s in studies)
    if about:
        audit.write(Message(kind, Action.READ, utc_now(), who, about))


def tell_used(audit: AuditLog, reader: str) -> None:
    """Somebody read the audit itself."""
    who = (Participant(reader, is_requestor=True),)
    audit.write(Message(EventKind.AUDIT_USED, Action.READ, utc_now(), who))


def tell_alert(audit: AuditLog, reader: str, what: str) -> None:
    """Something that looks like tampering: a broken chain, a package that is not what it was."""
    who = (Participant(reader, is_requestor=True),)
    audit.write(
        Message(EventKind.ALERT, Action.EXECUTE, utc_now(), who, outcome=Outcome.SERIOUS, outcome_words=what)
    )


class AuditWatch:
    """Follows the state of a window: each study that is opened, once per opening, and who reads it."""

    def __init__(self, ctx: AppContext, failed: Callable[[str], None]) -> None:
        self._ctx = ctx
        self._open: Study | None = None
        self._who = ("", "")
        ctx.audit.failed = failed
        tell_started(ctx.audit, ctx.reader)
        self._stop = ctx.store.watch(lambda state: state, self._look)

    def _look(self, state: AppState) -> None:
        who = (self._ctx.reader, self._ctx.settings.role)
        if who != self._who:
            self._who = who
            tell_reader(self._ctx.audit, *who)
        study = state.workspace.open_study
        if study is None or (
            self._open is not None and study.study_instance_uid == self._open.study_instance_uid
        ):
            self._open = study
            return
        self._open = study
        tell_opened(self._ctx.audit, self._ctx.reader, study)

    def close(self) -> None:
        """The window ends."""
        self._stop()
        tell_started(self._ctx.audit, self._ctx.reader, stops=True)
