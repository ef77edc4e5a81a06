"""Previews of images that a person has to look at before they leave, and the file in which the decisions are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError, OverreadError
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress
from app.export.looks import Asked, Look, file_sha256, question_file
from app.export.pixel_gate import PixelGate
from app.export.preview import FramesToSee, contact_sheet, preview
from app.findings.look_events import PixelsLooked

ANSWERS = "looks.json"
SMALL_PX = 320  # of a frame on its way to a contact sheet
# What damaged files have made decoders and readers raise; whatever it is, nobody can look at such an image.
_FAULTS = (
    OverreadError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)


@dataclass(frozen=True, slots=True)
class Questions:
    """What a person must see before a study leaves, and the files that could not be looked at and so stay here.

    images: the SOP Instance UID of each file.
    """

    asked: tuple[Asked, ...]
    left_out: frozenset[Path]
    images: Mapping[Path, str]
    study_instance_uid: str = ""


def questions_of(study: Study, progress: Progress, cancel: CancelToken) -> Questions:
    """Every image of a study that a person must see, in order; one that fails is left out, the others go on."""
    gate = PixelGate()
    images = {one.path: one.sop_instance_uid for series in study.series for one in series.instances}
    asked: list[Asked] = []
    left_out: set[Path] = set()
    for number, file in enumerate(images):
        cancel.check()
        progress(number / len(images), "")
        try:
            found = gate.question(file)
        except _FAULTS:
            left_out.add(file)
            continue
        if found is not None:
            asked.append(found)
    return Questions(tuple(asked), frozenset(left_out), images, study.study_instance_uid)


def frames_to_see(asked: Asked) -> FramesToSee:
    """The frames of an image with the boxes of the detector. Raises ExportRefusedError.

    A file that is no longer the one that was asked about is refused: the look would be at something else.
    """
    try:
        made = FramesToSee(asked.file, asked.boxes)
        unchanged = file_sha256(asked.file) == asked.sha256
    except _FAULTS as error:
        raise ExportRefusedError("error.looks.unseen", file=asked.file.name) from error
    if not unchanged:
        raise ExportRefusedError("error.looks.unseen", file=asked.file.name)
    return made


def one_frame(frames: FramesToSee, asked: Asked, number: int) -> NDArray[np.uint8]:
    """(rows, columns, 3), from 0. Raises ExportRefusedError where it cannot be shown."""
    try:
        return frames.frame(number)
    except _FAULTS as error:
        raise ExportRefusedError("error.looks.unseen", file=asked.file.name) from error


def all_frames(
    frames: FramesToSee, asked: Asked, progress: Progress, cancel: CancelToken
) -> NDArray[np.uint8]:
    """A contact sheet (rows, columns, 3): to find one's way, too small to decide on. Raises ExportRefusedError."""
    small = []
    for number in range(asked.frames):
        cancel.check()
        progress(number / asked.frames, "")
        frame = one_frame(frames, asked, number)
        step = max(1, frame.shape[1] // SMALL_PX)
        small.append(np.ascontiguousarray(frame[::step, ::step]))
    return contact_sheet(small, asked.text_on)


def looked(questions: Questions, asked: Asked, look: Look, reader: str) -> PixelsLooked:
    """The entry of the journal for a decision; it names no patient."""
    uid = questions.images.get(asked.file, "")
    return look_event(questions.study_instance_uid, uid, (asked, look), reader)


def look_event(study_uid: str, sop_instance_uid: str, pair: tuple[Asked, Look], reader: str) -> PixelsLooked:
    """What was asked, how many frames were seen, and what was decided, as an event."""
    asked, look = pair
    return PixelsLooked(
        study_instance_uid=study_uid,
        sop_instance_uid=sop_instance_uid,
        sha256=asked.sha256,
        reason=asked.reason_key,
        frames=asked.frames,
        frames_seen=look.frames_seen,
        frames_with_letters=len(asked.text_on),
        decided=look.decided.value,
        boxes=len(look.boxes),
        reader=reader,
    )


def looks_used(studies: Iterable[Study], gate: PixelGate, reader: str) -> tuple[PixelsLooked, ...]:
    """Decisions that came in a file and were used now: they stand in the journal nowhere yet."""
    images = {
        one.path: (study.study_instance_uid, one.sop_instance_uid)
        for study in studies
        for series in study.series
        for one in series.instances
    }
    return tuple(
        look_event(*images[asked.file], (asked, look), look.who or reader)
        for asked, look in gate.looked_at()
        if asked.file in images and not look.is_recorded
    )


def images_to_look_at(studies: Iterable[Study]) -> tuple[Asked, ...]:
    """Every image of these studies that a person must see, in order. Raises ExportRefusedError."""
    gate = PixelGate()
    asked = (
        gate.question(instance.path)
        for study in studies
        for series in study.series
        for instance in series.instances
    )
    return tuple(one for one in asked if one is not None)


def write_questions(asked: Iterable[Asked], folder: Path) -> Path:
    """Pictures with the found boxes, and the file to be filled in; returns it. Raises ExportRefusedError, OSError."""
    from PIL import Image

    if folder.exists() and any(folder.iterdir()):
        raise ExportRefusedError("error.export.not_empty", folder=folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    listed = tuple(asked)
    names = {}
    for number, one in enumerate(listed, start=1):
        names[one.sha256] = f"look_{number:04d}.png"
        Image.fromarray(preview(one)).save(folder / names[one.sha256])
        if one.frames > 1:
            _write_frames(one, folder / f"look_{number:04d}")
    file = folder / ANSWERS
    file.write_text(question_file(listed, names), encoding="utf-8")
    return file


def _write_frames(asked: Asked, folder: Path) -> None:
    """Every frame as a picture of its own."""
    from PIL import Image

    folder.mkdir()
    frames = FramesToSee(asked.file, asked.boxes)
    for number in range(asked.frames):
        Image.fromarray(frames.frame(number)).save(folder / f"frame_{number + 1:04d}.png")
