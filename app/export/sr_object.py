"""A report object from its content tree and evidence, as highdicom's own class makes it but in two thirds of the time.

The class copies the whole tree, parses the copy, and searches it twice by making every item anew. Here it gets the
root alone; the tree is hung below the finished object, and the one thing that the searches are for is asked directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from app.domain.source_image import SourceImage
from app.domain.study import Instance, Series
from app.export.headers import header_of
from app.export.types import StudyExport

if TYPE_CHECKING:
    from pydicom import Dataset

_REFERRING = ("IMAGE", "COMPOSITE")


def assemble(content: Any, evidence: Sequence[Dataset], **arguments: Any) -> Dataset:
    """A Comprehensive 3D SR (PS3.3 A.35.13). content: a sequence of one root (Any: highdicom's templates).

    arguments: as of highdicom's class. Raises ValueError where the tree refers to an object that is no evidence.
    """
    from highdicom.sr import Comprehensive3DSR

    root = content[0]
    _check_references(root, evidence)
    tree = root["ContentSequence"]
    del root.ContentSequence
    root.ContentSequence = []
    made: Dataset = Comprehensive3DSR(evidence=evidence, content=content, **arguments)
    root["ContentSequence"] = tree
    made["ContentSequence"] = tree
    return made


def evidence_of(
    study: StudyExport, series: Series, images: Sequence[Instance | SourceImage]
) -> list[Dataset]:
    """Headers of the images: all that is known of the first, the names of the others, as no more is taken of them.

    Frames of one instance are evidence once.
    """
    first, *others = {image.sop_instance_uid: image for image in images}.values()
    return [header_of(study, series, first), *(_names_of(series, image) for image in others)]


def _names_of(series: Series, image: Instance | SourceImage) -> Dataset:
    from pydicom import Dataset

    header = Dataset()
    header.SOPClassUID, header.SOPInstanceUID = image.sop_class_uid, image.sop_instance_uid
    header.StudyInstanceUID, header.SeriesInstanceUID = series.study_instance_uid, series.series_instance_uid
    return header


def _check_references(root: Dataset, evidence: Sequence[Dataset]) -> None:
    known = {header.SOPInstanceUID for header in evidence}
    missing = {uid for uid in _references(root) if uid not in known}
    if missing:
        raise ValueError(
            f"the report refers to objects that are not its evidence: {', '.join(sorted(missing))}"
        )


def _references(container: Dataset) -> Iterator[str]:
    """SOP Instance UIDs that items below a container refer to."""
    for item in container.get("ContentSequence", ()):
        if item.ValueType in _REFERRING:
            yield str(item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
        yield from _references(item)
