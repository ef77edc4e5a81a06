"""Segments of a run belong to the frames that they were drawn on: a finding, its outline and its layer name them."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.pixels.utils import pack_bits
from pydicom.uid import SecondaryCaptureImageStorage

from app.domain.objects import SegmentationObject
from app.domain.study import Study
from app.domain.volume import FrameRef
from app.studies.display_sets import display_sets
from app.studies.load import open_path
from app.studies.objects.findings.ground import Ground
from app.studies.objects.findings.of_segmentation import draft_of
from app.studies.objects.read import read_object
from app.ui.marks import Marks
from app.ui.object_layers import ObjectLayers, layers_of
from app.ui.subject import Subject
from tests.support.objects import save, segmentation
from tests.support.presentations import frames

SIDE, SOP = 32, "1.2.3.200"
ON = (2, 5)  # frames of the two segments, from 1


@pytest.fixture
def run(tmp_path: Path) -> tuple[Study, SegmentationObject]:
    """A run of six frames, and an object with one segment on frame 2 and another on frame 5."""
    frames(tmp_path / "in", np.full((6, SIDE, SIDE), 40, np.uint8))
    source = dcmread(tmp_path / "in" / "frames.dcm")
    alone = deepcopy(source)
    del alone.NumberOfFrames
    alone.SOPClassUID, alone.PixelData = SecondaryCaptureImageStorage, bytes(SIDE * SIDE)
    for keyword in ("StudyID", "ReferringPhysicianName", "Manufacturer", "AccessionNumber"):
        setattr(alone, keyword, "1")
    first, second = np.zeros((2, SIDE, SIDE), np.uint8)
    first[4:10, 4:10], second[15:20, 18:25] = 1, 1
    made = segmentation([alone], first[None, ..., None], ["Early"])
    made.SegmentSequence.append(deepcopy(made.SegmentSequence[0]))
    made.SegmentSequence[1].SegmentNumber, made.SegmentSequence[1].SegmentLabel = 2, "Late"
    made.SegmentSequence[1].TrackingUID = "2.25.77"
    groups = made.PerFrameFunctionalGroupsSequence
    groups.append(deepcopy(groups[0]))
    shared = made.SharedFunctionalGroupsSequence[0] if "SharedFunctionalGroupsSequence" in made else Dataset()
    for number, (group, frame) in enumerate(zip(groups, ON, strict=True), start=1):
        for keyword in ("DerivationImageSequence", "SegmentIdentificationSequence"):
            if keyword not in group:
                setattr(group, keyword, deepcopy(getattr(shared, keyword)))
        group.SegmentIdentificationSequence[0].ReferencedSegmentNumber = number
        named = group.DerivationImageSequence[0].SourceImageSequence[0]
        named.ReferencedSOPInstanceUID, named.ReferencedFrameNumber = SOP, frame
    for keyword in ("DerivationImageSequence", "SegmentIdentificationSequence"):
        if keyword in shared:
            delattr(shared, keyword)
    made.NumberOfFrames = 2
    made.PixelData = pack_bits(np.stack([first, second]))
    file = save(made, tmp_path / "in" / "seg.dcm")
    read = read_object(file)
    assert isinstance(read, SegmentationObject)
    return open_path(tmp_path / "in")[0], read


def test_findings_and_their_maps_name_their_frame(run: tuple[Study, SegmentationObject]) -> None:
    study, seg = run
    draft = draft_of(seg, Ground(study))
    assert [one.label for one in draft.findings] == ["Early", "Late"]
    assert [one.place.frame for one in draft.findings] == [FrameRef(SOP, frame) for frame in ON]
    assert [(ref.sop_instance_uid, ref.frame) for ref in draft.maps] == [(SOP, frame) for frame in ON]
    assert len({one.place.label_map for one in draft.findings}) == 2, "one map a frame"


def test_layers_are_drawn_on_their_frame(run: tuple[Study, SegmentationObject]) -> None:
    study, seg = run
    sets = display_sets(study)
    layers = ObjectLayers()
    layers.put(layers_of(seg, sets))
    (shown,) = (one for one in sets if len(one.frames) == 6)
    marks = layers.over(Marks(), Subject(study, shown).target)
    assert [one.frames for one in marks.outlines] == [frozenset({frame - 1}) for frame in ON]
