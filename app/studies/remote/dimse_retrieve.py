"""C-GET and C-MOVE at the study root (PS3.4 C.4.2 and C.4.3): what is missing here is asked for, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import RemoteError
from app.domain.volume import CancelToken
from app.settings.connections import Connection
from app.studies.remote.dimse_association import Talk, Wish, associated, no_context
from app.studies.remote.dimse_contexts import USUAL_CLASSES, for_fetching, roles_for
from app.studies.remote.dimse_intake import Intake
from app.studies.remote.dimse_query import Expected

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

STUDY_ROOT_MOVE, STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.2", "1.2.840.10008.5.1.4.1.2.2.3"
PENDING = (0xFF00, 0xFF01)
SOME_FAILED = 0xB000
UNKNOWN_DESTINATION = 0xA801
UIDS_AT_ONCE = 100  # of images in one question; some servers take no longer list
ALL_AT_ONCE = 4  # from so many images missing of a whole series, the series is asked for


@dataclass(frozen=True, slots=True)
class Question:
    """Keys of one retrieval; without series the study, without instances the series."""

    study_instance_uid: str
    series_instance_uid: str = ""
    sop_instance_uids: tuple[str, ...] = ()


@dataclass(slots=True)
class Counters:
    """Sub-operations as the server counts them (PS3.7 9.1.3.1); 0 where it does not."""

    failed: int = 0
    total: int = 0
    status: int = 0
    heard: Callable[[int, int], None] | None = field(default=None, repr=False)  # done and total

    def take(self, response: Dataset, status: int) -> None:
        """Note one response."""
        done, left, failed = (
            int(response.get(f"NumberOf{which}Suboperations") or 0)
            for which in ("Completed", "Remaining", "Failed")
        )
        warned = int(response.get("NumberOfWarningSuboperations") or 0)
        self.failed, self.status = failed, status
        self.total = max(self.total, done + left + failed + warned)
        if self.heard is not None and self.total:
            self.heard(done + warned, self.total)


def questions_for(
    study_instance_uid: str, expected: Sequence[Expected], have: frozenset[str]
) -> tuple[Question, ...]:
    """The fewest questions that bring what is missing; the whole study where the server lists no instances."""
    if not expected:
        return (Question(study_instance_uid),)
    by_series: dict[str, list[Expected]] = {}
    for one in expected:
        by_series.setdefault(one.series_instance_uid, []).append(one)
    missing = {
        uid: [one.sop_instance_uid for one in series if one.sop_instance_uid not in have]
        for uid, series in by_series.items()
    }
    if all(len(missing[uid]) == len(series) for uid, series in by_series.items()):
        return (Question(study_instance_uid),)
    asked: list[Question] = []
    for uid, wanted in missing.items():
        if wanted and len(wanted) == len(by_series[uid]) and len(wanted) >= ALL_AT_ONCE:
            asked.append(Question(study_instance_uid, uid))
            continue
        for start in range(0, len(wanted), UIDS_AT_ONCE):
            asked.append(Question(study_instance_uid, uid, tuple(wanted[start : start + UIDS_AT_ONCE])))
    return tuple(asked)


def retrieve(
    connection: Connection,
    questions: Sequence[Question],
    expected: Sequence[Expected],
    intake: Intake,
    counters: Counters,
    cancel: CancelToken | None = None,
) -> None:
    """Ask each question in one association; images go to the intake.

    Partial failures are left in `counters`. Raises RemoteError where the server refuses or breaks off, Cancelled.
    """
    way = _by_move if connection.retrieve == "move" else _by_get
    with way(connection, expected, intake, cancel) as (talk, ask):
        for question in questions:
            _run(talk, ask(_identifier(question)), counters)


Ask = Callable[["Dataset"], "Iterator[tuple[Dataset, Dataset | None]]"]


@contextmanager
def _by_get(
    connection: Connection, expected: Sequence[Expected], intake: Intake, cancel: CancelToken | None
) -> Iterator[tuple[Talk, Ask]]:
    from pynetdicom import build_context

    told = dict.fromkeys(one.sop_class_uid for one in expected)
    classes = tuple(told) if told and "" not in told else USUAL_CLASSES
    contexts = [build_context(STUDY_ROOT_GET), *for_fetching(classes)]
    wish = Wish(contexts, roles_for(classes), tuple(intake.handlers()))
    with associated(connection, wish, cancel) as talk:

        def ask(identifier: Dataset) -> Iterator[tuple[Dataset, Dataset | None]]:
            try:
                return talk.association.send_c_get(identifier, STUDY_ROOT_GET)
            except ValueError as error:
                raise no_context(connection, "C-GET") from error
            except RuntimeError as error:
                raise talk.broken() from error

        yield talk, ask


@contextmanager
def _by_move(
    connection: Connection, _expected: Sequence[Expected], intake: Intake, cancel: CancelToken | None
) -> Iterator[tuple[Talk, Ask]]:
    from pynetdicom import build_context, evt

    from app.studies.remote.dimse_server import Desk, serving

    desk = Desk(
        title=connection.move_destination,
        host=connection.move_host,
        port=connection.move_port,
        wait_s=connection.answer_s,
    )
    with associated(connection, Wish([build_context(STUDY_ROOT_MOVE)]), cancel) as talk:
        # What arrives at our desk is a sign of life too: some servers answer only at the very end.
        signs = [(evt.EVT_DATA_RECV, talk.life.sign)]
        with serving(desk, [*intake.handlers(), *signs]):

            def ask(identifier: Dataset) -> Iterator[tuple[Dataset, Dataset | None]]:
                try:
                    return talk.association.send_c_move(
                        identifier, connection.move_destination, STUDY_ROOT_MOVE
                    )
                except ValueError as error:
                    raise no_context(connection, "C-MOVE") from error
                except RuntimeError as error:
                    raise talk.broken() from error

            yield talk, ask


def _run(talk: Talk, replies: Iterator[tuple[Dataset, Dataset | None]], counters: Counters) -> None:
    failed_before = counters.failed
    for response, status, _ in talk.answers(replies):
        counters.take(response, status)
        if status in PENDING:
            continue
        counters.failed += failed_before
        if status == UNKNOWN_DESTINATION:
            raise RemoteError(
                "error.dimse.unknown_destination",
                connection=talk.connection.name,
                destination=talk.connection.move_destination,
            )
        if status not in (0, SOME_FAILED) and not counters.failed:
            raise RemoteError(
                "error.dimse.retrieve_failed", connection=talk.connection.name, status=f"{status:04X}"
            )


def _identifier(question: Question) -> Dataset:
    from pydicom.dataset import Dataset

    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = question.study_instance_uid
    if question.series_instance_uid:
        identifier.QueryRetrieveLevel = "SERIES"
        identifier.SeriesInstanceUID = question.series_instance_uid
    if question.sop_instance_uids:
        identifier.QueryRetrieveLevel = "IMAGE"
        identifier.SOPInstanceUID = list(question.sop_instance_uids)
    return identifier


def held_files(folder: Path) -> list[Path]:
    """Whole files of earlier retrievals."""
    return sorted(path for path in folder.glob("*.dcm") if path.is_file()) if folder.is_dir() else []
