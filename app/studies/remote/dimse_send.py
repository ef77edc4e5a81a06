"""C-STORE to a server (PS3.4 annex B): files go as they lie, in their own transfer syntax, one outcome each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import OverreadError, RemoteError
from app.domain.volume import CancelToken, Progress
from app.settings.connections import Connection
from app.studies.headers import read_header
from app.studies.remote.dimse_association import Talk, Wish, associated
from app.studies.remote.dimse_contexts import for_sending
from app.studies.remote.dimse_status import outcome_of
from app.studies.remote.dimse_wire import bound_sending
from app.studies.source_types import Stored, StoreOutcome
from app.support.held.doors import is_held, open_file
from app.support.i18n import explain, text

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One file that can be sent."""

    path: Path
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str


def send(
    connection: Connection,
    files: Sequence[Path],
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Stored, ...]:
    """One outcome per file, in the order given; `progress` runs with the files.

    Raises RemoteError where not even the first association stands, Cancelled.
    """
    outcomes: dict[Path, Stored] = {}
    parcels = []
    for path in dict.fromkeys(files):
        read = _parcel(path)
        if isinstance(read, Stored):
            outcomes[path] = read
        else:
            parcels.append(read)

    def done(one: Stored) -> None:
        outcomes[one.path] = one
        if progress is not None:
            progress(len(outcomes) / len(files), f"{len(outcomes)}")

    for group in for_sending((one.sop_class_uid, one.transfer_syntax_uid) for one in parcels):
        kinds = {
            (str(one.abstract_syntax), str(syntax)) for one in group for syntax in one.transfer_syntax or ()
        }
        members = [one for one in parcels if (one.sop_class_uid, one.transfer_syntax_uid) in kinds]
        try:
            with associated(connection, Wish(group), cancel) as talk:
                bound_sending(talk.association)
                _send_group(talk, members, done)
        except RemoteError as error:
            if not any(one.path in outcomes for one in members) and not _any_stored(outcomes):
                raise
            for one in members:
                if one.path not in outcomes:
                    done(Stored(one.path, one.sop_instance_uid, StoreOutcome.FAILED, explain(error)))
    return tuple(outcomes[path] for path in files)


def _any_stored(outcomes: dict[Path, Stored]) -> bool:
    return any(one.outcome is not StoreOutcome.FAILED for one in outcomes.values())


def _send_group(talk: Talk, members: Sequence[_Parcel], done: Callable[[Stored], None]) -> None:
    for one in members:
        try:
            status = talk.status(partial(_store, talk, one.path))
        except _NotTakenError:
            reason = text("store.no_context", file=one.path.name, connection=talk.connection.name)
            done(Stored(one.path, one.sop_instance_uid, StoreOutcome.FAILED, reason))
            continue
        except OSError as error:
            done(_unreadable(one.path, one.sop_instance_uid, error))
            continue
        outcome, reason = outcome_of(status)
        done(Stored(one.path, one.sop_instance_uid, outcome, reason))


class _NotTakenError(Exception):
    """The server accepted no context for this object in this transfer syntax."""


def _store(talk: Talk, path: Path) -> Dataset:
    from pydicom import dcmread

    try:
        if not is_held(path):
            return talk.association.send_c_store(path)
        with open_file(path) as file:  # the library opens files by their names, without a key
            return talk.association.send_c_store(dcmread(file))
    except (ValueError, AttributeError) as error:
        raise _NotTakenError from error


def _parcel(path: Path) -> _Parcel | Stored:
    """What a file is, from its data set and its file meta information, which must agree."""
    from pydicom.errors import InvalidDicomError

    try:
        scanned = read_header(path)
        meta = _meta(path) if scanned is not None else None
    except OverreadError as error:
        return Stored(path, "", StoreOutcome.FAILED, explain(error))
    except (InvalidDicomError, ValueError, KeyError, AttributeError, EOFError):
        return Stored(path, "", StoreOutcome.FAILED, text("store.no_meta", file=path.name))
    except OSError as error:
        return _unreadable(path, "", error)
    if scanned is None or meta is None:
        return Stored(path, "", StoreOutcome.FAILED, text("store.not_dicom", file=path.name))
    one = scanned.instance
    told = (meta.get("MediaStorageSOPClassUID"), meta.get("MediaStorageSOPInstanceUID"))
    if told != (one.sop_class_uid, one.sop_instance_uid) or not meta.get("TransferSyntaxUID"):
        return Stored(path, one.sop_instance_uid, StoreOutcome.FAILED, text("store.no_meta", file=path.name))
    return _Parcel(path, one.sop_instance_uid, one.sop_class_uid, str(meta.TransferSyntaxUID))


def _meta(path: Path) -> Dataset:
    from pydicom import dcmread

    with open_file(path) as file:
        return dcmread(file, specific_tags=[], stop_before_pixels=True).file_meta


def _unreadable(path: Path, uid: str, error: OSError) -> Stored:
    reason = text("store.unreadable", file=path.name, reason=error.strerror or type(error).__name__)
    return Stored(path, uid, StoreOutcome.FAILED, reason)
