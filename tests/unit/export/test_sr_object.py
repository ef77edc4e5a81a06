"""A report assembled by hand holds what highdicom's own class would put into it, and refuses what it refuses."""

from __future__ import annotations

from io import BytesIO

import pytest
from highdicom.sr import Comprehensive3DSR
from pydicom import Dataset, dcmread

from app.export.collect import CLINICAL
from app.export.headers import header_of, identity_of
from app.export.sr_document import Document, parts
from app.export.sr_object import assemble
from app.export.types import ExportSet, StudyExport
from app.workflows.source_stacks import source_stacks
from tests.support.export import Case, build_case

_MOMENTS = ("InstanceCreationDate", "InstanceCreationTime", "ContentDate", "ContentTime")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def _documents(case: Case) -> list[Document]:
    folders = {r.result_id: case.paths.results / r.result_id for r in case.reading.results}
    assert case.study is not None
    stacks = source_stacks(case.study, {one.series_instance_uid for one in case.study.series})
    study = StudyExport(case.reading, case.study, identity_of(case.study), folders, stacks=stacks)
    export_set = ExportSet((study,), ("sr",), True, "0", f"{1:032x}")
    return [
        Document(
            export_set, study, result, study.judgements_of(result, *CLINICAL), "reader", "AI findings", 1, {}
        )
        for result in case.reading.results
    ]


def _stored(made: Dataset) -> Dataset:
    stream = BytesIO()
    made.save_as(stream, enforce_file_format=True)
    stream.seek(0)
    stored = dcmread(stream)
    for keyword in _MOMENTS:
        stored.pop(keyword, None)
    for item in stored.ContributingEquipmentSequence:
        item.pop("ContributionDateTime", None)
    return stored


def test_it_holds_what_highdicoms_class_puts_into_it(case: Case) -> None:
    for document in _documents(case):
        content, evidence, arguments = parts(document)
        ours = _stored(assemble(content, evidence, **arguments))
        content, _, arguments = parts(document)
        series = document.series
        assert series is not None
        images = {image.sop_instance_uid: image for image in series.instances}
        whole = [header_of(document.study, series, images[one.SOPInstanceUID]) for one in evidence]
        theirs = _stored(Comprehensive3DSR(evidence=whole, content=content, **arguments))
        assert len(ours.ContentSequence) > 3
        assert ours == theirs


def test_the_tree_it_was_given_stays_whole(case: Case) -> None:
    content, evidence, arguments = parts(_documents(case)[0])
    before = len(content[0].ContentSequence)
    assemble(content, evidence, **arguments)
    assert len(content[0].ContentSequence) == before


def test_it_refuses_a_reference_to_what_is_no_evidence(case: Case) -> None:
    for document in _documents(case):
        content, evidence, arguments = parts(document)
        evidence[0].SOPInstanceUID = "1.2.3.4"
        stranger = evidence[:1]
        with pytest.raises(ValueError, match="not its evidence"):
            assemble(content, stranger, **arguments)
