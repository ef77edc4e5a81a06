"""Studies that somebody has marked for teaching by a key object selection (PS3.16 CID 7010)."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.errors import OverreadError
from app.domain.objects import KeyObjectSelection
from app.domain.study import Study

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
TEACHING_TITLES = frozenset({"113004", "113005"})  # DCM: For Teaching, For Conference


def studies_for_teaching(studies: Iterable[Study]) -> frozenset[str]:
    """UIDs of the studies whose key objects are titled so; a file that cannot be read says nothing."""
    return frozenset(uid for study in studies for uid in _taught(study))


def _taught(study: Study) -> Iterable[str]:
    from app.studies.objects.read import read_object

    for series in study.series:
        for instance in series.instances:
            if instance.sop_class_uid != KEY_OBJECT_SELECTION:
                continue
            try:
                found = read_object(instance.path)
            except OverreadError:
                continue
            if isinstance(found, KeyObjectSelection) and found.title and found.title.value in TEACHING_TITLES:
                named = {image.study_instance_uid for image in found.images if image.study_instance_uid}
                yield from named or {study.study_instance_uid}
